"""Revisions and rollback: what was deployed when, and rollback without touching data and credentials."""

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.engine.checkout import Checkout, Done
from tests.engine.conftest import MakeCheckout
from tests.engine.stack import NAME

STACK = "past"
LIBRECHAT = f"{STACK}-librechat"
OLD, NEW = "docker.io/ollama/ollama:0.32.13", "docker.io/ollama/ollama:0.32.14"


@pytest.fixture(scope="module")
def checkout(make_checkout: MakeCheckout) -> Iterator[Checkout]:
    """Deploy a stack, then an update of image and settings, then an uncommitted change."""
    made = make_checkout()
    made.configure(STACK, {"ollama": {"image": OLD}, "librechat": {"jwtRotation": 1}})
    made.commit("Old image")
    made.must("up", "--stack", STACK)
    settings = {"jwtRotation": 2, "endpoint": {"addParams": {"n": 1}}}
    made.configure(STACK, {"ollama": {"image": NEW}, "librechat": settings})
    made.commit("New image")
    made.must("up", "--stack", STACK, "--message", "The new image")
    made.configure(STACK, {"ollama": {"image": NEW}, "librechat": {"jwtRotation": 2}})
    made.must("up", "--stack", STACK)
    yield made
    made.run("destroy", "--stack", STACK, "--yes")


def revisions(checkout: Checkout, stack: str = STACK, **env: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(checkout.must("history", "--json", "--stack", stack, **env).stdout)
    return found


def image(checkout: Checkout) -> str:
    spec = checkout.kubernetes.deployment(f"{STACK}-ollama", "ollama")["spec"]
    return str(spec["template"]["spec"]["containers"][0]["image"])


def kept(checkout: Checkout) -> dict[str, Any]:
    """Return what a rollback must not change: credentials, and the UID of every volume."""
    core = checkout.kubernetes.core
    secrets = {item.metadata.name: item.data for item in core.list_namespaced_secret(LIBRECHAT).items}
    claims = {
        item.metadata.name: item.metadata.uid
        for space in (LIBRECHAT, f"{STACK}-ollama")
        for item in core.list_namespaced_persistent_volume_claim(space).items
    }
    return {**secrets, **claims}


def test_history_says_what_when_from_which_commit_by_whom(checkout: Checkout) -> None:
    first, second, third = revisions(checkout)[:3]
    commits = checkout.git("rev-list", "HEAD", "-2").split()
    assert [one["revision"] for one in (first, second, third)] == [1, 2, 3]
    assert [one["message"] for one in (first, second)] == ["Old image", "The new image"]
    assert [one["commit"] for one in (first, second, third)] == [commits[1], commits[0], commits[0]]
    assert [one["dirty"] for one in (first, second, third)] == [False, False, True]
    assert {one["result"] for one in (first, second, third)} == {"succeeded"}
    assert first["changes"]["create"] > 30
    assert second["changes"]["update"] >= 2
    assert "@" in first["who"]
    table = checkout.must("history", "--stack", STACK).stdout
    assert f"{commits[0][:12]}+uncommitted" in table
    assert "The new image" in table


def refused(checkout: Checkout, number: int) -> str:
    done = checkout.run("rollback", str(number), "--stack", STACK)
    assert done.returncode == 1, done.stdout
    assert "Updating" not in done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_revision_of_uncommitted_files_and_an_unknown_one_are_refused(checkout: Checkout) -> None:
    assert "no way back to revision 3: it was deployed with uncommitted files" in refused(checkout, 3)
    assert "has no revision 99" in refused(checkout, 99)


def test_rollback_brings_program_and_settings_back_and_nothing_else(checkout: Checkout) -> None:
    (checkout.directory / "__main__.py").open("a").write("\nraise SystemExit('the program of today')\n")
    before, tree = kept(checkout), checkout.git("status", "--short")
    assert image(checkout) == NEW
    started = time.monotonic()
    done = checkout.must("rollback", "1", "--stack", STACK)
    seconds = time.monotonic() - started
    assert "Previewing update" in done.stdout
    assert "ollama-deployment" in done.stdout
    assert image(checkout) == OLD
    assert kept(checkout) == before
    assert checkout.git("status", "--short") == tree
    assert len(checkout.git("worktree", "list").splitlines()) == 1
    last = revisions(checkout)[-1]
    assert last["message"] == "rollback to revision 1"
    assert last["commit"] == checkout.git("rev-parse", "HEAD~")
    assert not last["dirty"]
    assert seconds < 120, "of which the update itself is the smallest part here"
    checkout.git("checkout", "--quiet", "__main__.py")


def test_a_rollback_can_be_rolled_back(checkout: Checkout) -> None:
    checkout.must("rollback", "2", "--stack", STACK)
    assert image(checkout) == NEW


def test_what_would_lose_data_is_refused(checkout: Checkout) -> None:
    checkout.configure(STACK, {"ollama": {"image": NEW, "storage": {"size": "20Gi"}}, "librechat": {"jwtRotation": 2}})
    checkout.commit("More room")
    checkout.must("up", "--stack", STACK)
    assert "cannot shrink" in (done := checkout.run("rollback", "2", "--stack", STACK)).stdout
    assert done.returncode != 0
    claim = checkout.kubernetes.core.read_namespaced_persistent_volume_claim("ollama-data", f"{STACK}-ollama")
    assert claim.spec.resources.requests["storage"] == "20Gi"


def test_a_commit_that_is_not_in_this_clone_is_refused(checkout: Checkout) -> None:
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "Soon gone")
    checkout.must("up", "--stack", STACK)
    number = revisions(checkout)[-1]["revision"]
    checkout.git("reset", "--quiet", "--hard", "HEAD~")
    checkout.git("reflog", "expire", "--expire=now", "--all")
    checkout.git("gc", "--quiet", "--prune=now")
    assert "is not in this clone" in refused(checkout, number)


