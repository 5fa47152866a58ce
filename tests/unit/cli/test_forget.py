"""A stack whose cluster is lost: what is refused, reported and kept."""

import stat
from pathlib import Path
from typing import Any

import pytest

from cli.clusters import Answer
from cli.errors import CommandError
from cli.forget import Forgotten, contents, parse, refuse, save_copy, warning
from cli.project import StackFile

GONE = Answer("", "https://10.0.0.1:8443", "10.0.0.1:8443 refuses connections")
THERE = Answer("v1.36.3", "https://10.0.0.1:8443", "")


def stack(**config: Any) -> StackFile:
    return StackFile("prod", Path("Pulumi.prod.yaml"), {"context": "production", **config})


def test_contents_of_a_state() -> None:
    resources = [
        {"type": "pulumi:pulumi:Stack"},
        {"type": "kubernetes:core/v1:Service"},
        {"type": "kubernetes:core/v1:PersistentVolumeClaim", "protect": True},
        {"type": "random:index/randomPassword:RandomPassword", "protect": True},
    ]
    assert contents({"deployment": {"resources": resources}}) == Forgotten(2, True)
    assert contents({"deployment": {"resources": resources[:2]}}) == Forgotten(1, False)
    assert contents(parse('{"version": 3, "deployment": {}}')) == Forgotten(0, False)


@pytest.mark.parametrize(
    ("answer", "found", "words"),
    [
        (THERE, Forgotten(3, False), ["'production'", "https://10.0.0.1:8443", "v1.36.3", "it is not gone"]),
        (GONE, Forgotten(0, False), ["nothing to forget"]),
        (GONE, Forgotten(3, True), ["only copy of the generated credentials", "`allowDataLoss`", "Pulumi.prod.yaml"]),
    ],
)
def test_what_is_refused(answer: Answer, found: Forgotten, words: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        refuse(stack(), answer, found)
    assert [word for word in words if word not in str(error.value)] == []


def test_what_is_allowed() -> None:
    refuse(stack(), GONE, Forgotten(3, False))
    refuse(stack(allowDataLoss=["cluster"]), GONE, Forgotten(3, True))
    with pytest.raises(CommandError):
        refuse(stack(allowDataLoss=["mongodb"]), GONE, Forgotten(3, True))


def test_the_copy_is_private_and_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.forget.time.strftime", lambda *_: "20260101T000000Z")
    path = save_copy(stack(), "text", tmp_path / "copies")
    assert path.read_text() == "text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(FileExistsError):
        save_copy(stack(), "other", tmp_path / "copies")


def test_the_warning_says_what_happens_and_the_way_back() -> None:
    text = warning(stack(), GONE, Forgotten(41, False), Path("copies/prod.json"))
    for words in ("'production'", "refuses connections", "41 objects", "Nothing is deleted", "pulumi stack import"):
        assert words in text
