"""Removal of additions to an object."""

import copy
from typing import Any

from cli.drift.detect import Line
from cli.drift.paths import ABSENT, Key, Path, render
from cli.drift.undo import operations

LIVE: dict[str, Any] = {
    "metadata": {"resourceVersion": "7"},
    "spec": {"ingress": [{"a": 1}, {"b": 2}, {"c": 3}], "env": [{"name": "A"}, {"name": "B"}], "paused": True},
}


def line(path: Path, value: Any) -> Line:
    return Line("v1", "Kind", "n", "o", render(path), ABSENT, value, "cluster", added=(path, value))


def test_the_last_item_goes_first_and_only_in_this_version_of_the_object() -> None:
    patch = operations(
        LIVE,
        [
            line(("spec", "ingress", 0), {"a": 1}),
            line(("spec", "paused"), True),
            line(("spec", "ingress", 2), {"c": 3}),
            line(("spec", "env", Key((("name", "B"),))), {"name": "B"}),
        ],
    )
    assert patch[0] == {"op": "test", "path": "/metadata/resourceVersion", "value": "7"}
    left = applied(LIVE, patch)
    assert left["spec"] == {"ingress": [{"b": 2}], "env": [{"name": "A"}]}


def test_places_with_two_digits_go_in_order() -> None:
    live = {"metadata": {"resourceVersion": "7"}, "spec": {"args": [str(number) for number in range(12)]}}
    patch = operations(live, [line(("spec", "args", number), str(number)) for number in (2, 9, 10, 11)])
    assert applied(live, patch)["spec"]["args"] == ["0", "1", "3", "4", "5", "6", "7", "8"]


def test_what_is_no_more_as_it_was_found_stays() -> None:
    assert operations(LIVE, [line(("spec", "ingress", 0), {"other": 1}), line(("spec", "gone"), 1)]) == []


def applied(live: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    result = copy.deepcopy(live)
    for operation in patch[1:]:
        assert operation["op"] == "remove"
        *way, last = operation["path"].split("/")[1:]
        holder: Any = result
        for step in way:
            holder = holder[int(step) if isinstance(holder, list) else step]
        del holder[int(last) if isinstance(holder, list) else last]
    return result
