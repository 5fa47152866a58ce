"""ResourceQuota of a namespace, derived from what the settings run in it."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, Decimal

from ..definition import Application, Containers
from ..ollama.gpu import gpu_resource
from ..settings.quantities import parse_quantity
from ..workload.settings import Amounts, Resources
from .resource_rules import containers, jobs
from .settings import Settings

ROLLING_UPDATE = 2
"""Old and new pods of a rolling update run side by side."""

SPARE: Mapping[str, Decimal] = {"cpu": Decimal(2), "memory": Decimal(4 * 2**30)}
"""Requests besides those of the workloads, for Jobs such as a backup and for a debug container."""

SPARE_PODS = 20

NO_OPEN_SERVICES: Mapping[str, str] = {"services.nodeports": "0", "services.loadbalancers": "0"}
"""No Service opens a port to the outside: traffic comes in through an Ingress or a Gateway."""


def hard_limits(settings: Settings, application: Application) -> dict[str, str]:
    """Return the hard limits of a namespace's ResourceQuota.

    They are twice what runs in it and something to spare, its GPUs, and no Service that is open to the outside.

    Args:
        settings: The settings of the stack.
        application: `ollama` or `librechat`.
    """
    default = settings.namespaces.limit_range.given_request
    entries = [(pods, requests(resources, default)) for _, pods, resources in workloads(settings, application)]
    limits = {
        "requests.cpu": _cores(ROLLING_UPDATE * _sum(entries, "cpu") + SPARE["cpu"]),
        "requests.memory": _bytes(ROLLING_UPDATE * _sum(entries, "memory") + SPARE["memory"]),
        "pods": str(ROLLING_UPDATE * sum(pods for pods, _ in entries) + SPARE_PODS),
        **NO_OPEN_SERVICES,
    }
    if application == "ollama":
        limits |= {f"requests.{name}": str(count) for name, count in _gpus(settings).items()}
    return limits


def workloads(settings: Settings, application: Application) -> Iterator[Containers]:
    """Yield everything that runs in a namespace, including Jobs."""
    yield from containers(settings, application)
    for name, resources, pods in jobs(settings, application):
        yield Containers(name, pods, resources)


def requests(resources: Resources, default: Amounts) -> dict[str, Decimal]:
    """Return what a quota counts for a container: its request, else its limit, else the default of the LimitRange."""
    own, limits, fallback = resources.requests.mapping(), resources.limits.mapping(), default.mapping()
    amounts = {**fallback, **limits, **own}
    return {key: parse_quantity(amounts[key]) for key in ("cpu", "memory") if key in amounts}


def _gpus(settings: Settings) -> dict[str, int]:
    """Return the GPUs of all servers by resource name.

    They are not doubled: a rolling update holds no more, and another Ollama would take those that are waited for.
    """
    counts: dict[str, int] = {}
    for server in settings.ollama.servers().values():
        if server.gpu.count:
            name = gpu_resource(server.gpu)
            counts[name] = counts.get(name, 0) + server.gpu.count * server.replicas
    return counts


def _sum(entries: Iterable[tuple[int, Mapping[str, Decimal]]], key: str) -> Decimal:
    return sum((pods * amounts.get(key, Decimal(0)) for pods, amounts in entries), Decimal(0))


def _cores(number: Decimal) -> str:
    """Return cores in the API server's notation, so that a refresh finds no difference."""
    millicores = int((number * 1000).to_integral_value(ROUND_CEILING))
    return str(millicores // 1000) if millicores % 1000 == 0 else f"{millicores}m"


def _bytes(number: Decimal) -> str:
    """Return bytes in the API server's notation, rounded up to whole Mi."""
    mebibytes = int((number / 2**20).to_integral_value(ROUND_CEILING))
    return f"{mebibytes // 1024}Gi" if mebibytes % 1024 == 0 else f"{mebibytes}Mi"
