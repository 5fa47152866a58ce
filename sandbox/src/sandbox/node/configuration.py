"""Configuration files of the node's programs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.cluster.objects import NODE_LABEL
from sandbox.node.layout import ADDRESS, CONTAINERD_SOCKET, KUBELET, NAME, POD_NETWORK, RUN, NodeLayout

DNS_ADDRESS = "10.96.0.10"
"""Address of the Service of the DNS server, as kubeadm chooses it."""

REAL = "real"
"""Value of the real node's label and taint."""

PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"
"""Name of the sandbox image of every pod, as in kubeadm; the program in it is our own."""


def containerd(layout: NodeLayout, shim: Path, runc: str, cni: Path) -> str:
    """Return containerd's configuration.

    Args:
        layout: Paths of the node.
        shim: The program between containerd and runc.
        runc: Path of runc.
        cni: Folder of the network plugins.
    """
    quote = json.dumps  # a JSON string is a TOML string
    return f"""\
version = 3
root = {quote(str(layout.containerd))}
state = {quote(str(RUN / "containerd" / "state"))}
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
  address = {quote(str(CONTAINERD_SOCKET))}
[plugins."io.containerd.internal.v1.opt"]
  path = {quote(str(RUN / "containerd" / "opt"))}
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = {quote(PAUSE_IMAGE)}
[plugins."io.containerd.cri.v1.runtime"]
  # Without CAP_SYS_RESOURCE a process cannot lower its score, and runc fails with a misleading EOF.
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = [{quote(str(cni))}]
    conf_dir = {quote(str(layout.configuration("cni")))}
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      runtime_path = {quote(str(shim))}
      base_runtime_spec = {quote(str(layout.configuration("container.json")))}
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        BinaryName = {quote(runc)}
        SystemdCgroup = false
"""


def container(default: str, layout: NodeLayout) -> str:
    """Return the OCI specification on which every container is based.

    Args:
        default: containerd's default, in JSON.
        layout: Paths of the node; every container trusts its certificates.
    """
    spec: dict[str, Any] = json.loads(default)
    spec["mounts"].append(
        {
            "destination": "/etc/ssl/certs/ca-certificates.crt",
            "type": "bind",
            "source": str(layout.certificates),
            "options": ["bind", "ro", "nosuid", "nodev", "noexec"],
        }
    )
    return json.dumps(spec)


def cni() -> str:
    """Return the pod network: a veth pair for each pod, and routes between them."""
    return json.dumps(
        {
            "cniVersion": "1.0.0",
            "name": "pods",
            "plugins": [
                {
                    "type": "ptp",
                    "ipMasq": False,
                    "mtu": 1450,
                    "ipam": {
                        "type": "host-local",
                        "dataDir": str(RUN / "cni"),
                        "ranges": [[{"subnet": str(POD_NETWORK)}]],
                        "routes": [{"dst": "0.0.0.0/0"}],
                    },
                },
                {"type": "portmap", "capabilities": {"portMappings": True}},
            ],
        }
    )


def kubelet(layout: NodeLayout) -> str:
    """Return kubelet's configuration."""
    pki = layout.cluster.pki
    return _yaml(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": ADDRESS,
            "tlsCertFile": str(pki.certificate("kubelet")),
            "tlsPrivateKeyFile": str(pki.key("kubelet")),
            "authentication": {
                "anonymous": {"enabled": False},
                "x509": {"clientCAFile": str(pki.ca)},
                "webhook": {"enabled": True},
            },
            "authorization": {"mode": "Webhook"},
            "clusterDNS": [DNS_ADDRESS],
            "clusterDomain": "cluster.local",
            "resolvConf": str(RUN / "resolv.conf"),
            "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
            "volumePluginDir": str(RUN / "volume-plugins"),
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{layout.cgroup}",
            "failCgroupV1": False,
            "failSwapOn": False,
            # Not every machine allows lowering it; see restrict_oom_score_adj.
            "oomScoreAdj": 0,
            # Images come from archives, so a removed one could not be pulled again.
            "imageGCHighThresholdPercent": 100,
            "imageGCLowThresholdPercent": 99,
            # The node shares the machine with others.
            "evictionHard": {"memory.available": "200Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi"},
            "healthzBindAddress": "127.0.0.1",
            "nodeStatusReportFrequency": "1m",
        }
    )


def kube_proxy(layout: NodeLayout) -> str:
    """Return the configuration of kube-proxy."""
    return _yaml(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "clientConnection": {"kubeconfig": str(layout.cluster.kubeconfig("kube-proxy"))},
            "mode": "iptables",
            "clusterCIDR": str(POD_NETWORK),
            "hostnameOverride": NAME,
            # The connection tracking table belongs to the whole machine.
            "conntrack": {
                "maxPerCore": 0,
                "min": 0,
                "tcpEstablishedTimeout": "0s",
                "tcpCloseWaitTimeout": "0s",
            },
            "healthzBindAddress": "127.0.0.1:10256",
            "metricsBindAddress": "127.0.0.1:10249",
            "nodePortAddresses": ["127.0.0.0/8"],
        }
    )


def egress(layout: NodeLayout) -> str:
    """Return how the API server reaches kubelet, pods and Services: through the relay."""
    return _yaml(
        {
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [
                {
                    "name": "cluster",
                    "connection": {
                        "proxyProtocol": "HTTPConnect",
                        "transport": {"uds": {"udsName": str(layout.egress_socket)}},
                    },
                }
            ],
        }
    )


def kubelet_flags(layout: NodeLayout) -> list[str]:
    """Return the options of kubelet that exist as flags only."""
    return [
        f"--config={layout.configuration('kubelet.yaml')}",
        f"--kubeconfig={layout.cluster.kubeconfig('kubelet')}",
        f"--hostname-override={NAME}",
        f"--node-ip={ADDRESS}",
        f"--root-dir={KUBELET}",
        f"--cert-dir={KUBELET / 'pki'}",
        f"--node-labels={NODE_LABEL}={REAL}",
    ]


def _yaml(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(document), sort_keys=False)
