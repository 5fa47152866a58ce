"""What a machine needs for a real node, and what is said where it is missing."""

import os
import sys
from pathlib import Path

import pytest

from sandbox.cluster.components import Layout
from sandbox.errors import SandboxError
from sandbox.node import requirements
from sandbox.node.layout import NodeLayout
from sandbox.node.requirements import check, missing_packages, obstacle


@pytest.fixture(autouse=True)
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has everything, as far as a test says nothing else."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "access", lambda *_: True)
    monkeypatch.setattr(requirements, "missing_packages", list)
    monkeypatch.setattr(requirements, "program", lambda _: "true")


def layout(directory: str = "/project/.sandbox/default") -> NodeLayout:
    return NodeLayout(Layout(Path(directory), {}))


def test_a_machine_that_has_everything() -> None:
    assert obstacle() is None
    check(layout())


def test_another_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="needs Linux, and this is darwin"):
        check(layout())


def test_without_root_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match=r"needs root, .* leave the option out"):
        check(layout())


def test_missing_packages_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "missing_packages", lambda: ["ipset", "runc"])
    with pytest.raises(SandboxError, match=r"ipset, runc are missing\. On Debian: apt-get install ipset runc"):
        check(layout())


def test_root_without_its_rights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "program", lambda _: "false")
    with pytest.raises(SandboxError, match="namespaces and control groups"):
        check(layout())


def test_a_path_too_long_for_a_socket_is_refused() -> None:
    with pytest.raises(SandboxError, match="shorter path"):
        check(layout(f"/{'long/' * 30}default"))


def test_a_folder_that_the_node_does_not_see_is_refused() -> None:
    with pytest.raises(SandboxError, match="is in /run"):
        check(layout("/run/project/.sandbox/default"))


def test_packages_by_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "SEARCH_PATH", "/nonexistent")
    monkeypatch.setattr(requirements, "CNI_FOLDERS", ())
    monkeypatch.setattr(requirements, "HEADERS", {Path("/nonexistent/header.h"): "libheader-dev"})
    assert missing_packages() == sorted(
        {*requirements.PROGRAMS.values(), "containernetworking-plugins", "libheader-dev"}
    )