def pulumi(checkout: Checkout, env: dict[str, str], *arguments: str, text: str = "") -> Done:
    exports = [line for line in checkout.must("env", **env).stdout.splitlines() if line.startswith("export ")]
    script = "\n".join([*exports, 'exec pulumi "$@"'])
    return subprocess.run(
        ["sh", "-c", script, "pulumi", *arguments],
        cwd=checkout.directory,
        env={**checkout.environment, **env},
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_backend_of_ones_own_and_settings_that_are_encrypted(checkout: Checkout) -> None:
    own = checkout.directory.parent / "own-backend"
    own.mkdir()
    env = {"PULUMI_BACKEND_URL": own.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "only for this test"}
    stack, key = "own", f"{NAME}:librechat.redis.uri"
    checkout.configure(stack, {"ollama": {"gpu": {"count": 0}}})
    pulumi(checkout, env, "stack", "init", stack, "--no-select")
    uris = ["redis://:first@redis.example.org:6379", "redis://:second@redis.example.org:6379"]
    for uri in uris:
        pulumi(checkout, env, "config", "set", "--stack", stack, "--secret", "--path", key, text=uri)
        checkout.commit("Another Redis")
        checkout.must("up", "--stack", stack, **env)
    done = checkout.must("rollback", "1", "--stack", stack, **env)
    deployed = json.loads(
        pulumi(checkout, env, "stack", "history", "--json", "--show-secrets", "--stack", stack).stdout
    )
    found = [revision["config"][f"{NAME}:librechat"]["objectValue"]["redis"]["uri"] for revision in deployed]
    assert found == [uris[0], uris[1], uris[0]]
    texts = [path.read_text(errors="replace") for path in own.rglob("*") if path.is_file()]
    for uri in uris:
        assert all(uri not in text for text in [done.stdout, done.stderr, *texts])
    assert [one["message"] for one in revisions(checkout, stack, **env)][-1] == "rollback to revision 1"
    document = yaml.safe_load((checkout.directory / f"Pulumi.{stack}.yaml").read_text())
    assert document["encryptionsalt"], "the file of today is left as it is"
    checkout.must("destroy", "--stack", stack, **env)
