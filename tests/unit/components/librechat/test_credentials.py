"""LibreChat's credentials, in the formats that it asks for."""

import re

from tests.unit import pods
from tests.unit.recording import Recording

HEXADECIMAL = {"JWT_SECRET": 64, "JWT_REFRESH_SECRET": 64, "CREDS_KEY": 64, "CREDS_IV": 32}


def values(program: Recording) -> dict[str, str]:
    return pods.environment(program.object("Deployment", "librechat"), "librechat")


def test_credentials_have_the_exact_formats(default_program: Recording) -> None:
    secret = default_program.object("Secret", "librechat-credentials-env")
    found = secret.inputs["stringData"]
    for key, length in HEXADECIMAL.items():
        assert re.fullmatch(rf"[0-9a-f]{{{length}}}", found[key]), key
        assert secret.is_secret(f"stringData.{key}")
    assert len({found[key] for key in HEXADECIMAL}) == len(HEXADECIMAL)


def test_credentials_are_generated_by_what_does_not_show_them_in_its_id(default_program: Recording) -> None:
    generated = [r for r in default_program.resources if r.type.startswith("random:")]
    assert len(generated) >= 7
    assert {r.kind for r in generated} == {"RandomPassword"}
    assert {r.name: r.inputs["length"] for r in generated if r.name.startswith("librechat-")} == {
        "librechat-jwt-secret": 64,
        "librechat-jwt-refresh-secret": 64,
        "librechat-creds-key": 64,
        "librechat-creds-iv": 32,
    }


def test_every_credential_reaches_the_container_and_none_in_the_clear(default_program: Recording) -> None:
    found = pods.container(default_program.object("Deployment", "librechat"), "librechat")
    sources = pods.secret_environment(found)
    for key in (*HEXADECIMAL, "MONGO_URI", "MEILI_MASTER_KEY"):
        assert sources[key] == "librechat-credentials-env", key
        assert key not in values(default_program)
