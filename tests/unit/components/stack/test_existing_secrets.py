"""Credentials from Secrets that are there already: nothing is generated, and every pod asks for each key by name."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.pods import container, environment, secret_environment
from tests.unit.recording import Recording

Execute = Callable[..., Recording]
OWN = {"JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV"}
MONGODB = {
    "MONGO_INITDB_ROOT_USERNAME",
    "MONGO_INITDB_ROOT_PASSWORD",
    "MONGO_APP_DATABASE",
    "MONGO_APP_USERNAME",
    "MONGO_APP_PASSWORD",
}
ALL = {
    "librechat": {"existingSecret": "chat"},
    "mongodb": {"existingSecret": "database"},
    "meilisearch": {"existingSecret": "search"},
}


def secrets_of(program: Recording, kind: str, name: str, container_name: str) -> dict[str, str]:
    return secret_environment(container(program.object(kind, name), container_name))


def test_with_all_of_them_nothing_is_generated(execute: Execute) -> None:
    program = execute(**ALL)
    assert program.all("RandomPassword") == []
    assert program.all("Secret") == []
    assert program.exports["secrets"] == {"librechat": "chat", "mongodb": "database", "meilisearch": "search"}


def test_every_pod_takes_each_key_from_its_own(execute: Execute) -> None:
    program = execute(**ALL)
    chat = dict.fromkeys({*OWN, "MONGO_URI", "MEILI_MASTER_KEY"}, "chat")
    for name in ("librechat", "wait-for-mongodb"):
        assert secrets_of(program, "Deployment", "librechat", name) == chat
    assert secrets_of(program, "StatefulSet", "librechat-mongodb", "mongodb") == dict.fromkeys(MONGODB, "database")
    search = secrets_of(program, "StatefulSet", "librechat-meilisearch", "meilisearch")
    assert search == {"MEILI_MASTER_KEY": "search"}
    values = environment(program.object("Deployment", "librechat"), "librechat")
    assert values["MEILI_HOST"] == "http://librechat-meilisearch:7700"
    assert values["OLLAMA_BASE_URL"] == "http://ollama.ollama.svc.cluster.local:11434"


def test_the_stores_can_have_theirs_while_librechats_own_are_generated(execute: Execute) -> None:
    program = execute(mongodb=ALL["mongodb"], meilisearch=ALL["meilisearch"])
    generated = program.object("Secret", "librechat-credentials-env")
    assert set(generated.inputs["stringData"]) == {*OWN, "MEILI_HOST", "OLLAMA_BASE_URL"}
    found = secrets_of(program, "Deployment", "librechat", "librechat")
    assert found["MONGO_URI"] == "database"
    assert found["MEILI_MASTER_KEY"] == "search"
    assert {found[key] for key in OWN} == {"librechat-credentials-env"}


def test_redis_can_have_its_uri_in_a_secret(execute: Execute) -> None:
    librechat = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}, "redis": {"existingSecret": "redis"}}
    program = execute(librechat=librechat)
    assert secrets_of(program, "Deployment", "librechat", "librechat")["REDIS_URI"] == "redis"


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"librechat": {"existingSecret": "chat"}}, r"librechat.existingSecret.*mongodb.existingSecret"),
        ({**ALL, "meilisearch": {}}, r"librechat.existingSecret.*meilisearch.existingSecret"),
        (
            {"mongodb": {"existingSecret": "a", "external": {"existingSecret": "b"}}},
            r"mongodb.existingSecret.*mongodb.external.existingSecret",
        ),
        ({"meilisearch": {"external": {"existingSecret": "a"}}}, r"meilisearch.external.url"),
        ({"meilisearch": {"external": {"url": "https://a.example.org"}}}, r"meilisearch.external.masterKey"),
    ],
)
def test_what_cannot_be_wired_is_refused(execute: Execute, settings: dict[str, Any], path: str) -> None:
    with pytest.raises(Exception, match=path):
        execute(**settings)


def keepers(program: Recording) -> dict[str, Any]:
    return {r.name: r.inputs.get("keepers") for r in program.all("RandomPassword")}


def test_each_number_replaces_only_what_its_name_says(execute: Execute) -> None:
    """What encrypts stored keys is replaced by a setting of its own, and by nothing else."""
    before = keepers(execute())
    sessions = keepers(execute(librechat={"jwtRotation": 2}))
    assert {name for name in before if before[name] != sessions[name]} == {
        "librechat-jwt-secret",
        "librechat-jwt-refresh-secret",
    }
    stored = keepers(execute(librechat={"rotateCredentialsAndLoseStoredKeys": 2}))
    assert {name for name in before if before[name] != stored[name]} == {"librechat-creds-key", "librechat-creds-iv"}


def test_pods_roll_when_a_credential_is_replaced(execute: Execute) -> None:
    def checksum(**librechat: Any) -> str:
        spec = execute(librechat=librechat).object("Deployment", "librechat").spec
        return spec["template"]["metadata"]["annotations"]["checksum/secret"]

    assert len({checksum(), checksum(jwtRotation=2), checksum(rotateCredentialsAndLoseStoredKeys=2)}) == 3
