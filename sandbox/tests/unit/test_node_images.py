"""Which images can be made, and out of which packages."""

from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.node.images.catalogue import parse
from sandbox.node.images.debian import codename, mirror


def test_images_by_reference() -> None:
    wanted = ["ollama=docker.io/ollama/ollama:0.32.15", "nginx=localhost:5000/nginx:1"]
    assert parse(wanted) == {"docker.io/ollama/ollama:0.32.15": "ollama", "localhost:5000/nginx:1": "nginx"}


@pytest.mark.parametrize(
    "wrong", ["ollama", "ollama=ollama", "ollama=docker.io/ollama", "ollama=localhost:5000/ollama"]
)
def test_an_image_without_a_full_name_is_refused(wrong: str) -> None:
    with pytest.raises(SandboxError, match="NAME=REGISTRY/REPOSITORY:TAG"):
        parse([wrong])


def test_an_image_that_nobody_can_make_is_refused() -> None:
    with pytest.raises(SandboxError, match="'mongo' cannot be made here; there are ollama, nginx"):
        parse(["mongo=docker.io/library/mongo:8"])


def test_codename(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=debian\nVERSION_CODENAME=bookworm\n")
    assert codename(release) == "bookworm"
    release.write_text("ID=arch\n")
    with pytest.raises(SandboxError, match="neither"):
        codename(release)


def test_the_mirror_is_apts_own(tmp_path: Path) -> None:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    with pytest.raises(SandboxError, match="No source of the release bookworm"):
        mirror("bookworm", tmp_path)
    (folder / "debian.sources").write_text(
        "Types: deb\nURIs: http://mirror.example.org/security\nSuites: bookworm-security\n\n"
        "Types: deb\nURIs: http://mirror.example.org/debian\nSuites: bookworm bookworm-updates\n"
    )
    assert mirror("bookworm", tmp_path) == "http://mirror.example.org/debian"
    (tmp_path / "sources.list").write_text("deb [arch=amd64] http://first.example.org/debian bookworm main\n")
    assert mirror("bookworm", tmp_path) == "http://first.example.org/debian"
