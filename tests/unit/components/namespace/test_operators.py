"""What operators may read."""

import pytest

from components.namespace.operators import RESOURCES, rules


def test_nothing_can_be_changed() -> None:
    assert {verb for rule in rules() for verb in rule["verbs"]} == {"get", "list", "watch"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "resource", ["secrets", "pods/exec", "pods/attach", "pods/portforward", "serviceaccounts/token"]
)
def test_nothing_that_leads_to_a_credential_can_be_read(resource: str) -> None:
    assert not any(resource in names for names in RESOURCES.values())
    assert not any("*" in names for names in RESOURCES.values())
