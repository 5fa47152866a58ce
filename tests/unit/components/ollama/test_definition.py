"""What Ollama says of itself."""

from typing import Any

import pytest

from components.definition import Deployed
from components.ollama.definition import OLLAMA
from components.ollama.settings import OllamaSettings


def settings(**values: Any) -> OllamaSettings:
    return OllamaSettings.model_validate(values)


POOLS = {
    "amd": {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}, "pruneModels": True, "models": ["a", "b"]},
    "lab": {"storage": {"existingClaim": "models"}},
}


def test_every_server_and_every_proxy_counts() -> None:
    token = {"type": "Ingress", "host": "a.b", "token": {"enabled": True}}
    found = {entry.path: entry.pods for entry in OLLAMA.containers(settings(pools=POOLS, exposure=token))}
    assert found == {"ollama": 1, "ollama.exposure.token": 1, "ollama.pools.amd": 2, "ollama.pools.lab": 1}


def test_a_job_for_each_model_and_one_that_prunes() -> None:
    (jobs,) = OLLAMA.jobs(settings(models=["llama2"], pools={"amd": POOLS["amd"]}))
    assert jobs.pods == 1 + 2 + 1


def test_rules_hold_for_every_pool() -> None:
    found = OLLAMA.check(settings(models=[], pools={"amd": {"models": []}}), "")
    assert [finding.path for finding in found] == ["ollama.models", "ollama.pools.amd.models"]


def test_each_server_has_a_claim_unless_there_is_one() -> None:
    assert OLLAMA.data is not None
    found = {entry.name: entry.path for entry in OLLAMA.data.objects(settings(pools=POOLS))}
    assert found == {"ollama-data": "ollama.storage", "ollama-amd-data": "ollama.pools.amd.storage"}


@pytest.mark.parametrize(
    ("claim", "path", "value"),
    [
        ("ollama-data", "ollama.storage.existingClaim", '"mine"'),
        ("ollama-lab-data", "ollama.pools.lab.storage.existingClaim", '"models"'),
        ("ollama-gone-data", "ollama.pools.gone", ""),
    ],
)
def test_the_setting_that_leaves_out_a_claim_is_named(claim: str, path: str, value: str) -> None:
    assert OLLAMA.data is not None
    gone = Deployed("PersistentVolumeClaim", claim, "ollama")
    cause = OLLAMA.data.cause(settings(storage={"existingClaim": "mine"}, pools=POOLS), gone)
    assert (cause.path, cause.value) == (path, value)
    assert cause.advice
