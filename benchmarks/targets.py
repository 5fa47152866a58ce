"""The targets, each a ratio of two medians from one run."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks import growth, lifecycle, preview
from benchmarks.results import Results
from benchmarks.statistics import slope


@dataclass(frozen=True)
class Target:
    """One target.

    Attributes:
        what: The ratio in words.
        most: Its upper limit.
        ratio: Returns the ratio; raises ValueError if something was not measured.
    """

    what: str
    most: float
    ratio: Callable[[Results], float]


def step(results: Results, contender: str, name: str) -> float:
    """Return the median of a step of the lifecycle, in seconds.

    Raises:
        ValueError: It was not measured.
    """
    return _median(results, lifecycle.PART, contender, name)


def _median(results: Results, part: str, contender: str, name: str) -> float:
    found = results.seconds(part, contender, name)
    if not found:
        raise ValueError(f"{name} of {contender} was not measured")
    return median(found)


def growth_points(results: Results, contender: str, name: str) -> dict[float, float]:
    """Return the median of a step by the number of objects."""
    found: dict[float, list[float]] = {}
    for sample in results.samples:
        if (sample["part"], sample["contender"], sample["step"]) == (growth.PART, contender, name):
            found.setdefault(sample["objects"], []).append(sample["seconds"])
    return {objects: median(seconds) for objects, seconds in sorted(found.items())}


def _slopes(ours: str) -> Callable[[Results], float]:
    return lambda results: (
        slope(growth_points(results, "pulumi", ours)) / slope(growth_points(results, "terraform", "plan"))
    )


def _preview(results: Results, contender: str, name: str) -> float:
    return _median(results, preview.PART, contender, name)


def _state(results: Results) -> float:
    sizes = [results.facts.get(name, {}).get("state_bytes") for name in ("pulumi", "terraform")]
    if not all(sizes):
        raise ValueError("the states were not measured")
    return float(sizes[0]) / float(sizes[1])  # type: ignore[arg-type]


TARGETS = (
    Target(
        "no-change preview of the full stack / preview of an empty program",
        2.0,
        lambda r: _preview(r, "pulumi full", "uv") / _preview(r, "pulumi empty", "uv"),
    ),
    Target(
        "the same / with the toolchain that `pulumi new kubernetes-python` gives (pip)",
        0.7,
        lambda r: _preview(r, "pulumi full", "uv") / _preview(r, "pulumi full", "pip"),
    ),
    Target(
        "interpreter start to last registration / bare import of the SDK modules",
        1.4,
        lambda r: _preview(r, "pulumi full", preview.PROGRAM) / _preview(r, "pulumi full", preview.IMPORT),
    ),
    Target("added time of an added object: preview / terraform plan", 0.9, _slopes("plan")),
    Target("added time of an added object: refreshing preview / terraform plan", 1.3, _slopes("refreshed plan")),
    Target(
        "first up of the baseline's objects beyond an empty up / terraform apply beyond an empty apply",
        1.0,
        lambda r: (
            (step(r, "pulumi", "up") - step(r, "pulumi empty", "up"))
            / (step(r, "terraform", "up") - step(r, "terraform empty", "up"))
        ),
    ),
    Target(
        "update after an image change, full stack, beyond an empty up / kubectl set image and rollout status",
        1.25,
        lambda r: (step(r, "pulumi full", "image") - step(r, "pulumi empty", "up")) / step(r, "kubectl full", "image"),
    ),
    Target(
        "destroy of the full stack / kubectl delete namespace of its namespaces",
        1.1,
        lambda r: step(r, "pulumi full", "destroy") / step(r, "kubectl full", "destroy"),
    ),
    Target("bytes of state, baseline's objects / Terraform's for the same", 1.0, _state),
)
