"""LibreChat's pod, and the script that checks its credentials first."""

from collections.abc import Callable
from pathlib import Path

import pytest

from components.librechat.pod import CHECK_CREDENTIALS
from components.scripts import script
from tests.unit import pods
from tests.unit.components.librechat.scripts import node
from tests.unit.recording import Recording

GOOD = {
    "JWT_SECRET": "a" * 64,
    "JWT_REFRESH_SECRET": "b" * 64,
    "CREDS_KEY": "c" * 64,
    "CREDS_IV": "d" * 32,
    "MONGO_URI": "mongodb://user:hunter2@host:27017/LibreChat",
}


def test_good_credentials_pass(tmp_path: Path) -> None:
    assert node(script("components.librechat", CHECK_CREDENTIALS), tmp_path, GOOD).returncode == 0


@pytest.mark.parametrize("key", sorted(GOOD))
@pytest.mark.parametrize("change", [lambda _: "", lambda value: f"!{value[1:5]}"])
def test_a_bad_credential_is_named_and_not_shown(tmp_path: Path, key: str, change: Callable[[str], str]) -> None:
    values = {**GOOD, key: change(GOOD[key])}
    done = node(script("components.librechat", CHECK_CREDENTIALS), tmp_path, values)
    assert done.returncode == 1
    message = (tmp_path / "termination").read_text()
    assert message.startswith(f"{key} of LibreChat's Secret needs")
    assert not any(value and value in message for value in values.values())


def values(program: Recording) -> dict[str, str]:
    return pods.environment(program.object("Deployment", "librechat"), "librechat")


def test_the_configuration_is_mounted_where_librechat_looks_for_it(default_program: Recording) -> None:
    deployment = default_program.object("Deployment", "librechat")
    mounts = {mount["mountPath"]: mount for mount in pods.container(deployment, "librechat")["volumeMounts"]}
    assert mounts["/config"]["readOnly"] is True
    assert values(default_program)["CONFIG_PATH"] == "/config/librechat.yaml"
    volumes = {volume["name"]: volume for volume in pods.template(deployment).spec["volumes"]}
    assert volumes[mounts["/config"]["name"]]["configMap"]["name"] == "librechat-config"


def test_uploads_and_images_are_on_the_claim(default_program: Recording) -> None:
    deployment = default_program.object("Deployment", "librechat")
    mounts = {mount["mountPath"]: mount for mount in pods.container(deployment, "librechat")["volumeMounts"]}
    uploads, pictures = mounts["/app/uploads"], mounts["/app/client/public/images"]
    assert uploads["name"] == pictures["name"]
    assert uploads["subPath"] != pictures["subPath"]
    volumes = {volume["name"]: volume for volume in pods.template(deployment).spec["volumes"]}
    assert volumes[uploads["name"]]["persistentVolumeClaim"]["claimName"] == "librechat-data"


def test_it_runs_without_npm_and_waits_for_its_database(default_program: Recording) -> None:
    deployment = default_program.object("Deployment", "librechat")
    assert pods.container(deployment, "librechat")["command"] == ["node", "api/server/index.js"]
    wait = pods.container(deployment, "wait-for-mongodb")
    assert wait["image"] == pods.container(deployment, "librechat")["image"]
    assert wait["command"][:2] == ["node", "-e"]
