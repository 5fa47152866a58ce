"""MongoDB and Meilisearch: authentication on, least privilege, credentials as secrets."""

import re
from collections.abc import Callable

import pytest

from components.meilisearch.component import ENVIRONMENT
from components.mongodb.component import INIT_SCRIPT, cache_size_gb
from tests.unit.pods import container, environment, secret_environment, template
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
    script = default_program.object("ConfigMap", "librechat-mongodb-init").inputs["data"]["create-user.js"]
    assert script == INIT_SCRIPT
    assert re.findall(r'role: "(\w+)"', script) == ["readWrite"]
    assert "process.env.MONGO_APP_PASSWORD" in script
    stateful_set = default_program.object("StatefulSet", "librechat-mongodb")
    mounts = {mount["mountPath"]: mount for mount in container(stateful_set, "mongodb")["volumeMounts"]}
    assert mounts["/docker-entrypoint-initdb.d"]["readOnly"] is True


def test_the_uri_of_librechat_is_that_of_its_own_user(default_program: Recording) -> None:
    own = secret(default_program, "librechat-mongodb")["MONGO_APP_PASSWORD"]
    assert secret(default_program, "librechat-credentials-env")["MONGO_URI"] == (
        f"mongodb://librechat:{own}@librechat-mongodb:27017/LibreChat?authSource=LibreChat"
    )


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


def test_meilisearch_runs_in_production_mode_with_a_key_of_32_bytes(default_program: Recording) -> None:
    key = secret(default_program, "librechat-meilisearch")["MEILI_MASTER_KEY"]
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    assert secret(default_program, "librechat-credentials-env")["MEILI_MASTER_KEY"] == key
    stateful_set = default_program.object("StatefulSet", "librechat-meilisearch")
    values = environment(stateful_set, "meilisearch")
    assert values["MEILI_ENV"] == "production"
    assert ENVIRONMENT.items() <= values.items()
    assert secret_environment(container(stateful_set, "meilisearch")) == {"MEILI_MASTER_KEY": "librechat-meilisearch"}
    # Everything that it writes is on the volume: the root filesystem is read-only.
    for variable in ("MEILI_DB_PATH", "MEILI_DUMP_DIR", "MEILI_SNAPSHOT_DIR"):
        assert values[variable].startswith("/meili_data/")


def test_pods_of_meilisearch_roll_with_its_key(default_program: Recording) -> None:
    stateful_set = default_program.object("StatefulSet", "librechat-meilisearch")
    checksum = template(stateful_set).metadata["annotations"]["checksum/secret"]
    assert re.fullmatch(r"[0-9a-f]{32}", checksum)
    assert checksum not in secret(default_program, "librechat-meilisearch")["MEILI_MASTER_KEY"]
