"""What an Ingress or HTTPRoute gets for its controller and its backend."""

from .controllers import CONTROLLERS
from .controllers.controller import Preset, Route
from .settings import Exposure

MULTIPART_OVERHEAD_MB = 5
"""A proxy counts the whole request body: the file, and around it the headers and the other fields of the form."""


def body_limit(upload_limit_mb: int) -> int:
    """Return the limit of a request body in MB for uploads up to a size; 0 stays no limit."""
    return upload_limit_mb + MULTIPART_OVERHEAD_MB if upload_limit_mb else 0


def preset(exposure: Exposure, name: str, upload_limit_mb: int) -> Preset:
    """Return what the settings' controller needs.

    What an annotation says for an Ingress, a filter or a policy says for an HTTPRoute, and the other way round.

    Args:
        exposure: The settings.
        name: Name of the Ingress or HTTPRoute.
        upload_limit_mb: Largest uploaded file in MB; 0 for no limit.
    """
    route = Route(name=name, networks=exposure.allowed_networks, body_limit_mb=body_limit(upload_limit_mb))
    found = CONTROLLERS[exposure.controller].preset(route)
    if exposure.type == "HTTPRoute":
        return Preset(policies=found.policies, filters=found.filters, timeouts=found.timeouts)
    return found
