"""One life: every step is measured once, and a step that did not do what it says stops the run."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import lifecycle
from benchmarks.cluster import Pods
from benchmarks.contenders.base import IMAGES, StateSize
from benchmarks.errors import BenchmarkError
from benchmarks.results import Results


class Tool:
    """A contender whose cluster is a variable."""

    name = "tool"
    series = "baseline"
    lines = 12

    def __init__(self, **faults: bool) -> None:
        self.faults = faults
        self.image, self.replicas, self.uid = "", 0, 0

    def up(self) -> None:
        self.image, self.replicas, self.uid = IMAGES[0], 1, self.uid + 1

    def plan(self) -> None:
        pass

    def refreshed_plan(self) -> bool | None:
        return None if self.faults.get("blind") else self.replicas != 1 or bool(self.faults.get("nervous"))

    def apply(self) -> None:
        if not self.faults.get("leaves drift"):
            self.replicas = 1

    def change_image(self, image: str) -> None:
        if not self.faults.get("keeps its image"):
            self.image = image
        if self.faults.get("replaces"):
            self.uid += 1

    def rollback(self) -> None:
        self.image = IMAGES[0]

    def destroy(self) -> None:
        pass

    def state(self) -> StateSize | None:
        return StateSize(100, 2)


class Kubectl:
    """Does what is done by hand."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool

    def run(self, *arguments: str, **_: Any) -> None:
        self.tool.replicas = int(next(word for word in arguments if "--replicas" in word)[-1])


@pytest.fixture
def results() -> Results:
    return Results(Path("unused.json"), {})


def lived(tool: Tool, results: Results, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    def look(_: Any) -> Pods:
        pods = frozenset({f"{tool.uid}-{tool.image}", "store"})
        ready = frozenset() if tool.faults.get("does not wait") else frozenset({tool.image, "mongo"})
        return Pods(str(tool.uid), tool.image, pods, tool.replicas, ready)

    monkeypatch.setattr(lifecycle, "look", look)
    monkeypatch.setattr(lifecycle, "clear", lambda _: None)
    lifecycle.live(tool, Kubectl(tool), results)  # type: ignore[arg-type]
    return results.facts["tool"]


def test_every_step_is_measured_once(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = lived(Tool(), results, monkeypatch)
    assert [sample["step"] for sample in results.samples] == list(lifecycle.STEPS)
    assert facts["drift_found"] is True
    assert facts["drift_repaired"] is True
    assert facts["image_in_place"] is True
    assert facts["image_ready"] is True
    assert facts["rollback_ready"] is True
    assert (facts["pods_restarted"], facts["pods"]) == (1, 2)
    assert (facts["state_bytes"], facts["state_entries"]) == (100, 2)


def test_what_a_tool_does_not_see_repair_or_keep_is_noted(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = Tool(**{"blind": True, "leaves drift": True, "replaces": True, "does not wait": True})
    facts = lived(tool, results, monkeypatch)
    assert facts["drift_found"] is None
    assert facts["drift_repaired"] is False
    assert facts["image_in_place"] is False
    assert (facts["image_ready"], facts["rollback_ready"]) == (False, False)
    assert tool.replicas == 1, "the next steps begin as for the others"


def test_a_difference_where_there_is_none_is_noted(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lived(Tool(), results, monkeypatch)["false_alarm"] is False
    assert lived(Tool(nervous=True), results, monkeypatch)["false_alarm"] is True


def test_a_step_that_did_not_do_what_it_says_stops_the_run(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BenchmarkError, match="tool: "):
        lived(Tool(**{"keeps its image": True}), results, monkeypatch)
