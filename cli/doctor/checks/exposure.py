"""Checks that a controller serves the exposures."""

from collections.abc import Iterator

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs, title
from components.settings.findings import Finding

_UNREACHABLE = "`up` succeeds, but it is not reachable from outside the cluster"


def ingress_classes(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the IngressClass of each Ingress exists."""
    for ingress in needs.all("Ingress"):
        shown = title("Ingress", ingress.metadata["namespace"], ingress.object_name)
        name = ingress.spec.get("ingressClassName", "")
        wanted = f"IngressClass {name}" if name else "a default IngressClass"
        if facts.ingress_classes is None:
            yield diagnosis(
                "unknown",
                "exposure",
                "the user may not list IngressClasses",
                f"{shown} needs {wanted}",
                "let the user list ingressclasses.networking.k8s.io",
            )
            continue
        found = next((one for one in facts.ingress_classes if (one.name == name if name else one.default)), None)
        if found is None:
            there = ", ".join(one.name for one in facts.ingress_classes) or "none"
            yield diagnosis(
                "warning",
                "exposure",
                f"{wanted} does not exist; existing ones: {there}",
                f"no controller serves {shown}: {_UNREACHABLE}",
                "install an Ingress controller, or set `exposure.className` to an existing class, and its "
                "implementation in `exposure.controller`",
            )
        else:
            yield ok("exposure", f"{shown} is served by IngressClass {found.name} ({found.controller})")


def gateways(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the Gateway of each HTTPRoute, and its GatewayClass, exist."""
    for route in needs.all("HTTPRoute"):
        shown = title("HTTPRoute", route.metadata["namespace"], route.object_name)
        for parent in route.spec["parentRefs"]:
            where = (parent.get("namespace") or route.metadata["namespace"], parent["name"])
            gateway = title("Gateway", *where)
            if facts.gateways is None:
                yield diagnosis(
                    "unknown",
                    "exposure",
                    f"the user is not allowed to read {gateway}",
                    f"{shown} needs it",
                    "ask who may",
                )
            elif where not in facts.gateways:
                yield diagnosis(
                    "warning",
                    "exposure",
                    f"{gateway} does not exist",
                    f"{shown} attaches to nothing: {_UNREACHABLE}",
                    "create the Gateway, or correct `exposure.gateway`",
                )
            else:
                yield _of_class(shown, gateway, facts.gateways[where], facts.gateway_classes)


def _of_class(shown: str, gateway: str, name: str, classes: frozenset[str] | None) -> Finding:
    if classes is not None and name not in classes:
        return diagnosis(
            "warning",
            "exposure",
            f"{gateway} is of GatewayClass {name}, which does not exist",
            f"no controller serves {shown}: {_UNREACHABLE}",
            "install the implementation of that class, or correct the Gateway",
        )
    return ok("exposure", f"{shown} attaches to {gateway} of GatewayClass {name}")
