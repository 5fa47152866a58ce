// A CSI driver whose volumes are folders of the node. It serves several names, one for each StorageClass: what kubelet
// does with fsGroup is decided by the CSIDriver object of the name.
package main

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

const removeEvery = 10 * time.Second

type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedNodeServer
	name, node, data, socket string
}

func (d *driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: d.name, VendorVersion: "1"}, nil
}

func (d *driver) GetPluginCapabilities(
	context.Context, *csi.GetPluginCapabilitiesRequest,
) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{}, nil
}

func (d *driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{}, nil
}

func (d *driver) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: d.node}, nil
}

func (d *driver) NodeGetCapabilities(
	context.Context, *csi.NodeGetCapabilitiesRequest,
) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

func (d *driver) NodePublishVolume(
	_ context.Context, request *csi.NodePublishVolumeRequest,
) (*csi.NodePublishVolumeResponse, error) {
	if request.GetVolumeCapability().GetBlock() != nil {
		return nil, status.Error(codes.InvalidArgument, "block volumes are not served")
	}
	// A new file system's root folder: of root, for root to write.
	folder := filepath.Join(d.data, filepath.Base(request.VolumeId))
	for _, path := range []string{folder, request.TargetPath} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
	}
	if isMounted(request.TargetPath) {
		return &csi.NodePublishVolumeResponse{}, nil
	}
	if err := unix.Mount(folder, request.TargetPath, "", unix.MS_BIND, ""); err != nil {
		return nil, status.Errorf(codes.Internal, "mount %s: %v", request.TargetPath, err)
	}
	if request.Readonly {
		flags := uintptr(unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY)
		if err := unix.Mount("", request.TargetPath, "", flags, ""); err != nil {
			return nil, status.Errorf(codes.Internal, "mount %s read-only: %v", request.TargetPath, err)
		}
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (d *driver) NodeUnpublishVolume(
	_ context.Context, request *csi.NodeUnpublishVolumeRequest,
) (*csi.NodeUnpublishVolumeResponse, error) {
	for isMounted(request.TargetPath) {
		if err := unix.Unmount(request.TargetPath, 0); err != nil {
			return nil, status.Errorf(codes.Internal, "unmount %s: %v", request.TargetPath, err)
		}
	}
	if err := os.Remove(request.TargetPath); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// isMounted tells whether something is mounted on a folder; a bind mount may be of the same file system.
func isMounted(path string) bool {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	for _, line := range strings.Split(string(table), "\n") {
		if fields := strings.Fields(line); len(fields) > 4 && fields[4] == path {
			return true
		}
	}
	return false
}

// registrar tells kubelet of a driver, through the socket that kubelet finds in its plugin registry.
type registrar struct {
	registration.UnimplementedRegistrationServer
	driver *driver
}

func (r *registrar) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{
		Type:              registration.CSIPlugin,
		Name:              r.driver.name,
		Endpoint:          r.driver.socket,
		SupportedVersions: []string{"1.0.0"},
	}, nil
}

func (r *registrar) NotifyRegistrationStatus(
	_ context.Context, told *registration.RegistrationStatus,
) (*registration.RegistrationStatusResponse, error) {
	if !told.PluginRegistered {
		// kubelet tries again by itself: after a restart its API server may not answer yet.
		log.Printf("kubelet does not take driver %s: %s", r.driver.name, told.Error)
	}
	return &registration.RegistrationStatusResponse{}, nil
}

func serve(socket string, register func(*grpc.Server)) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o750); err != nil {
		log.Fatal(err)
	}
	_ = os.Remove(socket) // of a process before
	listener, err := net.Listen("unix", socket)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	register(server)
	go func() { log.Fatal(server.Serve(listener)) }()
}

// removeDeleted removes the folders of volumes whose PersistentVolume is gone.
func removeDeleted(ctx context.Context, client kubernetes.Interface, data string) error {
	// Folders first: one that is made meanwhile belongs to a volume that is there.
	folders, err := os.ReadDir(data)
	if err != nil {
		return err
	}
	volumes, err := client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, volume := range volumes.Items {
		if source := volume.Spec.CSI; source != nil {
			kept[source.VolumeHandle] = true
		}
	}
	for _, folder := range folders {
		if !kept[folder.Name()] {
			log.Printf("removing the folder of volume %s", folder.Name())
			if err := os.RemoveAll(filepath.Join(data, folder.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func main() {
	names := flag.String("drivers", "", "names of the drivers, with commas in between")
	node := flag.String("node", "", "name of the node")
	data := flag.String("data", "", "folder of the volumes")
	kubelet := flag.String("kubelet", "", "root folder of kubelet")
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	flag.Parse()

	configuration, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(configuration)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.MkdirAll(*data, 0o711); err != nil {
		log.Fatal(err)
	}
	for _, name := range strings.Split(*names, ",") {
		socket := filepath.Join(*kubelet, "plugins", name, "csi.sock")
		served := &driver{name: name, node: *node, data: *data, socket: socket}
		serve(socket, func(server *grpc.Server) {
			csi.RegisterIdentityServer(server, served)
			csi.RegisterNodeServer(server, served)
		})
		serve(filepath.Join(*kubelet, "plugins_registry", name+".sock"), func(server *grpc.Server) {
			registration.RegisterRegistrationServer(server, &registrar{driver: served})
		})
	}
	for {
		time.Sleep(removeEvery)
		ctx, cancel := context.WithTimeout(context.Background(), removeEvery)
		if err := removeDeleted(ctx, client, *data); err != nil {
			log.Print(err)
		}
		cancel()
	}
}
