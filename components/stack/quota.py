"""How much a namespace may hold: derived from what the settings run in it, so that it never stands in the way."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, Decimal

from ..definition import Application, Containers
from ..ollama.gpu import gpu_resource
from ..settings.quantities import parse_quantity
from ..workload.settings import Amounts, Resources
from .resource_rules import containers, jobs
from .settings import Settings

ROLLING = 2
"""Old and new pods of a rolling update run side by side."""

SPARE: Mapping[str, Decimal] = {"cpu": Decimal(2), "memory": Decimal(4 * 2**30)}
"""Besides the workloads: Jobs such as a backup, and a container for debugging."""

SPARE_PODS = 20

CLOSED: Mapping[str, str] = {"services.nodeports": "0", "services.loadbalancers": "0"}
"""No Service opens a port to the outside; what is exposed goes through an Ingress or a Gateway."""


def requests(resources: Resources, default: Amounts) -> dict[str, Decimal]:
    """Give what a container counts for: its request, else its limit, else the default of the LimitRange."""
    own, limits, fallback = resources.requests.mapping(), resources.limits.mapping(), default.mapping()
    amounts = {**fallback, **limits, **own}
    return {key: parse_quantity(amounts[key]) for key in ("cpu", "memory") if key in amounts}


def workloads(settings: Settings, namespace: Application) -> Iterator[Containers]:
    """Yield what runs in a namespace, Jobs included."""
    yield from containers(settings, namespace)
    for name, resources, pods in jobs(settings, namespace):
        yield Containers(name, pods, resources)


def hard(settings: Settings, application: Application) -> dict[str, str]:
    """Give the hard limits of a namespace's ResourceQuota.

    Twice what runs in it, something to spare, its GPUs, and no Service that is open to the outside.

    application: `ollama` or `librechat`.
    """
    default = settings.namespaces.limit_range.given_request
    entries = [(count, requests(resources, default)) for _, count, resources in workloads(settings, application)]
    pods = ROLLING * sum(count for count, _ in entries) + SPARE_PODS
    result = {
        "requests.cpu": _cores(ROLLING * _sum(entries, "cpu") + SPARE["cpu"]),
        "requests.memory": _bytes(ROLLING * _sum(entries, "memory") + SPARE["memory"]),
        "pods": str(pods),
        **CLOSED,
    }
    if application == "ollama":
        result |= {f"requests.{name}": str(count) for name, count in _gpus(settings).items()}
    return result


def _gpus(settings: Settings) -> dict[str, int]:
    """Give the GPUs of every server. No rollout holds more; one more Ollama would take what others wait for."""
    result: dict[str, int] = {}
    for server in settings.ollama.servers().values():
        if server.gpu.count:
            name = gpu_resource(server.gpu)
            result[name] = result.get(name, 0) + server.gpu.count * server.replicas
    return result


def _sum(entries: Iterable[tuple[int, Mapping[str, Decimal]]], key: str) -> Decimal:
    return sum((count * amounts.get(key, Decimal(0)) for count, amounts in entries), Decimal(0))


def _cores(number: Decimal) -> str:
    """Write cores as the API server does, or every refresh would find a difference."""
    millicores = int((number * 1000).to_integral_value(ROUND_CEILING))
    return str(millicores // 1000) if millicores % 1000 == 0 else f"{millicores}m"


def _bytes(number: Decimal) -> str:
    """Write bytes as the API server does, in whole Mi."""
    mebibytes = int((number / 2**20).to_integral_value(ROUND_CEILING))
    return f"{mebibytes // 1024}Gi" if mebibytes % 1024 == 0 else f"{mebibytes}Mi"
