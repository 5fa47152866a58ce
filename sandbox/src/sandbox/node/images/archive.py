"""OCI archives; the same content gives the same bytes.

Format: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CREATED = "1970-01-01T00:00:00Z"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Image:
    """Contents of an image."""

    layers: Sequence[Path]
    """Tar archives, lowest layer first."""
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def architecture() -> str:
    """Return this machine's architecture as named in images."""
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)


def write_layer(output: Path, files: Iterable[tuple[Path, str]], *, owner: int | None = None) -> None:
    """Write an archive of files and of folders with their contents.

    Args:
        output: The archive.
        files: Files or folders, and their paths in the image, without a leading slash.
        owner: User and group of all files; None to keep their owners.
    """

    def normal(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if member.isdev() or member.name.startswith(("proc/", "sys/", "run/")):
            return None
        member.mtime = 0
        member.uname = member.gname = ""
        if owner is not None:
            member.uid = member.gid = owner
        return member

    # `tarfile` adds a folder's contents sorted by name.
    with tarfile.open(output, "w", format=tarfile.GNU_FORMAT) as archive:
        for path, name in files:
            archive.add(path, arcname=name or ".", filter=normal)


def write_archive(output: Path, reference: str, image: Image) -> None:
    """Write an image as an OCI archive.

    Args:
        output: The archive.
        reference: Full name of the image, such as ``docker.io/library/nginx:1.29``.
        image: Contents of the image.
    """
    layers = [_descriptor(_LAYER, *_digest(path)) for path in image.layers]
    config = _json(
        {
            "created": _CREATED,
            "architecture": architecture(),
            "os": "linux",
            "config": {
                "Entrypoint": list(image.entrypoint),
                "Cmd": list(image.command),
                "User": image.user,
                "Env": [f"{name}={value}" for name, value in image.environment.items()],
            },
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
        }
    )
    manifest = _json(
        {"schemaVersion": 2, "mediaType": _MANIFEST, "config": _of(_CONFIG, config), "layers": layers},
    )
    entry = {
        **_of(_MANIFEST, manifest),
        "platform": {"architecture": architecture(), "os": "linux"},
        "annotations": {
            "io.containerd.image.name": reference,
            "org.opencontainers.image.ref.name": reference.rpartition(":")[2],
        },
    }
    with tarfile.open(output, "w") as archive:
        _add(archive, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        _add(archive, "index.json", _json({"schemaVersion": 2, "mediaType": _INDEX, "manifests": [entry]}))
        for content in (manifest, config):
            _add(archive, _blob(f"sha256:{hashlib.sha256(content).hexdigest()}"), content)
        for digest, path in {layer["digest"]: path for layer, path in zip(layers, image.layers, strict=True)}.items():
            with path.open("rb") as content:
                archive.addfile(_member(_blob(digest), path.stat().st_size), content)


def references(archive: Path) -> list[str]:
    """Return the names of the images in an archive.

    Raises:
        ValueError: It is not an archive of named images.
    """
    try:
        with tarfile.open(archive) as opened:
            index = opened.extractfile("index.json")
            assert index is not None  # noqa: S101 - for the type checker: it is a file
            manifests = json.load(index)["manifests"]
        found = [entry.get("annotations", {}).get("io.containerd.image.name") for entry in manifests]
    except (tarfile.TarError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{archive} is not an OCI archive ({type(error).__name__}: {error})") from error
    if not found or not all(found):
        raise ValueError(f"{archive} does not name its image (annotation io.containerd.image.name)")
    return [str(name) for name in found]


def _digest(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}", path.stat().st_size


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size}


def _of(kind: str, content: bytes) -> dict[str, Any]:
    return _descriptor(kind, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_member(name, len(content)), io.BytesIO(content))
