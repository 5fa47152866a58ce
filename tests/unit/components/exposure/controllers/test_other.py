"""A controller that nothing is known about."""

from components.exposure.controllers.controller import UNLIMITED, Preset, Route
from components.exposure.controllers.other import CONTROLLER


def test_it_gets_the_timeouts_of_the_standard_and_no_more() -> None:
    route = Route(name="chat", networks=["10.0.0.0/8"], body_limit_mb=30)
    assert CONTROLLER.preset(route) == Preset(timeouts=UNLIMITED)
