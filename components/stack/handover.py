"""Change of method: the old server stays until the new one is ready."""

from pathlib import Path

import pulumi

from ..helm.charts import is_path
from ..helm.handover import FormerServer, has_former_server
from ..helm.settings import Method
from .data.deployed import DeployedRelease, DeployedStack


def former_server(deployed: DeployedStack, component: str, method: Method) -> FormerServer | None:
    """Return the server that the other method runs, if it has to be kept, and log that it is kept.

    Args:
        deployed: What the stack has deployed.
        component: Logical name of the component, for example `ollama`.
        method: How the settings deploy it.

    Raises:
        pulumi.RunError: The chart of the release to keep is missing, so Helm cannot upgrade the release.
    """
    if not has_former_server(deployed.replicas, component, method):
        return None
    kind = "Deployment" if method == "helm" else "Helm release"
    pulumi.log.info(
        f"{component}: the {kind} that runs it now is kept until its successor (`method: {method}`) is ready; the next "
        "`pulumi up` deletes it"
    )
    release = deployed.releases.get(f"{component}-release", DeployedRelease())
    if method == "native" and is_path(release.chart) and not Path(release.chart).exists():
        raise pulumi.RunError(
            f"{component}: the Helm release that runs it now was made from the chart {release.chart}, which is not "
            "there. Helm needs it to take the pods of the release away: put it back until the release is deleted, "
            "which the second `pulumi up` does."
        )
    return {"release_values": sorted(release.values)}
