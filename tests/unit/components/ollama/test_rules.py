"""Rules on the settings of one Ollama server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components.ollama.rules import access, chart, gpu, kv_cache, no_models, ollama_replicas
from components.ollama.settings import OllamaPool
from components.settings.findings import Finding

Rule = Callable[[OllamaPool, str], Iterator[Finding]]
EXPOSED: dict[str, Any] = {"type": "Ingress", "host": "a.b"}


@pytest.mark.parametrize(
    ("rule", "wrong", "path", "right"),
    [
        (no_models, {"models": []}, "models", {"models": ["llama2"]}),
        (
            ollama_replicas,
            {"replicas": 2},
            "replicas",
            {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}},
        ),
        (
            gpu,
            {"gpu": {"resourceName": "nvidia.com/mig-1g.10gb"}},
            "gpu.resourceName",
            {"gpu": {"resourceName": "nvidia.com/mig-1g.10gb", "count": 1}},
        ),
        (
            gpu,
            {"gpu": {"runtimeClassName": "nvidia"}},
            "gpu.runtimeClassName",
            {"gpu": {"runtimeClassName": "nvidia", "count": 1}},
        ),
        (
            kv_cache,
            {"server": {"kvCacheType": "q8_0"}},
            "server.kvCacheType",
            {"server": {"kvCacheType": "q8_0", "flashAttention": True}},
        ),
        (access, {"exposure": EXPOSED}, "exposure.type", {"exposure": {**EXPOSED, "allowAnonymous": True}}),
        (
            access,
            {"exposure": {**EXPOSED, "allowedNetworks": ["10.0.0.0/8"], "token": {"existingSecret": "t"}}},
            "exposure.token.existingSecret",
            {"exposure": {**EXPOSED, "token": {"enabled": True, "existingSecret": "t"}}},
        ),
        (
            chart,
            {"method": "helm", "extraEnvironment": {"OLLAMA_HOST": "::"}},
            "extraEnvironment.OLLAMA_HOST",
            {"method": "native", "extraEnvironment": {"OLLAMA_HOST": "::"}},
        ),
    ],
)
def test_each_rule_names_the_key_that_is_wrong(
    rule: Rule, wrong: dict[str, Any], path: str, right: dict[str, Any]
) -> None:
    (finding,) = rule(OllamaPool.model_validate(wrong), "ollama.pools.amd.")
    assert finding.path == f"ollama.pools.amd.{path}"
    assert list(rule(OllamaPool.model_validate(right), "ollama.pools.amd.")) == []


def test_an_exposed_server_is_told_how_to_keep_others_out() -> None:
    (finding,) = access(OllamaPool.model_validate({"exposure": EXPOSED}), "ollama.")
    for key in ("allowedNetworks", "token.enabled: true", "allowAnonymous: true"):
        assert f"`ollama.exposure.{key}" in finding.rule
