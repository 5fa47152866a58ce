"""Settings of a component that is deployed as a Helm release."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ..settings.base import Section
from ..settings.types import OptionalHttpUrl

Method = Literal["native", "helm"]


class Helm(Section):
    """The Helm release, with `method: helm`."""

    chart: str = Field(default="", pattern=r"^\S*$")
    """Chart instead of the pinned one: a folder or an archive (`./charts/ollama`, `/srv/ollama-1.77.0.tgz`, relative
    to the project), an OCI reference (`oci://mirror.example.org/charts/ollama`), or a name in `repository`."""
    repository: OptionalHttpUrl = ""
    """URL of a mirror of the chart's repository; empty for the chart's own."""
    version: str = Field(default="", pattern=r"^$|^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")
    """Version of the chart; empty for the pinned one. For a folder or an archive, its own version counts."""
    values: dict[str, Any] = {}
    """Values for the chart, merged last over those that the settings produce: mappings are merged, everything else is
    replaced, and null removes a value. Not for secrets: Helm stores values in the cluster, and Pulumi in the state."""
    atomic: bool = True
    """Whether Helm rolls back a failed upgrade and removes a failed first installation."""
    cleanup_on_fail: bool = True
    """Whether Helm deletes the objects that a failed upgrade created."""
    max_history: Annotated[int, Field(ge=0)] = 5
    """Number of revisions that Helm keeps; 0 for all. Each is a Secret in the namespace."""
