"""Operations that are interrupted at a random moment: the engine is killed, or the API server restarted.

The next command must recover: no object exists twice, no credential has changed, nothing is left behind.
INTERRUPTIONS sets how many of each kind (5 by default, 50 in `make soak`), INTERRUPTION_SEED the seed, which every
test prints.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from kubernetes import client

from sandbox.cluster.processes import kill
from tests.engine.checkout import Checkout
from tests.engine.conftest import MakeCheckout
from tests.engine.stack import NAME

COUNT = int(os.environ.get("INTERRUPTIONS", "5"))
SEED = int(os.environ.get("INTERRUPTION_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
STACK = "cut"
NAMESPACES = (f"{STACK}-ollama", f"{STACK}-librechat")
ENGINE_STARTS_WITHIN = 60.0
AT_ONCE = 0.5
"""Probability that the API server is killed instead of terminated."""

HOLDS_DATA = ("Namespace", "PersistentVolumeClaim", "Secret")


@pytest.fixture(scope="module")
def checkout(make_checkout: MakeCheckout) -> Iterator[Checkout]:
    made = make_checkout()
    made.configure(STACK, {})
    yield made
    made.run("destroy", "--stack", STACK, "--yes")


@pytest.fixture(scope="module")
def lines(checkout: Checkout) -> dict[str, int]:
    """Return the number of output lines of each undisturbed operation: moments that do not depend on the machine."""
    found = {}
    for operation in ("first up", "update", "destroy"):
        if operation == "update":
            change(checkout, ["llama2:latest", "nomic-embed-text:v1.5"], 0.5)
        command = "destroy" if operation == "destroy" else "up"
        found[operation] = len(checkout.must(command, "--stack", STACK).stdout.splitlines())
    return found


def change(checkout: Checkout, models: list[str], temperature: float) -> None:
    endpoint = {"addParams": {"temperature": temperature}}
    checkout.configure(STACK, {"ollama": {"models": models}, "librechat": {"endpoint": endpoint}})


def engine_of(command: int, operation: str) -> psutil.Process | None:
    """Return the engine process of a command."""
    try:
        for process in psutil.Process(command).children(recursive=True):
            argv = process.cmdline()
            if len(argv) > 1 and Path(argv[0]).name == "pulumi" and argv[1] == operation:
                return process
    except psutil.NoSuchProcess:
        pass
    return None


def objects(checkout: Checkout) -> dict[str, str]:
    """Return the UID of every object of the stack in the cluster, by kind and name."""
    api = checkout.kubernetes
    lists = {
        "Namespace": api.core.list_namespace,
        "PriorityClass": client.SchedulingV1Api(api.api).list_priority_class,
    }
    kinds: dict[str, Any] = {
        "ConfigMap": api.core.list_namespaced_config_map,
        "LimitRange": api.core.list_namespaced_limit_range,
        "PersistentVolumeClaim": api.core.list_namespaced_persistent_volume_claim,
        "ResourceQuota": api.core.list_namespaced_resource_quota,
        "Secret": api.core.list_namespaced_secret,
        "Service": api.core.list_namespaced_service,
        "ServiceAccount": api.core.list_namespaced_service_account,
        "Deployment": api.apps.list_namespaced_deployment,
        "StatefulSet": api.apps.list_namespaced_stateful_set,
        "Job": api.batch.list_namespaced_job,
        "Ingress": api.networking.list_namespaced_ingress,
        "NetworkPolicy": api.networking.list_namespaced_network_policy,
    }
    found = {
        f"{kind} {item.metadata.name}": str(item.metadata.uid)
        for kind, read in lists.items()
        for item in read().items
        if item.metadata.name.startswith(f"{STACK}-")
    }
    for namespace in NAMESPACES:
        for kind, read in kinds.items():
            for item in read(namespace).items:
                if item.metadata.name not in {"kube-root-ca.crt", "default"}:  # created by the cluster itself
                    found[f"{kind} {namespace}/{item.metadata.name}"] = str(item.metadata.uid)
    return found


def credentials(checkout: Checkout) -> dict[str, dict[str, str]]:
    """Return the data of every Secret of the stack."""
    items = checkout.kubernetes.core.list_namespaced_secret(NAMESPACES[1]).items
    return {item.metadata.name: dict(item.data) for item in items}


def state_objects(checkout: Checkout) -> list[str]:
    """Return kind and ID of every Kubernetes object in the state."""
    resources = checkout.state(STACK).get("resources", [])
    return [
        f"{one['inputs']['kind']} {one['id']}"
        for one in resources
        if one["type"].startswith("kubernetes:") and one["id"]
    ]


Happen = Callable[[psutil.Process], None]


def interrupted(checkout: Checkout, operation: str, line: int, happen: Happen) -> str:
    """Run an operation, disturb it after a number of output lines, and return its output."""
    process = checkout.start(operation, "--stack", STACK)
    assert process.stdout
    said: list[str] = []
    engine = None
    for text in process.stdout:
        said.append(text)
        engine = engine or engine_of(process.pid, operation)
        if engine and line >= 0 and len(said) >= line:
            line = -1
            happen(engine)
    process.wait(300)
    assert line < 0, "".join(said)
    return "".join(said)


def kill_engine(_chance: random.Random, _checkout: Checkout) -> Happen:
    return kill


def restart_api_server(chance: random.Random, checkout: Checkout) -> Happen:
    away, at_once = chance.uniform(0.0, 3.0), chance.random() < AT_ONCE

    def happen(_engine: psutil.Process) -> None:
        pids = {process.name: process.pid for process in checkout.cluster.status().processes}
        server = psutil.Process(pids["kube-apiserver"])
        if not at_once:
            server.terminate()
            time.sleep(away / 2)
        kill(server)
        time.sleep(away)
        checkout.cluster.start()

    return happen


def told(text: str) -> None:
    """Print a text, which pytest shows for a failing test and with `-s`."""
    sys.stdout.write(f"{text}\n")


def is_up(checkout: Checkout) -> bool:
    return bool(checkout.state(STACK).get("resources"))


def check_up(checkout: Checkout, before: Mapping[str, str], secrets: Mapping[str, Mapping[str, str]]) -> None:
    told(checkout.must("up", "--stack", STACK).stderr)
    state, found = checkout.state(STACK), objects(checkout)
    assert not state.get("pending_operations")
    known = state_objects(checkout)
    assert sorted(known) == sorted(found), "state and cluster have the same objects, each once"
    kept = {name: uid for name, uid in before.items() if name.startswith(HOLDS_DATA)}
    assert {name: found.get(name) for name in kept} == kept, "what holds data is the same object as before"
    now = credentials(checkout)
    assert {name: now[name] for name in secrets} == secrets


def check_destroyed(checkout: Checkout) -> None:
    told(checkout.must("destroy", "--stack", STACK).stderr)
    state = checkout.state(STACK)
    assert not state.get("resources")
    assert not state.get("pending_operations")
    assert objects(checkout) == {}


@pytest.mark.parametrize("index", range(COUNT))
@pytest.mark.parametrize("interrupt", [kill_engine, restart_api_server])
def test_the_next_command_goes_on(
    checkout: Checkout, lines: dict[str, int], interrupt: Callable[..., Happen], index: int
) -> None:
    operation = ("first up", "update", "destroy")[index % 3]
    chance = random.Random(f"{SEED} {interrupt.__name__} {index}")  # noqa: S311 - not used for secrets
    line = chance.randint(1, lines[operation] * 3 // 4)  # the last ones are the summary
    told(f"INTERRUPTION_SEED={SEED}: {interrupt.__name__} {index}, during {operation}, at line {line}")
    if operation == "first up" and is_up(checkout):
        checkout.must("destroy", "--stack", STACK)
    if operation != "first up" and not is_up(checkout):
        checkout.must("up", "--stack", STACK)
    secrets = {} if operation == "first up" else credentials(checkout)
    if operation == "update":
        change(checkout, ["llama2:latest", "nomic-embed-text:v1.5"][: chance.randint(1, 2)], chance.random())
    command = "destroy" if operation == "destroy" else "up"
    said = interrupted(checkout, command, line, interrupt(chance, checkout))
    told(said)
    assert "Traceback" not in said
    before = objects(checkout)
    if operation == "destroy":
        check_destroyed(checkout)
    else:
        check_up(checkout, before, secrets or credentials(checkout))


def locks(checkout: Checkout) -> list[Path]:
    return list((checkout.directory / ".state" / ".pulumi" / "locks" / "organization" / NAME / STACK).glob("*.json"))


def test_the_second_of_two_people_is_told_who_works_on_the_stack(checkout: Checkout) -> None:
    first = checkout.start("up", "--stack", STACK)
    try:
        deadline = time.monotonic() + ENGINE_STARTS_WITHIN
        while not locks(checkout):
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        engine = engine_of(first.pid, "up")
        assert engine is not None
        engine.suspend()  # so that it is still running, however slow the others are
        try:
            second, broken = checkout.run("up", "--stack", STACK), checkout.run("unlock", "--stack", STACK, "--yes")
        finally:
            engine.resume()
    finally:
        said, _ = first.communicate(timeout=300)
    assert first.returncode == 0, said
    assert second.returncode == broken.returncode == 1
    assert f"Somebody works on the stack {STACK}: " in second.stderr
    assert f"process {engine.pid}, since " in second.stderr
    assert f"kill -INT {engine.pid}" in broken.stderr


def test_the_lock_of_another_host_is_broken_on_demand(checkout: Checkout) -> None:
    folder = checkout.directory / ".state" / ".pulumi" / "locks" / "organization" / NAME / STACK
    folder.mkdir(parents=True, exist_ok=True)
    content = {"pid": 1, "username": "bob", "hostname": "elsewhere", "timestamp": "2026-11-23T12:04:00.057271029Z"}
    (folder / "lock.json").write_text(json.dumps(content))
    refused = checkout.run("up", "--stack", STACK)
    assert refused.returncode == 1
    assert "bob@elsewhere, process 1, since 2026-11-23" in refused.stderr
    assert f"make unlock STACK={STACK}" in refused.stderr
    checkout.must("unlock", "--stack", STACK, "--yes")
    assert locks(checkout) == []
    assert "is not locked" in checkout.must("unlock", "--stack", STACK).stdout
