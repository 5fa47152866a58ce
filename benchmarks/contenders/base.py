"""What every contender can be asked to do. A step is one call; the runner takes its time."""

from dataclasses import dataclass
from typing import Protocol

IMAGES = ("docker.io/ollama/ollama:0.32.13", "docker.io/ollama/ollama:0.32.14")
"""The image of the first deployment and the one that it is changed to."""

NAMESPACES = ("ollama", "librechat")


@dataclass(frozen=True)
class StateSize:
    """What a contender remembers of a deployment.

    Attributes:
        size: Bytes, as stored.
        entries: Resources, or stored releases of Helm.
        plain: Bytes before compression; None where it is stored as it is.
    """

    size: int
    entries: int
    plain: int | None = None


class Contender(Protocol):
    """One way to deploy one set of objects.

    Attributes:
        name: Tool and what it deploys.
        series: `baseline`, `full` or `empty`; only contenders of a series deploy the same.
        lines: Lines that a person writes and keeps, without blank lines and comments.
    """

    name: str
    series: str
    lines: int

    def up(self) -> None:
        """Deploy onto a cluster that has nothing of it, and wait until pods are ready."""

    def plan(self) -> None:
        """Show that nothing would change, by the tool's ordinary command."""

    def refreshed_plan(self) -> bool | None:
        """Compare with the live objects; tell whether something differs, None where the tool has no such command."""

    def apply(self) -> None:
        """Deploy again, as a person does to repair what was changed by hand."""

    def change_image(self, image: str) -> None:
        """Deploy another image of Ollama and wait until its pods are ready."""

    def rollback(self) -> None:
        """Go back to the image before, by the tool's own way."""

    def destroy(self) -> None:
        """Remove everything, and wait until it is gone."""

    def state(self) -> StateSize | None:
        """Measure what is remembered; None where nothing is."""
