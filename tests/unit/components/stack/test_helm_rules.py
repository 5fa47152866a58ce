"""What a chart cannot express is refused by key path, for each server, and only with `method: helm`."""

from typing import Any

import pytest

from components.settings.validation import validate
from components.stack.rules import check
from components.stack.settings import Settings

MODELS = {"models": ["llama3.2:3b"]}
LIBRECHAT: dict[str, tuple[dict[str, Any], str]] = {
    "spread": (
        {"pods": {"topologySpreadConstraints": [{"maxSkew": 1}]}},
        "librechat.pods.topologySpreadConstraints: the chart librechat has no value for it",
    ),
    "priority": ({"pods": {"priorityClassName": "high"}}, 'librechat.pods.priorityClassName = "high": the chart'),
    "grace": (
        {"pods": {"terminationGracePeriodSeconds": 7}},
        "librechat.pods.terminationGracePeriodSeconds = 7: the chart",
    ),
    "envFrom": ({"pods": {"envFrom": [{"secretRef": {"name": "a"}}]}}, "librechat.pods.envFrom: the chart"),
    "label": (
        {"pods": {"labels": {"app.kubernetes.io/instance": "a"}}},
        'librechat.pods.labels["app.kubernetes.io/instance"]: is a label that the chart sets itself',
    ),
}
OLLAMA: dict[str, tuple[dict[str, Any], str]] = {
    "host": (
        {"extraEnvironment": {"OLLAMA_HOST": "0.0.0.0:1"}},
        'ollama.extraEnvironment.OLLAMA_HOST = "0.0.0.0:1": the chart sets it itself',
    ),
    "label": (
        {"pods": {"labels": {"app.kubernetes.io/version": "a"}}},
        'ollama.pods.labels["app.kubernetes.io/version"]: is a label that the chart sets itself',
    ),
}
EITHER: dict[str, tuple[dict[str, Any], str]] = {
    "repository of a path": (
        {"chart": "./charts/a", "repository": "https://m.example.org"},
        'helm.repository = "https://m.example.org": has no effect',
    ),
    "version of a path": ({"chart": "./a-1.0.0.tgz", "version": "1.0.0"}, 'helm.version = "1.0.0": has no effect'),
    "no location": ({"chart": "charts/ollama"}, 'helm.chart = "charts/ollama": is neither a path'),
    "name": (
        {"values": {"fullnameOverride": "other"}},
        'helm.values.fullnameOverride = "other": cannot be set, because the Service and the NetworkPolicies',
    ),
}


def told(**sections: Any) -> list[str]:
    settings, findings = validate(Settings, {"ollama": MODELS, **sections})
    return [str(finding) for finding in [*findings, *check(settings)]]


@pytest.mark.parametrize("name", LIBRECHAT)
def test_librechat(name: str) -> None:
    settings, words = LIBRECHAT[name]
    [line] = told(librechat={"method": "helm", **settings})
    assert line.startswith(words)
    assert told(librechat=settings) == []


@pytest.mark.parametrize("name", OLLAMA)
def test_ollama_and_its_pools(name: str) -> None:
    settings, words = OLLAMA[name]
    [line] = told(ollama={**MODELS, "method": "helm", **settings})
    assert line.startswith(words)
    [line] = told(ollama={**MODELS, "pools": {"amd": {**MODELS, "method": "helm", **settings}}})
    assert line.startswith(words.replace("ollama.", "ollama.pools.amd.", 1))
    assert told(ollama={**MODELS, **settings}) == []


@pytest.mark.parametrize("section", ["ollama", "librechat"])
@pytest.mark.parametrize("name", EITHER)
def test_where_the_chart_is(name: str, section: str) -> None:
    helm, words = EITHER[name]
    base = MODELS if section == "ollama" else {}
    assert any(
        line.startswith(f"{section}.{words}") for line in told(**{section: {**base, "method": "helm", "helm": helm}})
    )
    assert told(**{section: {**base, "helm": helm}}) == []


def test_a_label_of_all_objects_that_a_chart_sets() -> None:
    labels = {"helm.sh/chart": "a"}
    [line] = told(labels=labels, librechat={"method": "helm"})
    assert line.startswith('labels["helm.sh/chart"]: is a label that the chart sets itself')
    assert told(labels=labels) == []


def test_all_findings_are_told_together() -> None:
    lines = told(
        ollama={**MODELS, "method": "helm", "extraEnvironment": {"OLLAMA_HOST": "a"}},
        librechat={"method": "helm", "pods": {"priorityClassName": "a", "terminationGracePeriodSeconds": 3}},
    )
    assert len(lines) == 3


def test_a_value_may_be_anything_but_has_to_be_in_a_mapping() -> None:
    assert told(ollama={**MODELS, "method": "helm", "helm": {"values": {"any": [{"thing": None}]}}}) == []
    [line] = told(ollama={**MODELS, "helm": {"values": ["a"]}})
    assert line.startswith("ollama.helm.values = a list: has to be a mapping")
