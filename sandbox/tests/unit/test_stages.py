"""Our KWOK stages are complete and take precedence over KWOK's own."""

import re

import pytest
import yaml

from sandbox.cluster.objects import INGRESS_CLASS, ROOT_ONLY_VOLUME_DRIVER, VOLUME_DRIVER
from sandbox.cluster.stages import FAILURES, UNPULLABLE, fill, render_kwok_config, stages


def test_every_name_is_filled_in() -> None:
    assert "@{" not in yaml.safe_dump_all(stages())


def test_fill_indents_several_lines_and_refuses_unknown_names() -> None:
    assert fill("a:\n  @{x}\nb: @{y}", {"x": "one\ntwo\n", "y": "z"}) == "a:\n  one\n  two\nb: z"
    with pytest.raises(KeyError):
        fill("@{unknown}", {})


def test_each_failure_has_a_stage_that_outweighs_kwok_and_is_held() -> None:
    found = {stage["metadata"]["name"]: stage["spec"] for stage in stages()}
    for failure in FAILURES:
        spec = found[f"simulate-{failure}"]
        assert spec["weight"] > 0
        assert spec["selector"]["matchExpressions"][-1]["values"] == [failure]
    hold = found["simulate-hold"]
    assert hold["weight"] > 0
    assert set(hold["selector"]["matchExpressions"][-1]["values"]) == set(FAILURES)


def test_names_are_those_of_the_objects() -> None:
    text = yaml.safe_dump_all(stages())
    assert INGRESS_CLASS in text


def test_volumes_of_both_drivers_are_played() -> None:
    of_volumes = [stage for stage in stages() if stage["metadata"]["name"].startswith("volume-")]
    assert len(of_volumes) == 3
    for stage in of_volumes:
        values = [rule.get("values") for rule in stage["spec"]["selector"]["matchExpressions"]]
        assert [VOLUME_DRIVER, ROOT_ONLY_VOLUME_DRIVER] in values


@pytest.mark.parametrize(
    ("image", "unpullable"),
    [
        ("registry.invalid/ollama/ollama:0.1", True),
        ("registry.invalid:5000/ollama", True),
        ("ollama/ollama:0.1", False),
        ("registry.invalid.example/ollama", False),
        ("docker.io/library/registry.invalid/x", False),
    ],
)
def test_unpullable(image: str, unpullable: bool) -> None:
    assert bool(re.search(UNPULLABLE, image)) == unpullable


def test_config_has_upstream_stages_first_then_ours() -> None:
    documents = list(yaml.safe_load_all(render_kwok_config("---\nkind: Stage\nmetadata: {name: theirs}\n")))
    names = [document["metadata"]["name"] for document in documents]
    assert names[0] == "theirs"
    assert names[1:] == [stage["metadata"]["name"] for stage in stages()]
