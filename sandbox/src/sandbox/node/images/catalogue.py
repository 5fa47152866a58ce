"""Images that can be built here, and how."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.build import build
from sandbox.cache import cache_dir, content_key, locked
from sandbox.errors import SandboxError
from sandbox.node import programs
from sandbox.node.images import debian
from sandbox.node.images.archive import Image, write_archive, write_layer

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Recipe:
    """How to build an image."""

    title: str
    """Description."""
    make: Callable[[Path, Console], Image]
    """Builds the layers, in a folder for those that are not in the cache."""


def _pause(scratch: Path, console: Console) -> Image:
    return Image([_binaries(scratch, build(programs.pause(), console))], entrypoint=["/pause"])


def _coredns(scratch: Path, console: Console) -> Image:
    return Image([_binaries(scratch, build(programs.coredns(), console))], entrypoint=["/coredns"])


def _ollama(scratch: Path, console: Console) -> Image:
    binary = build(programs.ollama(), console)
    layers = [debian.layer(["libstdc++6", "busybox-static"], console), _binaries(scratch, binary, folder="usr/bin/")]
    environment = {"PATH": _PATH, "OLLAMA_HOST": "0.0.0.0:11434"}  # as in the image that Ollama publishes
    return Image(layers, entrypoint=["/bin/ollama"], command=["serve"], environment=environment)


def _nginx(_scratch: Path, console: Console) -> Image:
    layers = [debian.layer(["nginx-light"], console)]
    return Image(layers, command=["nginx", "-g", "daemon off;"], user="101", environment={"PATH": _PATH})


def _binaries(scratch: Path, *paths: Path, folder: str = "") -> Path:
    output = scratch / "programs.tar"
    write_layer(output, [(path, f"{folder}{path.name}") for path in paths], owner=0)
    return output


SYSTEM = {
    "pause": Recipe("the first process of every pod", _pause),
    "coredns": Recipe("CoreDNS", _coredns),
}
"""Images that the node itself needs."""

RECIPES = {
    "ollama": Recipe("Ollama from its Go module, for the processor", _ollama),
    "nginx": Recipe("nginx from Debian, without root", _nginx),
}
"""Images that can be requested."""


def parse(images: Sequence[str]) -> dict[str, str]:
    """Return names of recipes by the requested image reference.

    Args:
        images: As in ``ollama=docker.io/ollama/ollama:0.32.15``.

    Raises:
        SandboxError: One of them has another form, or there is no such recipe.
    """
    found: dict[str, str] = {}
    for given in images:
        name, equals, reference = given.partition("=")
        if not equals or ":" not in reference.rpartition("/")[2] or "/" not in reference:
            raise SandboxError(
                f"image {given!r}: write it as NAME=REGISTRY/REPOSITORY:TAG, "
                "for example ollama=docker.io/ollama/ollama:0.32.15."
            )
        if name not in RECIPES:
            raise SandboxError(f"image {given!r}: {name!r} cannot be made here; there are {', '.join(RECIPES)}.")
        found[reference] = name
    return found


def archive(name: str, reference: str, console: Console) -> Path:
    """Return the archive of an image, building it if it is not in the cache.

    Args:
        name: Name in `SYSTEM` or `RECIPES`.
        reference: Full name of the image.
        console: Console for progress messages.

    Raises:
        SandboxError: A part of the image could not be built.
    """
    recipe = {**SYSTEM, **RECIPES}[name]
    release = [debian.codename()] if name in RECIPES else []
    key = content_key(Path(__file__).parent, content_key(programs.MODULES), name, reference, *release)
    output = cache_dir() / f"image-{name}-{key}" / "image.tar"
    if output.exists():
        return output
    with locked(output.parent.name, console):
        if output.exists():
            return output
        cache_dir().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="image-") as scratch:
            image = recipe.make(Path(scratch), console)
            console.print(f"Writing the image {reference}: {recipe.title}.", highlight=False)
            made = Path(scratch, "made")
            made.mkdir()
            write_archive(made / output.name, reference, image)
            made.rename(output.parent)
    return output
