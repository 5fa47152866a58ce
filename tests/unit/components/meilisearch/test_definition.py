"""What Meilisearch says of itself."""

from typing import Any

import pytest

from components.definition import Deployed
from components.meilisearch.definition import INDEX, MEILISEARCH
from components.meilisearch.settings import MeilisearchSettings

EXTERNAL: dict[str, Any] = {"external": {"url": "https://a.b", "masterKey": "k"}}
KEY = {"meilisearch-master-key", "meilisearch-secret"}


def settings(**values: Any) -> MeilisearchSettings:
    return MeilisearchSettings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, {"meilisearch-data", "meilisearch-stateful-set"} | KEY),
        ({"existingSecret": "own"}, {"meilisearch-data", "meilisearch-stateful-set"}),
        ({"storage": {"existingClaim": "old"}}, {"meilisearch-stateful-set"} | KEY),
        ({"enabled": False}, set()),
        (EXTERNAL, set()),
    ],
)
def test_what_runs_and_what_holds_data(values: dict[str, Any], names: set[str]) -> None:
    assert MEILISEARCH.data is not None
    assert {entry.name for entry in MEILISEARCH.data.objects(settings(**values))} == names
    assert len(list(MEILISEARCH.containers(settings(**values)))) == (1 if names else 0)


@pytest.mark.parametrize(
    ("values", "path", "derived"),
    [
        ({"enabled": False}, "meilisearch.enabled", True),
        (EXTERNAL, "meilisearch.external.url", True),
        ({"storage": {"existingClaim": "old"}}, "meilisearch.storage.existingClaim", False),
    ],
)
def test_the_setting_that_leaves_out_the_index_is_named(values: dict[str, Any], path: str, derived: bool) -> None:
    assert MEILISEARCH.data is not None
    gone = Deployed("PersistentVolumeClaim", "meilisearch-data", "meilisearch")
    cause = MEILISEARCH.data.cause(settings(**values), gone)
    assert (cause.path, cause.advice == INDEX) == (path, derived)


def test_it_has_no_rules_of_its_own() -> None:
    assert list(MEILISEARCH.check(settings(), "meilisearch.")) == []
