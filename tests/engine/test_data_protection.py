"""`dataProtection` on a real engine: what is protected, and volumes are never retained without their passwords."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi import automation as auto

from tests.engine.conftest import MakeStack
from tests.engine.previews import preview
from tests.engine.stack import Kubernetes, Stack, merged

CHANGES: dict[str, Any] = {"dataProtection": True, "ollama": {"gpu": {"count": 0}, "pull": {"wait": False}}}
OLLAMA, LIBRECHAT = "kept-ollama", "kept-librechat"
HOLDING = ("Namespace", "PersistentVolumeClaim", "StatefulSet", "Secret", "RandomPassword")
SESSIONS = {"librechat-jwt-secret", "librechat-jwt-refresh-secret"}
ACCOUNT = {"librechat-admin-password", "librechat-admin-secret"}
"""The first account's password, of which the database has its own hash."""


@pytest.fixture(scope="module")
def kept(make_stack: MakeStack) -> Iterator[Stack]:
    stack = make_stack("kept", merged(CHANGES, {"namespaces": {"prefix": "kept-"}}))
    stack.up()
    yield stack
    stack.change({"dataProtection": False})
    stack.up()


def guarded(stack: Stack) -> dict[str, tuple[bool, bool]]:
    """Return whether each resource is protected, and retained."""
    resources = [one for one in stack.resources() if one.get("custom")]
    return {one["urn"].rpartition("::")[2]: (bool(one.get("protect")), bool(one.get("retainOnDelete")))
            for one in resources}  # fmt: skip


def holding(stack: Stack) -> set[str]:
    """Return the names of resources that hold data or its credentials."""
    names = {one["urn"].rpartition("::")[2]: one["type"].rpartition(":")[2] for one in stack.resources()}
    return {name for name, kind in names.items() if kind in HOLDING} - SESSIONS - ACCOUNT


def identities(kubernetes: Kubernetes) -> dict[str, str]:
    """Return the identity of each object that holds data, and of each credential's value."""
    claims = kubernetes.core.list_namespaced_persistent_volume_claim(LIBRECHAT).items
    claims += kubernetes.core.list_namespaced_persistent_volume_claim(OLLAMA).items
    sets = kubernetes.apps.list_namespaced_stateful_set(LIBRECHAT).items
    secrets = kubernetes.core.list_namespaced_secret(LIBRECHAT).items
    found = {f"{one.kind}/{one.metadata.name}": one.metadata.uid for one in [*claims, *sets]}
    return found | {
        f"{one.metadata.name}/{key}": str(hash(value))
        for one in secrets
        if one.metadata.name != "librechat-admin"
        for key, value in one.data.items()
    }


def test_disks_and_passwords_are_protected_and_retained_together(kept: Stack) -> None:
    names = holding(kept)
    assert {"mongodb-data", "mongodb-password", "mongodb-secret", "librechat-creds-key", "ollama-namespace"} <= names
    assert {name: both for name, both in guarded(kept).items() if any(both)} == dict.fromkeys(names, (True, True))


def test_switching_it_off_and_on_touches_no_object(kept: Stack, kubernetes: Kubernetes) -> None:
    before = identities(kubernetes)
    for protection in (False, True):
        kept.change({"dataProtection": protection})
        assert set(kept.steps().values()) <= {"update"}
        kept.up()
        assert {name for name, both in guarded(kept).items() if any(both)} == (holding(kept) if protection else set())
        assert identities(kubernetes) == before


def test_a_change_that_loses_protected_data_is_always_refused(kept: Stack) -> None:
    off = {"meilisearch": {"enabled": False}}
    result = preview(kept, merged(kept.settings, off))
    assert result.refused
    assert "set `dataProtection: false` and run `pulumi up`, then set `allowDataLoss: [meilisearch]`" in result.output
    result = preview(kept, merged(kept.settings, {**off, "allowDataLoss": ["meilisearch"]}))
    assert "contradicts `dataProtection: true`" in result.output
    # Both at once: the state is still protected, so the engine refuses.
    result = preview(kept, merged(kept.settings, {**off, "allowDataLoss": ["meilisearch"], "dataProtection": False}))
    assert result.refused
    assert "because it is protected" in result.output


def test_destroy_of_the_rest_keeps_disks_with_their_passwords_and_up_goes_on(
    kept: Stack, kubernetes: Kubernetes
) -> None:
    before = identities(kubernetes)
    kept.destroy(exclude_protected=True)
    assert kubernetes.apps.list_namespaced_deployment(LIBRECHAT).items == []
    assert identities(kubernetes) == before
    kept.up()
    assert identities(kubernetes) == before
    assert kubernetes.deployment(LIBRECHAT, "librechat")["status"]["readyReplicas"] == 1


def test_a_stack_that_finds_retained_disks_does_not_take_them_with_new_passwords(
    kept: Stack, kubernetes: Kubernetes
) -> None:
    """After the state was unprotected and the stack destroyed, no `up` uses the retained volumes with new passwords."""
    before, state = identities(kubernetes), kept.automation.export_stack()
    kept.automation.workspace.pulumi_command.run(
        ["state", "unprotect", "--all", "--yes", "--stack", kept.name], kept.directory, kept.env
    )
    kept.destroy()
    assert identities(kubernetes) == before
    with pytest.raises(auto.errors.CommandError, match="already exists"):
        kept.up()
    assert identities(kubernetes) == before
    # The saved state restores the stack: the same passwords with the same volumes.
    kept.automation.import_stack(state)
    kept.up(refresh=True)
    assert identities(kubernetes) == before
