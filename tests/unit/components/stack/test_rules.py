"""Rules that concern more than one component. tests/unit/components/stack/bad_input.py has a case for each message."""

from typing import Any

import pytest

from components.stack.rules import check
from components.stack.settings import Settings


def paths(**settings: Any) -> list[str]:
    return [finding.path for finding in check(Settings.model_validate(settings))]


def test_default_settings_break_no_rule() -> None:
    assert paths() == []


@pytest.mark.parametrize(
    ("external", "refused"),
    [
        ({"url": "https://search.example.org", "existingSecret": "search"}, []),
        ({"url": "https://search.example.org", "masterKey": "0123456789abcdef"}, []),
        ({"url": "https://search.example.org"}, ["masterKey"]),
        ({"existingSecret": "search"}, ["url"]),
        ({"url": "https://search.example.org", "masterKey": "short"}, ["masterKey"]),
        (
            {"url": "https://search.example.org", "masterKey": "0123456789abcdef", "existingSecret": "search"},
            ["existingSecret"],
        ),
    ],
)
def test_an_external_meilisearch_has_a_url_and_one_key(external: dict[str, Any], refused: list[str]) -> None:
    assert paths(meilisearch={"external": external}) == [f"meilisearch.external.{key}" for key in refused]


def test_applications_share_neither_namespace_nor_host() -> None:
    assert paths(namespaces={"ollama": "one", "librechat": "one"}) == ["namespaces.ollama"]
    exposure = {"type": "Ingress", "host": "ai.example.org", "allowedNetworks": ["10.0.0.0/8"]}
    shared = {"ollama": {"exposure": exposure}, "librechat": {"exposure": exposure}}
    assert "ollama.exposure.host" in paths(**shared)


def test_data_is_not_protected_and_given_up_at_once() -> None:
    assert paths(dataProtection=True, allowDataLoss=["mongodb"]) == ["allowDataLoss"]
    assert paths(dataProtection=True, allowDataLoss=["cluster"]) == []


def test_the_rules_of_components_and_of_what_they_share_are_checked() -> None:
    low = {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}
    assert "meilisearch.resources.limits.memory" in paths(meilisearch={"resources": low})
    assert "librechat.endpoint.titleModel" in paths(librechat={"endpoint": {"titleModel": "none:1b"}})
