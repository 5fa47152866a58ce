"""The pod of MongoDB: credentials from its Secret, probes, cache."""

from collections.abc import Callable

import pytest

from components.mongodb.pod import cache_size_gb
from tests.unit.pods import container, secret_environment
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def secret(program: Recording, name: str) -> dict[str, str]:
    return program.object("Secret", name).inputs["stringData"]


def test_mongodb_gets_its_credentials_from_the_secret_alone(default_program: Recording) -> None:
    stateful_set = default_program.object("StatefulSet", "librechat-mongodb")
    sources = secret_environment(container(stateful_set, "mongodb"))
    assert set(sources) == set(secret(default_program, "librechat-mongodb"))
    assert set(sources.values()) == {"librechat-mongodb"}
    arguments = container(stateful_set, "mongodb")["args"]
    assert "--noauth" not in arguments
    assert not any(value in " ".join(arguments) for value in default_program.generated().values())


def test_mongodb_is_not_probed_through_localhost(default_program: Recording) -> None:
    # The image's own set-up listens on localhost only; a half-made database would be called ready, or killed.
    found = container(default_program.object("StatefulSet", "librechat-mongodb"), "mongodb")
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert found[probe]["tcpSocket"] == {"port": "mongodb"}


@pytest.mark.parametrize(
    ("limit", "size"),
    [
        ("1Gi", "0.25"),
        ("512Mi", "0.25"),
        ("2Gi", "0.75"),
        ("4Gi", "1.75"),
        ("", "0.25"),
        ("4G", "1.61"),
        (object(), "0.25"),
    ],
)
def test_the_cache_follows_the_memory_limit(limit: object, size: str) -> None:
    assert cache_size_gb(limit) == size


def test_the_cache_reaches_mongod(execute: Execute) -> None:
    program = execute(mongodb={"resources": {"limits": {"memory": "2Gi"}}})
    arguments = container(program.object("StatefulSet", "librechat-mongodb"), "mongodb")["args"]
    assert arguments[arguments.index("--wiredTigerCacheSizeGB") + 1] == "0.75"
