"""What an Ingress or HTTPRoute gets for its controller and its backend."""

from typing import Any

from components.exposure.presets import MULTIPART_OVERHEAD_MB, body_limit, preset
from components.exposure.settings import Exposure


def exposure(**settings: Any) -> Exposure:
    return Exposure.model_validate({"host": "a.example.org", **settings})


def test_the_body_limit_is_the_upload_and_what_is_around_it() -> None:
    assert body_limit(25) == 25 + MULTIPART_OVERHEAD_MB
    assert body_limit(0) == 0


def test_an_ingress_gets_the_limit_of_its_backend() -> None:
    found = preset(exposure(type="Ingress", controller="ingress-nginx"), "chat", 25)
    assert found.annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "30m"


def test_a_route_gets_a_filter_in_place_of_annotations() -> None:
    settings = {"controller": "traefik", "allowedNetworks": ["10.0.0.0/8"], "gateway": {"name": "edge"}}
    ingress = preset(exposure(type="Ingress", **settings), "chat", 0)
    route = preset(exposure(type="HTTPRoute", **settings), "chat", 0)
    assert (len(ingress.middlewares), len(route.middlewares), len(route.filters)) == (1, 0, 1)
    assert route.policies == ingress.policies
