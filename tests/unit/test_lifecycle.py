"""How servers come up and go: what is probed, how long a start may take, and what a running answer is left."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.unit import programs
from tests.unit.pods import container, template
from tests.unit.recording import Recording, Resource

Execute = Callable[..., Recording]
SHARED = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}}
EXPOSED = {"type": "Ingress", "host": "ollama.example.org", "token": {"enabled": True}}


class Life(NamedTuple):
    """What upstream needs.

    start: what says that it has started; alive: what says that it still runs; a path, or a port for TCP.
    shutdown: seconds that it takes to end after SIGTERM.
    start_seconds: least time that it gets to start.
    """

    kind: str
    container: str
    start: str
    alive: str
    shutdown: int
    start_seconds: int


SERVERS = {
    # /readyz turns true after MCP servers and migrations; /health and /livez do not look at anything.
    "librechat": Life("Deployment", "librechat", "/readyz", "/livez", 60, 300),
    # An exec ping would succeed while the image is still setting up its users, on localhost only.
    "librechat-mongodb": Life("StatefulSet", "mongodb", "mongodb", "mongodb", 30, 300),
    "librechat-meilisearch": Life("StatefulSet", "meilisearch", "/health", "/health", 30, 300),
    "ollama": Life("Deployment", "ollama", "/api/version", "/api/version", 1, 60),
    "ollama-auth": Life("Deployment", "nginx", "/healthz", "/healthz", 60, 30),
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    config = programs.in_project(ollama={"exposure": EXPOSED})
    return programs.execute(config, tmp_path_factory.mktemp("everything"))


def probed(probe: dict[str, Any]) -> str:
    return str(probe["httpGet"]["path"] if "httpGet" in probe else probe["tcpSocket"]["port"])


def seconds_of_pre_stop(owner: Resource, name: str) -> int:
    lifecycle = container(owner, name).get("lifecycle", {})
    return int(lifecycle["preStop"]["sleep"]["seconds"]) if lifecycle else 0


@pytest.mark.parametrize("name", SERVERS)
def test_probes_and_grace(everything: Recording, name: str) -> None:
    wanted = SERVERS[name]
    owner = everything.object(wanted.kind, name)
    found = container(owner, wanted.container)
    assert probed(found["startupProbe"]) == probed(found["readinessProbe"]) == wanted.start
    assert probed(found["livenessProbe"]) == wanted.alive
    startup = found["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= wanted.start_seconds
    # A busy server is not killed for one late answer.
    assert found["livenessProbe"]["periodSeconds"] * found["livenessProbe"]["failureThreshold"] >= 60
    grace = template(owner).spec["terminationGracePeriodSeconds"]
    assert grace >= seconds_of_pre_stop(owner, wanted.container) + wanted.shutdown


def test_every_long_running_pod_is_in_the_table(everything: Recording) -> None:
    assert {r.object_name for kind in ("Deployment", "StatefulSet") for r in everything.all(kind)} == set(SERVERS)


@pytest.mark.parametrize("name", ["librechat", "ollama", "ollama-auth"])
def test_proxies_have_moved_on_before_a_server_ends(everything: Recording, name: str) -> None:
    # The removal of an endpoint takes them a moment, and readiness does not change at SIGTERM.
    wanted = SERVERS[name]
    assert seconds_of_pre_stop(everything.object(wanted.kind, name), wanted.container) >= 5


@pytest.mark.parametrize("name", ["librechat", "ollama"])
def test_a_running_answer_comes_to_its_end_where_other_pods_take_over(name: str, execute: Execute) -> None:
    # Both cut at SIGTERM what they are generating.
    settings = {**SHARED, "redis": {"existingSecret": "redis"}} if name == "librechat" else SHARED
    owner = execute(**{name: settings}).object("Deployment", name)
    assert owner.spec["strategy"]["type"] == "RollingUpdate"
    waits = seconds_of_pre_stop(owner, name)
    assert waits >= 120
    assert template(owner).spec["terminationGracePeriodSeconds"] >= waits + SERVERS[name].shutdown
    alone = execute().object("Deployment", name)
    assert alone.spec["strategy"]["type"] == "Recreate"
    # Nobody is served before the old pod is gone, so that one does not linger.
    assert seconds_of_pre_stop(alone, name) <= 10


def test_pulumi_waits_for_pods_that_go_in_turn(execute: Execute) -> None:
    owner = execute(ollama={**SHARED, "replicas": 4}).object("Deployment", "ollama")
    turn = template(owner).spec["terminationGracePeriodSeconds"] - 30
    assert int(owner.timeouts["update"].removesuffix("s")) >= 4 * turn + 300


@pytest.mark.parametrize("shared", [False, True])
def test_the_new_pod_is_waited_for_and_not_the_old_one(shared: bool, execute: Execute) -> None:
    """By itself the plugin takes an update of a Deployment with the strategy Recreate for done too soon."""
    many = {**SHARED, "redis": {"existingSecret": "redis"}}
    settings: dict[str, Any] = {"ollama": SHARED, "librechat": many} if shared else {"valkey": {"enabled": True}}
    found = execute(**settings).all("Deployment")
    alone = {one.object_name for one in found if one.spec["strategy"]["type"] == "Recreate"}
    waiting = {one.object_name for one in found if "pulumi.com/waitFor" in one.metadata.get("annotations", {})}
    assert alone == waiting == (set() if shared else {"ollama", "librechat", "librechat-valkey"})
