"""Flags of the programs."""

import re
from pathlib import Path

import pytest

from sandbox.cluster.components import COMPONENTS, PORTS, Component, Layout
from sandbox.cluster.objects import node
from sandbox.cluster.program import control_plane, module_version, version_flags, versions

LAYOUT = Layout(Path("/checkout/.sandbox/default"), dict(zip(PORTS, range(21000, 21005), strict=True)))


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_everything_listens_on_loopback_only(component: Component) -> None:
    for flag in component.flags(LAYOUT):
        key, _, value = flag.partition("=")
        if key in ("--bind-address", "--server-address"):
            assert value == "127.0.0.1"
        if "listen" in key:
            assert re.fullmatch(r"https://127\.0\.0\.1:\d+", value), flag
        assert "0.0.0.0" not in value  # noqa: S104 - looked for, not bound


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_command_line_names_the_cluster_and_repeats_no_flag(component: Component) -> None:
    flags = component.flags(LAYOUT)
    assert any(f"={LAYOUT.directory}/" in flag for flag in flags), "a stale pid could be mistaken for it"
    names = [flag.partition("=")[0] for flag in flags]
    assert len(names) == len(set(names))


def test_store_is_closed_to_strangers() -> None:
    etcd = next(component for component in COMPONENTS if component.name == "etcd").flags(LAYOUT)
    assert {"--client-cert-auth", "--peer-client-cert-auth"} <= set(etcd)


def test_clients_authenticate_and_are_authorized() -> None:
    flags = next(component for component in COMPONENTS if component.name == "kube-apiserver").flags(LAYOUT)
    assert "--authorization-mode=Node,RBAC" in flags
    assert not any("token-auth-file" in flag or "AlwaysAllow" in flag for flag in flags)


def test_start_order() -> None:
    assert [component.name for component in COMPONENTS] == [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kwok",
    ]


def test_versions_come_from_go_mod() -> None:
    assert set(versions()) == {"Kubernetes", "etcd", "KWOK"}
    assert control_plane().version == module_version("k8s.io/kubernetes")
    with pytest.raises(KeyError):
        module_version("k8s.io/unknown")


def test_version_flags() -> None:
    flags = version_flags("v1.36.3", "v0.8.0").split(" -X ")
    assert "k8s.io/component-base/version.gitVersion=v1.36.3" in flags[0]
    assert "k8s.io/component-base/version.gitMinor=36" in flags
    assert "sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0" in flags


def test_kwok_plays_its_own_nodes_only() -> None:
    flags = {component.name: component.flags(LAYOUT) for component in COMPONENTS}["kwok"]
    assert "--manage-all-nodes=false" in flags
    assert "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake" in flags
    assert node("node-1")["metadata"]["annotations"] == {"kwok.x-k8s.io/node": "fake"}


def test_the_api_server_asks_for_a_way_to_the_real_node_only_where_there_is_one() -> None:
    (component,) = [component for component in COMPONENTS if component.name == "kube-apiserver"]
    plain, real = component.flags(LAYOUT), component.flags(Layout(LAYOUT.directory, LAYOUT.ports, real_node=True))
    assert {flag.partition("=")[0] for flag in set(real) - set(plain)} == {
        "--kubelet-certificate-authority",
        "--kubelet-client-certificate",
        "--kubelet-client-key",
        "--kubelet-preferred-address-types",
        "--egress-selector-config-file",
    }
    assert set(plain) < set(real)
