"""The ingress controllers and implementations of the Gateway API that are known: one module for each.

To add one, write its module, add it to `CONTROLLERS` and to the choices of `exposure.controller`
(`exposure/settings.py`), and give it a row in docs/exposure.md; tests hold these together.
"""

from collections.abc import Mapping

from . import envoy_gateway, haproxy, haproxy_ingress, ingress_nginx, nginx_gateway_fabric, other, traefik
from .controller import Controller

CONTROLLERS: Mapping[str, Controller] = {
    controller.name: controller
    for controller in (
        ingress_nginx.CONTROLLER,
        traefik.CONTROLLER,
        haproxy.CONTROLLER,
        haproxy_ingress.CONTROLLER,
        envoy_gateway.CONTROLLER,
        nginx_gateway_fabric.CONTROLLER,
        other.CONTROLLER,
    )
}
"""What is known of each controller, by its name in `exposure.controller`."""
