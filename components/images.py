"""Container images: how they are pinned, and what their references say.

Each component pins its own, in `versions.py`.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Image:
    """One pinned image.

    Attributes:
        registry: Host that serves it by default.
        repository: Path on that host.
        tag: The pinned tag; never a floating one.
    """

    registry: str
    repository: str
    tag: str

    def __str__(self) -> str:
        """Return the full reference, which does not depend on the container runtime's configuration."""
        return f"{self.registry}/{self.repository}:{self.tag}"


_REFERENCE = re.compile(
    r"""(?:(?P<registry>(?:localhost|[\w.-]+\.[\w.-]+|[\w-]+)(?::\d+)?)/(?=[a-z0-9]))?
        (?P<repository>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)
        (?::(?P<tag>\w[\w.-]{0,127}))?
        (?:@(?P<digest>sha256:[0-9a-f]{64}))?""",
    re.VERBOSE | re.ASCII,
)
FLOATING_TAGS = frozenset({"latest", "main", "master", "dev", "edge", "nightly", "stable", "rolling"})
"""Tags that move, so that the same manifest may run another program tomorrow."""


def problem(reference: str) -> str | None:
    """Return what is wrong with an image reference; None if nothing is.

    A reference needs a tag or a digest: without one the runtime pulls `latest`, and a rollback changes nothing.
    """
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return "not an image reference, write it as `registry/repository:tag`"
    if not match["tag"] and not match["digest"]:
        return "has no tag, add one (`:1.2.3`) or a digest (`@sha256:...`)"
    return None


def split(reference: str) -> tuple[str, str]:
    """Return the registry host and the rest of a reference, as container runtimes split it."""
    head, slash, rest = reference.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        return head, rest
    return "docker.io", reference if slash else f"library/{reference}"


def resolve(image: Image, registry: str = "", override: str = "") -> str:
    """Return the reference for a pod.

    Args:
        image: The pinned image.
        registry: Mirror that serves every image instead of its own registry, for example `mirror.example.org/hub`;
            empty for none. It replaces the registry's host, the repository's path stays.
        override: Full reference that replaces the pinned one; empty for none.
    """
    reference = override or str(image)
    if not registry:
        return reference
    return f"{registry.rstrip('/')}/{split(reference)[1]}"


Version = tuple[int, int, int]
"""Major, minor and patch version."""

_VERSION_TAG = re.compile(r":v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-.][\w.-]*)?(?:@sha256:[0-9a-f]+)?$")


def version_of(reference: str) -> Version | None:
    """Return the version in an image's tag; None where the tag is no version, or there is only a digest."""
    match = _VERSION_TAG.search(reference)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def version_text(version: Version) -> str:
    """Return a version as text, for example `1.2.3`."""
    return ".".join(map(str, version))
