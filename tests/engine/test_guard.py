"""The state of stack `dev`, checked against tests/budgets.py."""

import json

from tests.budgets import over
from tests.engine.conftest import MakeStack


def test_state(make_stack: MakeStack) -> None:
    stack = make_stack("guard", {"namespaces": {"prefix": "guard-"}})
    stack.up()
    resources = stack.resources()
    objects = [resource for resource in resources if resource["type"].startswith("kubernetes:")]
    size = len(json.dumps(stack.automation.export_stack().deployment, separators=(",", ":")))
    measured = {
        "state entries": len(resources),
        "state bytes": size,
        "state bytes per object": size // len(objects),
    }
    assert not over(measured), measured
    assert all(measured.values()), measured
