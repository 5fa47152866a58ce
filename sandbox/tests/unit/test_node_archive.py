"""OCI archives of the real node's images."""

import hashlib
import json
import os
import tarfile
from pathlib import Path

import pytest

from sandbox.node.images.archive import Image, references, write_archive, write_layer

REFERENCE = "docker.io/example/web:1.2"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Some files."""
    folder = tmp_path / "tree"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "web").write_text("#!/bin/sh\n")
    (folder / "bin" / "web").chmod(0o755)
    (folder / "bin" / "link").symlink_to("web")
    return folder


def image(tmp_path: Path, tree: Path, name: str) -> Path:
    layer = tmp_path / f"{name}.layer"
    write_layer(layer, [(tree, "")], owner=0)
    output = tmp_path / f"{name}.tar"
    write_archive(output, REFERENCE, Image([layer], entrypoint=["/bin/web"], user="101", environment={"A": "b"}))
    return output


def test_the_same_files_give_the_same_bytes(tmp_path: Path, tree: Path) -> None:
    first = image(tmp_path, tree, "first")
    os.utime(tree / "bin" / "web", (1, 1))
    assert image(tmp_path, tree, "second").read_bytes() == first.read_bytes()


def test_every_blob_is_what_its_name_says_and_the_config_is_the_image(tmp_path: Path, tree: Path) -> None:
    with tarfile.open(image(tmp_path, tree, "image")) as archive:
        contents = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}  # type: ignore[union-attr]
    for name, content in contents.items():
        if name.startswith("blobs/"):
            assert hashlib.sha256(content).hexdigest() == name.rpartition("/")[2]
    (entry,) = json.loads(contents["index.json"])["manifests"]
    manifest = json.loads(contents["blobs/" + entry["digest"].replace(":", "/")])
    config = json.loads(contents["blobs/" + manifest["config"]["digest"].replace(":", "/")])
    assert config["config"] == {"Entrypoint": ["/bin/web"], "Cmd": [], "User": "101", "Env": ["A=b"]}
    assert config["rootfs"]["diff_ids"] == [layer["digest"] for layer in manifest["layers"]]


def test_a_layer_keeps_modes_and_links(tmp_path: Path, tree: Path) -> None:
    write_layer(tmp_path / "layer.tar", [(tree / "bin" / "web", "usr/bin/web"), (tree / "bin" / "link", "link")])
    with tarfile.open(tmp_path / "layer.tar") as archive:
        assert archive.getmember("usr/bin/web").mode & 0o777 == 0o755
        assert archive.getmember("link").linkname == "web"


def test_references(tmp_path: Path, tree: Path) -> None:
    assert references(image(tmp_path, tree, "image")) == [REFERENCE]


def test_what_is_no_archive_of_images_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.tar"
    path.write_text("no archive")
    with pytest.raises(ValueError, match="is not an OCI archive"):
        references(path)
    with tarfile.open(path, "w") as archive:
        archive.add(__file__, arcname="file")
    with pytest.raises(ValueError, match="is not an OCI archive"):
        references(path)
