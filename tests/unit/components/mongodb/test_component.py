"""MongoDB and Meilisearch: authentication on, least privilege, credentials as secrets."""

import re
from collections.abc import Callable

import pytest

from components.scripts import script
from tests.unit.pods import container, secret_environment, template
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def secret(program: Recording, name: str) -> dict[str, str]:
    return program.object("Secret", name).inputs["stringData"]


def test_mongodb_has_a_root_user_and_one_of_librechats_own(default_program: Recording) -> None:
    values = secret(default_program, "librechat-mongodb")
    assert values["MONGO_INITDB_ROOT_USERNAME"] == "root"
    assert values["MONGO_APP_USERNAME"] == "librechat"
    assert values["MONGO_APP_DATABASE"] == "LibreChat"
    root, own = values["MONGO_INITDB_ROOT_PASSWORD"], values["MONGO_APP_PASSWORD"]
    assert root != own
    for password in (root, own):
        # Letters and digits need no escaping in a URI.
        assert re.fullmatch(r"[A-Za-z0-9]{32}", password)
        assert password in default_program.generated().values()


def test_librechats_user_reads_and_writes_its_database_and_nothing_else(default_program: Recording) -> None:
    found = default_program.object("ConfigMap", "librechat-mongodb-init").inputs["data"]["create-user.js"]
    assert found == script("components.mongodb", "create-user.js")
    assert re.findall(r'role: "(\w+)"', found) == ["readWrite"]
    assert "process.env.MONGO_APP_PASSWORD" in found
    stateful_set = default_program.object("StatefulSet", "librechat-mongodb")
    mounts = {mount["mountPath"]: mount for mount in container(stateful_set, "mongodb")["volumeMounts"]}
    assert mounts["/docker-entrypoint-initdb.d"]["readOnly"] is True


def test_the_uri_of_librechat_is_that_of_its_own_user(default_program: Recording) -> None:
    own = secret(default_program, "librechat-mongodb")["MONGO_APP_PASSWORD"]
    assert secret(default_program, "librechat-credentials-env")["MONGO_URI"] == (
        f"mongodb://librechat:{own}@librechat-mongodb:27017/LibreChat?authSource=LibreChat"
    )


@pytest.mark.parametrize(
    ("name", "path"), [("librechat-mongodb", "/data/db"), ("librechat-meilisearch", "/meili_data")]
)
def test_data_is_on_a_claim_that_no_stateful_set_owns(name: str, path: str, default_program: Recording) -> None:
    stateful_set = default_program.object("StatefulSet", name)
    assert "volumeClaimTemplates" not in stateful_set.spec
    assert stateful_set.spec["replicas"] == 1
    assert stateful_set.spec["serviceName"] == name
    (found,) = template(stateful_set).spec["containers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in found["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in template(stateful_set).spec["volumes"]}
    assert volumes[mounts[path]]["persistentVolumeClaim"]["claimName"] == f"{name}-data"


def test_an_existing_secret_replaces_the_generated_one(execute: Execute) -> None:
    program = execute(mongodb={"existingSecret": "database"})
    assert not any(name.startswith("mongodb") for name in program.generated())
    stateful_set = program.object("StatefulSet", "librechat-mongodb")
    assert set(secret_environment(container(stateful_set, "mongodb")).values()) == {"database"}
    librechat = container(program.object("Deployment", "librechat"), "librechat")
    assert secret_environment(librechat)["MONGO_URI"] == "database"
