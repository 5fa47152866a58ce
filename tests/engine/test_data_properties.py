"""No change of settings deletes or replaces data unless the settings permit it: random pairs, on the engine.

DATA_PAIRS sets how many (210 by default, 1,000 in `make soak`). DATA_SEED sets the seed: the same one by default, so
that a failure is one of the change at hand; 0, as in `make soak`, draws one. It is printed at the end of the run.
"""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings

from sandbox.cluster.cluster import Cluster
from tests.engine.conftest import MakeStack
from tests.engine.previews import preview, side_by_side
from tests.engine.stack import Stack, merged
from tests.engine.targets import POOL, Changes, changed, targets

PAIRS = int(os.environ.get("DATA_PAIRS", "210"))
SEED = int(os.environ.get("DATA_SEED", "1")) or random.SystemRandom().randrange(1, 2**32)
DELETING = {"delete", "replace", "delete-replaced", "create-replacement", "discard", "discard-replaced"}
NO_GPU = {"ollama": {"gpu": {"count": 0}, "pull": {"wait": False}}}
BASES: dict[str, dict[str, Any]] = {
    "everything": {
        "ollama": {"pools": {"amd": POOL}, "exposure": {"token": {"enabled": True}}},
        "librechat": {"metrics": {"enabled": True, "serviceMonitor": False}},
        "mongodb": {"image": "docker.io/library/mongo:7.0.14"},
    },
    "protected": {
        "dataProtection": True,
        "valkey": {"enabled": True},
        "librechat": {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}},
        "mongodb": {"storage": {"size": "20Gi", "storageClassName": "standard"}},
    },
    "least": {"mongodb": {"external": {"existingSecret": "another"}}, "meilisearch": {"enabled": False}},
}
HOLDING = ("Namespace", "PersistentVolumeClaim", "StatefulSet", "Secret", "RandomPassword")
SESSIONS = {"librechat-jwt-secret": "jwtRotation", "librechat-jwt-refresh-secret": "jwtRotation"}
ENCRYPTING = dict.fromkeys(("librechat-creds-key", "librechat-creds-iv"), "rotateCredentialsAndLoseStoredKeys")
TOKENS = ("-auth-token", "-auth-secret", "-metrics-token", "-metrics-secret", "-admin-password", "-admin-secret")
"""Credentials of clients, of Valkey and of the first account, which no stored data depends on: Valkey stores
nothing."""


def permitted(urn: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether the settings permit deleting or replacing a resource."""
    kind, name = urn.rpartition("::")[0].rpartition(":")[2], urn.rpartition("::")[2]
    if kind not in HOLDING or name.endswith(TOKENS) or name.startswith("valkey-"):
        return True
    rotation = {**SESSIONS, **ENCRYPTING}.get(name)
    if rotation and before["librechat"].get(rotation, 1) != after["librechat"].get(rotation, 1):
        return True
    allowed = {*after.get("allowDataLoss", ())}
    if kind != "Namespace":
        owners = {"librechat"} if name in SESSIONS else {name.partition("-")[0]}
    elif name == "ollama-namespace":
        owners = {"ollama"}
    else:
        search = before.get("meilisearch", {}).get("enabled", True)
        external = before.get("mongodb", {}).get("external")
        owners = {"librechat", *(["meilisearch"] if search else []), *([] if external else ["mongodb"])}
    return owners <= allowed


@pytest.mark.parametrize(
    ("name", "after", "may"),
    [
        ("kubernetes:core/v1:PersistentVolumeClaim::mongodb-data", {}, False),
        ("kubernetes:core/v1:PersistentVolumeClaim::mongodb-data", {"allowDataLoss": ["ollama"]}, False),
        ("kubernetes:core/v1:PersistentVolumeClaim::mongodb-data", {"allowDataLoss": ["mongodb"]}, True),
        ("kubernetes:core/v1:Namespace::librechat-namespace", {"allowDataLoss": ["librechat", "mongodb"]}, False),
        ("kubernetes:core/v1:Service::mongodb-service", {}, True),
        ("random:index/randomPassword:RandomPassword::librechat-creds-key", {"librechat": {"jwtRotation": 2}}, False),
        ("random:index/randomPassword:RandomPassword::librechat-jwt-secret", {"librechat": {"jwtRotation": 2}}, True),
    ],
)
def test_what_is_permitted(name: str, after: dict[str, Any], may: bool) -> None:
    """Guards the property: an oracle that permitted everything would prove nothing."""
    assert permitted(f"urn:pulumi:s::p::a${name}", {"librechat": {}}, {"librechat": {}, **after}) is may


def drawn(base: Mapping[str, Any], number: int) -> list[Changes]:
    """Draw random changes of a base."""
    found: list[Changes] = []

    @seed(SEED)
    @settings(
        max_examples=number,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(targets(base))
    def collect(changes: Changes) -> None:
        found.append(changes)

    collect()
    assert len(found) == number
    return found


@pytest.fixture(scope="module")
def kubeconfig(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a kubeconfig with another cluster name, and one for what looks like another cluster."""
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    (entry,), (context,) = document["clusters"], document["contexts"]
    other = {key: value for key, value in entry["cluster"].items() if not key.startswith("certificate-authority")}
    other |= {"server": other["server"].replace("127.0.0.1", "localhost"), "insecure-skip-tls-verify": True}
    document["clusters"].append({"name": "elsewhere", "cluster": other})
    for name, target in (("renamed", entry["name"]), ("elsewhere", "elsewhere")):
        document["contexts"].append({"name": name, "context": {**context["context"], "cluster": target}})
    path = tmp_path_factory.mktemp("kubeconfig") / "config"
    path.write_text(yaml.safe_dump(document))
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module", params=list(BASES))
def base(request: pytest.FixtureRequest, make_stack: MakeStack, kubeconfig: Path) -> Iterator[Stack]:
    changes = merged(merged(NO_GPU, BASES[request.param]), {"namespaces": {"prefix": f"{request.param}-"}})
    stack = make_stack(request.param, changes)
    stack.change({"kubeconfig": str(kubeconfig)})
    stack.up()
    yield stack
    if stack.settings.get("dataProtection"):
        stack.change({"dataProtection": False})
        stack.up()


def problem(stack: Stack, changes: Changes) -> str | None:
    """Return what is wrong with a change of settings; empty if nothing is, None if it is refused."""
    after = changed(stack.settings, changes)
    result = preview(stack, after)
    if result.refused:
        return None
    if result.failed:
        return f"{changes}\n{result.output}"
    lost = [f"{operation} {urn}" for urn, operation in result.steps.items()
            if operation in DELETING and not permitted(urn, stack.settings, after)]  # fmt: skip
    return f"{changes}\n{lost}" if lost else ""


def test_no_change_of_settings_loses_data_unasked(base: Stack, record_property: Callable[[str, object], None]) -> None:
    moves = drawn(base.settings, -(-PAIRS // len(BASES)))
    record_property("DATA_SEED", SEED)
    problems = side_by_side(lambda changes: problem(base, changes), moves)
    refused = problems.count(None)
    record_property("pairs", f"{len(moves)} from {base.name}, {refused} refused")
    wrong = "\n\n".join(found for found in problems if found)
    if wrong:
        pytest.fail(f"DATA_SEED={SEED}\n{wrong}", pytrace=False)
    # If all were refused, nothing would be proven.
    assert len(moves) >= 5 * refused / 4, f"{refused} of {len(moves)} refused"
