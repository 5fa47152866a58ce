"""The programs of a cluster with their flags, in the order of their start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster.certificates import SERVICE_NETWORK, Pki
from sandbox.cluster.ports import LOOPBACK

SIMULATED = "kwok.x-k8s.io/node=fake"
"""Annotation of the nodes that KWOK simulates."""

POD_NETWORK = "10.244.0.0/16"
"""Addresses of simulated pods; nothing listens there."""

PORTS = {
    "etcd": "etcd",
    "etcd-peer": "etcd",
    "kube-apiserver": "kube-apiserver",
    "kube-controller-manager": "kube-controller-manager",
    "kube-scheduler": "kube-scheduler",
}
"""Ports, and the program that listens on each."""

# A single-user cluster on loopback needs no rate limits, and tests wait less.
_QUICK_CLIENT = ("--kube-api-qps=1000", "--kube-api-burst=2000")


@dataclass(frozen=True)
class Layout:
    """Files and ports of one cluster."""

    directory: Path
    ports: Mapping[str, int]
    real_node: bool = False
    """Whether the API server reaches a real node."""

    @property
    def pki(self) -> Pki:
        """Keys and certificates."""
        return Pki(self.directory / "pki")

    @property
    def server(self) -> str:
        """Address of the API server."""
        return self.url("kube-apiserver")

    def url(self, name: str) -> str:
        """Return the address of a listening program."""
        return f"https://{LOOPBACK}:{self.ports[name]}"

    def kubeconfig(self, component: str) -> Path:
        """Path of a program's kubeconfig."""
        return self.directory / "kubeconfigs" / component

    @property
    def egress(self) -> Path:
        """Path of the configuration with which the API server reaches the real node."""
        return self.directory / "egress.yaml"

    @property
    def stages(self) -> Path:
        """Path of KWOK's configuration."""
        return self.directory / "kwok.yaml"


@dataclass(frozen=True)
class Component:
    """One program of the cluster."""

    name: str
    flags: Callable[[Layout], list[str]]
    stop_within: float = 10.0
    """Seconds for a graceful shutdown before the program is killed."""


def _etcd(layout: Layout) -> list[str]:
    pki, peer = layout.pki, layout.url("etcd-peer")
    certificate, key = pki.certificate("etcd"), pki.key("etcd")
    return [
        "--name=sandbox",
        f"--data-dir={layout.directory / 'etcd'}",
        f"--listen-client-urls={layout.url('etcd')}",
        f"--advertise-client-urls={layout.url('etcd')}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=sandbox={peer}",
        # Every local user can connect to loopback, so a certificate of this cluster is required.
        f"--cert-file={certificate}",
        f"--key-file={key}",
        f"--trusted-ca-file={pki.ca}",
        "--client-cert-auth",
        f"--peer-cert-file={certificate}",
        f"--peer-key-file={key}",
        f"--peer-trusted-ca-file={pki.ca}",
        "--peer-client-cert-auth",
        # The kernel keeps what a killed etcd wrote; only a power cut can lose it. Writes are faster.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver(layout: Layout) -> list[str]:
    pki = layout.pki
    return [
        f"--bind-address={LOOPBACK}",
        f"--secure-port={layout.ports['kube-apiserver']}",
        # Must not be loopback; it is not published, as nothing here reconciles its endpoints.
        f"--advertise-address={_UNUSED_ADDRESS}",
        "--endpoint-reconciler-type=none",
        f"--etcd-servers={layout.url('etcd')}",
        f"--etcd-cafile={pki.ca}",
        f"--etcd-certfile={pki.certificate('kube-apiserver')}",
        f"--etcd-keyfile={pki.key('kube-apiserver')}",
        f"--tls-cert-file={pki.certificate('kube-apiserver')}",
        f"--tls-private-key-file={pki.key('kube-apiserver')}",
        f"--client-ca-file={pki.ca}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki.service_account_key}",
        f"--service-account-signing-key-file={pki.service_account_key}",
        "--profiling=false",
        *(_kubelet_client(layout) if layout.real_node else ()),
    ]


def _kubelet_client(layout: Layout) -> list[str]:
    pki = layout.pki
    return [
        f"--kubelet-certificate-authority={pki.ca}",
        f"--kubelet-client-certificate={pki.certificate('kubelet-client')}",
        f"--kubelet-client-key={pki.key('kubelet-client')}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--egress-selector-config-file={layout.egress}",
    ]


_UNUSED_ADDRESS = "192.0.2.1"  # from a documentation block of RFC 5737


def _controller_manager(layout: Layout) -> list[str]:
    pki, name = layout.pki, "kube-controller-manager"
    return [
        *_kube_component(layout, name),
        "--use-service-account-credentials",
        f"--service-account-private-key-file={pki.service_account_key}",
        f"--root-ca-file={pki.ca}",
        "--concurrent-namespace-syncs=50",
        "--concurrent-gc-syncs=50",
        # Pods must not be evicted after a laptop's sleep.
        "--node-monitor-grace-period=10m",
    ]


def _scheduler(layout: Layout) -> list[str]:
    return _kube_component(layout, "kube-scheduler")


def _kube_component(layout: Layout, name: str) -> list[str]:
    kubeconfig, pki = layout.kubeconfig(name), layout.pki
    return [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={layout.ports[name]}",
        f"--tls-cert-file={pki.certificate(name)}",
        f"--tls-private-key-file={pki.key(name)}",
        "--leader-elect=false",
        "--profiling=false",
        *_QUICK_CLIENT,
    ]


def _kwok(layout: Layout) -> list[str]:
    return [
        f"--kubeconfig={layout.kubeconfig('kwok')}",
        f"--config={layout.stages}",
        # Nor a real node with its pods.
        "--manage-all-nodes=false",
        f"--manage-nodes-with-annotation-selector={SIMULATED}",
        f"--cidr={POD_NETWORK}",
        f"--node-ip={_UNUSED_ADDRESS}",
        "--node-lease-duration-seconds=40",
    ]


COMPONENTS = (
    Component("etcd", _etcd),
    Component("kube-apiserver", _apiserver, stop_within=20.0),
    Component("kube-controller-manager", _controller_manager),
    Component("kube-scheduler", _scheduler),
    Component("kwok", _kwok),
)
