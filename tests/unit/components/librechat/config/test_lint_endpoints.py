"""Names of custom endpoints. What else is wrong with an endpoint is in the table of test_lint.py."""

import pytest

from components.librechat.config.lint import lint
from components.librechat.config.schema import RESERVED_ENDPOINT_NAMES
from tests.unit.components.librechat.config.documents import HERE, endpoint, shown


@pytest.mark.parametrize("name", sorted(RESERVED_ENDPOINT_NAMES))
def test_reserved_names_are_refused(name: str) -> None:
    content = endpoint(name=name, baseURL="https://example.org/v1")
    assert shown(content) == [(f"{HERE}.name", f'"{name}"')]


def test_names_have_to_differ() -> None:
    content = endpoint()
    first = content["endpoints"]["custom"][0]
    content["endpoints"]["custom"] += [{**first, "name": "Ollama (a)"}, {**first, "name": "OLLAMA"}, first]
    assert shown(content) == [
        ("endpoints.custom[2].name", '"OLLAMA"'),
        ("endpoints.custom[3].name", '"Ollama"'),
    ]
    assert "`endpoints.custom[0]`" in lint(content)[0].rule
