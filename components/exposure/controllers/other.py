"""Any other controller: nothing is known about it, and annotations of one's own say what it needs."""

from .controller import UNLIMITED, Controller, Preset, Route


def _preset(route: Route) -> Preset:  # noqa: ARG001 - nothing is known about it
    """Return the standard's timeouts of an HTTPRoute."""
    return Preset(timeouts=UNLIMITED)


CONTROLLER = Controller(
    name="other",
    preset=_preset,
    serves_ingress=True,
    serves_http_route=True,
    restricts_networks=False,
)
