"""The kubeconfig and its context, before anything is deployed."""

import os
from pathlib import Path

import pytest

from components.stack.kubeconfig import check_context, kubeconfig_paths

TEXT = "contexts: [{name: minikube}, {name: production}]\ncurrent-context: minikube\n"


def found(folder: Path, setting: str = "", context: str = "", **environment: str) -> list[str]:
    return [str(finding) for finding in check_context(setting, context, environment, folder)]


def test_the_setting_wins_over_the_environment(tmp_path: Path) -> None:
    assert kubeconfig_paths("a/b", {"KUBECONFIG": "/c"}, tmp_path) == [tmp_path / "a/b"]
    assert kubeconfig_paths("/a/b", {}, tmp_path) == [Path("/a/b")]
    assert kubeconfig_paths("~/x", {}, tmp_path) == [Path.home() / "x"]


def test_the_environment_wins_over_the_home_directory(tmp_path: Path) -> None:
    assert kubeconfig_paths("", {"KUBECONFIG": f"/a{os.pathsep}{os.pathsep}/b"}, tmp_path) == [Path("/a"), Path("/b")]
    assert kubeconfig_paths("", {}, tmp_path) == [Path.home() / ".kube/config"]


def test_contexts_of_several_files_are_merged_and_the_first_current_one_wins(tmp_path: Path) -> None:
    for name, text in {"a": "contexts: [{name: one}]\n", "b": TEXT}.items():
        (tmp_path / name).write_text(text)
    listed = os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "missing"), str(tmp_path / "b")])
    for context in ("", "one", "production"):
        assert found(tmp_path, context=context, KUBECONFIG=listed) == []


@pytest.mark.parametrize(
    ("content", "context", "words"),
    [
        (TEXT, "", None),
        (TEXT, "production", None),
        (TEXT, "productoin", "did you mean `production`?"),
        (TEXT, "zzz", "there are `minikube`, `production`"),
        ("contexts: [{name: a}]\n", "", "has no current context, name one of `a`"),
        ("", "", "has no current context, name one of none"),
        ("", "a", "there are none"),
        ("[]", "a", "there are none"),
        ("- a", "a", "cannot be read: not a kubeconfig"),
        ("contexts: 5", "a", "cannot be read: not a kubeconfig"),
        ("contexts: [{}]", "a", "cannot be read: not a kubeconfig"),
        ("contexts: [a]", "a", "cannot be read: not a kubeconfig"),
        ("a: [", "a", "cannot be read: not a kubeconfig"),
        (b"\xff\xfe\x00", "a", "cannot be read: not a kubeconfig"),
    ],
)
def test_what_a_kubeconfig_holds(content: str | bytes, context: str, words: str | None, tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(content.encode() if isinstance(content, str) else content)
    lines = found(tmp_path, setting="config", context=context)
    assert len(lines) == (0 if words is None else 1)
    if words:
        assert words in lines[0]
        assert str(tmp_path / "config") in lines[0]


@pytest.mark.parametrize("setting", ["missing", "folder", "~nobody-of-that-name/config"])
def test_a_kubeconfig_that_is_not_there(setting: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (line,) = found(tmp_path, setting=setting, context="a")
    assert line.startswith("kubeconfig = ")
    assert "does not exist" in line
