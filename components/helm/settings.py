"""Settings of what is deployed as a Helm release."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ..settings.base import Section
from ..settings.types import OptionalHttpUrl

Method = Literal["native", "helm"]


class Helm(Section):
    """The Helm release, with `method: helm`."""

    chart: str = Field(default="", pattern=r"^\S*$")
    """Chart in place of the pinned one: a folder or an archive (`./charts/ollama`, `/srv/ollama-1.77.0.tgz`, relative
    to the project), an OCI reference (`oci://mirror.example.org/charts/ollama`), or a name in `repository`."""
    repository: OptionalHttpUrl = ""
    """URL of a mirror of the chart's repository; empty for the chart's own."""
    version: str = Field(default="", pattern=r"^$|^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$")
    """Version of the chart; empty for the pinned one. A folder or an archive has its own."""
    values: dict[str, Any] = {}
    """Values for the chart, merged last over those that the settings give: mappings are merged, everything else is
    replaced, null takes out what the settings give. Not for secrets: Helm keeps its values in the cluster, and Pulumi
    in the state."""
    atomic: bool = True
    """Whether a failed upgrade is rolled back, and a failed first installation removed."""
    cleanup_on_fail: bool = True
    """Whether objects that a failed upgrade created are deleted."""
    max_history: Annotated[int, Field(ge=0)] = 5
    """Revisions that Helm keeps; 0 for all of them. Each is a Secret in the namespace."""
