"""Interface of the contenders. A step is one call, which the runner times."""

from dataclasses import dataclass
from typing import Protocol

IMAGES = ("docker.io/ollama/ollama:0.32.13", "docker.io/ollama/ollama:0.32.14")
"""Image of the first deployment, and the one that it is changed to."""

NAMESPACES = ("ollama", "librechat")


@dataclass(frozen=True)
class StateSize:
    """Size of the state that a contender keeps of a deployment.

    Attributes:
        size: Bytes, as stored.
        entries: Number of resources, or of Helm's stored releases.
        plain: Bytes before compression; None if it is not compressed.
    """

    size: int
    entries: int
    plain: int | None = None


class Contender(Protocol):
    """One way to deploy a set of objects.

    Attributes:
        name: Tool and what it deploys.
        series: `baseline`, `full` or `empty`; only contenders of the same series deploy the same.
        lines: Lines that a person writes and maintains, without blank lines and comments.
    """

    name: str
    series: str
    lines: int

    def up(self) -> None:
        """Deploy to an empty cluster, and wait until pods are ready."""

    def plan(self) -> None:
        """Show that nothing would change, with the tool's ordinary command."""

    def refreshed_plan(self) -> bool | None:
        """Compare with the live objects; return whether there is drift, None if the tool has no such command."""

    def apply(self) -> None:
        """Deploy again, to repair drift."""

    def change_image(self, image: str) -> None:
        """Deploy another image of Ollama and wait until its pods are ready."""

    def rollback(self) -> None:
        """Roll back to the previous image in the tool's own way."""

    def destroy(self) -> None:
        """Remove everything, and wait until it is gone."""

    def state(self) -> StateSize | None:
        """Measure the state; None if the tool keeps none."""
