"""Every container image of the program, by tag, in one place.

Source of the versions: the tags that each application's own compose file or continuous integration uses,
except Ollama, which publishes no such pin.
"""

import re
from dataclasses import dataclass

OLLAMA_VERSION = "0.32.15"


@dataclass(frozen=True)
class Image:
    """One pinned image.

    registry: host that serves it by default.
    repository: path on that host.
    tag: the pinned tag; never a floating one.
    """

    registry: str
    repository: str
    tag: str

    def __str__(self) -> str:
        """The reference that a container runtime understands without configuration."""
        return f"{self.registry}/{self.repository}:{self.tag}"


IMAGES: dict[str, Image] = {
    "ollama": Image("docker.io", "ollama/ollama", OLLAMA_VERSION),
    "ollama-rocm": Image("docker.io", "ollama/ollama", f"{OLLAMA_VERSION}-rocm"),
    "librechat": Image("ghcr.io", "librechat-ai/librechat", "v0.8.8"),
    "mongodb": Image("docker.io", "library/mongo", "8.0.20"),
    "rclone": Image("docker.io", "rclone/rclone", "1.75.1"),
    "nginx": Image("docker.io", "nginxinc/nginx-unprivileged", "1.29.8-alpine"),
    "valkey": Image("docker.io", "valkey/valkey", "8.1.3"),
    "meilisearch": Image("docker.io", "getmeili/meilisearch", "v1.35.1"),
}
"""The images by the name that the settings and the documentation use."""

_REFERENCE = re.compile(
    r"""(?:(?P<registry>(?:localhost|[\w.-]+\.[\w.-]+|[\w-]+)(?::\d+)?)/(?=[a-z0-9]))?
        (?P<repository>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)
        (?::(?P<tag>\w[\w.-]{0,127}))?
        (?:@(?P<digest>sha256:[0-9a-f]{64}))?""",
    re.VERBOSE | re.ASCII,
)
FLOATING_TAGS = frozenset({"latest", "main", "master", "dev", "edge", "nightly", "stable", "rolling"})
"""Tags that move: the same manifest gives another program tomorrow."""


def problem(reference: str) -> str | None:
    """Say what is wrong with an image reference, or None.

    A reference needs a tag or a digest: without one the runtime takes `latest`, and a rollback brings nothing back.
    """
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return "not an image reference, write it as `registry/repository:tag`"
    if not match["tag"] and not match["digest"]:
        return "has no tag, add one (`:1.2.3`) or a digest (`@sha256:...`)"
    return None


def split(reference: str) -> tuple[str, str]:
    """Split a reference into registry host and the rest, as container runtimes do."""
    head, slash, rest = reference.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        return head, rest
    return "docker.io", reference if slash else f"library/{reference}"


def resolve(name: str, registry: str = "", override: str = "") -> str:
    """Give the reference to write into a pod.

    name: key of `IMAGES`.
    registry: mirror that serves every image instead of its own registry, for example `mirror.example.org/hub`;
        empty for none. It replaces the registry's host, the repository's path stays.
    override: full reference that replaces the pinned one; empty for none.
    """
    reference = override or str(IMAGES[name])
    if not registry:
        return reference
    return f"{registry.rstrip('/')}/{split(reference)[1]}"
