"""Meilisearch: production mode, a master key, an index on a volume."""

import re
from collections.abc import Callable

from components.meilisearch.component import ENVIRONMENT
from tests.unit.pods import container, environment, secret_environment, template
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def secret(program: Recording, name: str) -> dict[str, str]:
    return program.object("Secret", name).inputs["stringData"]


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


def test_an_existing_secret_replaces_the_generated_one(execute: Execute) -> None:
    program = execute(meilisearch={"existingSecret": "search"})
    assert "meilisearch-master-key" not in program.generated()
    stateful_set = program.object("StatefulSet", "librechat-meilisearch")
    assert secret_environment(container(stateful_set, "meilisearch")) == {"MEILI_MASTER_KEY": "search"}
    # Nobody here knows when that Secret changes.
    assert "annotations" not in template(stateful_set).metadata
    librechat = container(program.object("Deployment", "librechat"), "librechat")
    assert secret_environment(librechat)["MEILI_MASTER_KEY"] == "search"
