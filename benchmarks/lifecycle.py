"""One lifecycle of a deployment, step by step: up, plan, drift, repair, another image, rollback, destroy."""

import time
from collections.abc import Callable
from typing import TypeVar

from benchmarks.cluster import Kubectl, clear, look, scale_by_hand
from benchmarks.contenders.base import IMAGES, Contender
from benchmarks.errors import BenchmarkError
from benchmarks.results import Results

PART = "lifecycle"
STEPS = ("up", "plan", "refreshed plan", "drift", "repair", "image", "rollback", "destroy")
T = TypeVar("T")


def timed(results: Results, contender: Contender, step: str, action: Callable[[], T]) -> T:
    """Run a step, and record its time."""
    started = time.perf_counter()
    answer = action()
    results.add(PART, contender.name, step, time.perf_counter() - started)
    return answer


def live(contender: Contender, kubectl: Kubectl, results: Results) -> None:
    """Deploy, change and remove everything once.

    Raises:
        BenchmarkError: A step did not do its work, so its time means nothing.
    """
    clear(kubectl)
    name = contender.name
    results.fact(name, series=contender.series, lines=contender.lines)
    timed(results, contender, "up", contender.up)
    first = look(kubectl)
    timed(results, contender, "plan", contender.plan)
    # kubectl reports a difference: every dry run of a NetworkPolicy with an empty list changes its generation.
    results.fact(name, false_alarm=timed(results, contender, "refreshed plan", contender.refreshed_plan))
    _drift(contender, kubectl, results)
    before = look(kubectl)
    timed(results, contender, "image", lambda: contender.change_image(IMAGES[1]))
    after = look(kubectl)
    _expect(name, after.image, IMAGES[1])
    results.fact(
        name,
        image_in_place=after.deployment == before.deployment,
        image_ready=after.image in after.ready,
        pods=len(after.pods),
        pods_restarted=len(after.pods - before.pods),
    )
    timed(results, contender, "rollback", contender.rollback)
    back = look(kubectl)
    _expect(name, back.image, first.image)
    results.fact(
        name,
        rollback_in_place=back.deployment == before.deployment,
        rollback_ready=back.image in back.ready,
    )
    state = contender.state()
    if state:
        results.fact(name, state_bytes=state.size, state_bytes_plain=state.plain, state_entries=state.entries)
    timed(results, contender, "destroy", contender.destroy)


def _drift(contender: Contender, kubectl: Kubectl, results: Results) -> None:
    scale_by_hand(kubectl)
    found = timed(results, contender, "drift", contender.refreshed_plan)
    timed(results, contender, "repair", contender.apply)
    repaired = look(kubectl).replicas == 1
    results.fact(contender.name, drift_found=found, drift_repaired=repaired)
    if not repaired:
        kubectl.run("scale", "deployment/ollama", "--replicas=1", "--namespace", "ollama")


def _expect(name: str, image: str, wanted: str) -> None:
    if image != wanted:
        raise BenchmarkError(f"{name}: {image} runs, not {wanted}")


def live_empty(contender: Contender, results: Results) -> None:
    """Run the steps without any objects: the minimum time of a tool."""
    results.fact(contender.name, series=contender.series, lines=contender.lines)
    timed(results, contender, "up", contender.up)
    timed(results, contender, "plan", contender.plan)
    timed(results, contender, "destroy", contender.destroy)
