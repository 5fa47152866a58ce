"""Rules on LibreChat's settings."""

from collections.abc import Callable
from typing import Any

import pytest

from components.librechat.config.render import render
from components.librechat.rules import FROM_SECRETS, rendered_config
from components.librechat.settings import LibreChatSettings
from components.ollama.offer import OllamaOffer
from tests.unit import pods
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def test_no_variable_of_a_secret_can_be_set_in_the_clear(execute: Execute) -> None:
    redis = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}, "redis": {"existingSecret": "redis"}}
    bucket = {"strategy": "s3", "s3": {"bucket": "files", "region": "eu", "existingSecret": "bucket"}}
    program = execute(librechat={**redis, "metrics": {"enabled": True}, "files": bucket})
    found = pods.container(program.object("Deployment", "librechat"), "librechat")
    assert set(pods.secret_environment(found)) == FROM_SECRETS


SERVERS = ["ollama", "ollama.pools.amd"]
OFFERS: list[OllamaOffer] = [{"models": ["a:1"]}, {"models": ["b:1"], "name": "Ollama (amd)"}]


def paths(offers: list[OllamaOffer] = OFFERS, **values: Any) -> list[str]:
    settings = LibreChatSettings.model_validate(values)
    found = rendered_config(render(settings, offers).text, settings, "librechat.", SERVERS)
    return [finding.path for finding in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"config": {"interfce": {}}}, ["librechat.config: interfce"]),
        ({"endpoint": {"addParams": {"seed": 1}}}, ["librechat.endpoint.addParams.seed"]),
        (
            {"config": {"endpoints": {"custom": [{"name": "Other"}]}}},
            [f"librechat.config: endpoints.custom[0].{key}" for key in ("apiKey", "baseURL", "models.default")],
        ),
    ],
)
def test_a_finding_names_the_setting_that_the_key_comes_from(values: dict[str, Any], expected: list[str]) -> None:
    assert paths(**values) == expected


def test_a_finding_on_a_server_names_the_server() -> None:
    other: OllamaOffer = {"models": ["b:1", "b:1"], "name": "amd"}
    assert paths([OFFERS[0], other]) == ["ollama.pools.amd.name", "ollama.pools.amd.models[1]"]
