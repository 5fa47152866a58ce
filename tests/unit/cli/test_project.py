"""Stack files in the command line."""

from pathlib import Path

import pytest

from cli import project
from cli.errors import CommandError
from cli.project import StackFile, read_stack, stack_names, without_secrets


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(project, "PROJECT", tmp_path)
    return tmp_path


def test_the_projects_stacks_are_there() -> None:
    assert {"dev", "prod", "sandbox"} <= set(stack_names())


def test_a_missing_stack_names_the_others(checkout: Path) -> None:
    (checkout / "Pulumi.dev.yaml").write_text("config: {}\n")
    with pytest.raises(CommandError, match=r"no stack 'porduction'.*There are: dev\."):
        read_stack("porduction")


def test_broken_yaml_names_file_and_line(checkout: Path) -> None:
    (checkout / "Pulumi.dev.yaml").write_text("config:\n  a: b\n c: d\n")
    with pytest.raises(CommandError, match=r"Pulumi\.dev\.yaml, line 3 is not a stack file"):
        read_stack("dev")


def test_only_the_projects_own_settings_are_read(checkout: Path) -> None:
    (checkout / "Pulumi.dev.yaml").write_text("config:\n  ollama-librechat:context: a\n  kubernetes:context: b\n")
    assert read_stack("dev").config == {"context": "a"}


@pytest.mark.parametrize(
    ("kubeconfig", "cluster"),
    [
        (".sandbox/default/kubeconfig", "default"),
        (".sandbox/other/kubeconfig", "other"),
        ("~/.kube/config", None),
        ("", None),
        ("elsewhere/kubeconfig", None),
    ],
)
def test_embedded_cluster(kubeconfig: str, cluster: str | None) -> None:
    assert StackFile("s", Path("Pulumi.s.yaml"), {"kubeconfig": kubeconfig}).embedded_cluster == cluster


def test_secrets_are_left_out() -> None:
    config = {"mongodb": {"external": {"uri": {"secure": "v1:x"}}, "image": "mongo:8.0.20"}, "context": "a"}
    assert without_secrets(config) == {"mongodb": {"external": {}, "image": "mongo:8.0.20"}, "context": "a"}


def test_no_value_is_shown_beside_a_secret() -> None:
    config = {"mongodb": {"external": {"uri": {"secure": "v1:x"}}, "imgae": "mongo:8.0.20"}}
    _, findings = StackFile("s", Path("Pulumi.s.yaml"), config).settings()
    assert [(finding.path, finding.value) for finding in findings] == [("mongodb.imgae", "[secret]")]


def test_namespaces() -> None:
    config = {"namespaces": {"prefix": "alice-", "librechat": "chat"}}
    assert StackFile("s", Path("Pulumi.s.yaml"), config).namespaces == ("alice-ollama", "chat")
