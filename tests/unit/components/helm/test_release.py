"""The Helm release: its name, its chart, its options, and what of it may not change."""

from typing import Any

from components.helm.release import create_release, pods_name, release_name
from tests.unit.components.helm import servers
from tests.unit.recording import Resource, run


def created(settings: dict[str, Any], **more: Any) -> Resource:
    def program() -> None:
        create_release(servers.workload(), servers.release(**settings), replicas=2, timeout_seconds=90, **more)

    [release] = run(program).all("Release")
    return release


def test_names_follow_the_workload() -> None:
    assert release_name("ollama") == "ollama-helm"
    assert pods_name("ollama", "native") == "ollama"
    assert pods_name("ollama", "helm") == "ollama-helm"


def test_a_release_has_the_pinned_chart_and_the_values_of_the_component() -> None:
    inputs = created({}).inputs
    assert (inputs["name"], inputs["namespace"]) == ("echo-helm", "tests")
    assert (inputs["chart"], inputs["version"]) == ("echo", "1.2.3")
    assert inputs["repositoryOpts"] == {"repo": "https://charts.example.org"}
    assert inputs["values"] == {**servers.VALUES, "replicaCount": 2}
    assert inputs["timeout"] == 90


def test_the_settings_change_chart_options_and_values() -> None:
    settings = {"chart": "./echo.tgz", "atomic": False, "maxHistory": 2, "values": {"image": {"tag": "2"}}}
    inputs = created(settings).inputs
    assert inputs["chart"] == "./echo.tgz"
    assert "version" not in inputs
    assert "repositoryOpts" not in inputs
    assert (inputs["atomic"], inputs["maxHistory"]) == (False, 2)
    assert inputs["values"] == {**servers.VALUES, "image": {"tag": "2"}, "replicaCount": 2}


def test_a_release_that_stays_as_it_is_deployed_ignores_everything_but_its_replicas() -> None:
    release = created({"values": {"more": 1}}, unchanged=["image", "old"])
    assert {path for path in release.ignore_changes if path.startswith("values")} == {
        'values["fullnameOverride"]',
        'values["image"]',
        'values["old"]',
    }
    assert {"chart", "version", "repositoryOpts", "timeout"} <= set(release.ignore_changes)
    assert "more" not in release.inputs["values"], "the values of the settings are not those that are deployed"
    assert 'values["replicaCount"]' in created({}, unchanged=["replicaCount"]).ignore_changes
    assert created({}).ignore_changes == ()
