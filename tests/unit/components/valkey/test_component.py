"""Valkey and what several pods of LibreChat share: password, policy, wiring, files in a bucket."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.scripts import script
from components.valkey.component import max_memory
from tests.unit.pods import container, environment, secret_environment, template
from tests.unit.recording import Recording

Execute = Callable[..., Recording]
SHARED = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}}
BUCKET = {"strategy": "s3", "s3": {"bucket": "uploads", "region": "eu-central-1", "existingSecret": "bucket"}}


def valkey(program: Recording) -> Any:
    return program.object("Deployment", "librechat-valkey")


def test_the_password_is_in_secrets_alone(execute: Execute) -> None:
    program = execute(valkey={"enabled": True})
    password = program.object("Secret", "librechat-valkey").inputs["stringData"]["VALKEY_PASSWORD"]
    assert re.fullmatch(r"[A-Za-z0-9]{32}", password)
    uri = program.object("Secret", "librechat-credentials-env").inputs["stringData"]["REDIS_URI"]
    assert uri == f"redis://:{password}@librechat-valkey:6379"
    found = container(valkey(program), "valkey")
    assert secret_environment(found) == {"VALKEY_PASSWORD": "librechat-valkey"}
    assert password not in str(found)
    assert re.fullmatch(r"[0-9a-f]{32}", template(valkey(program)).metadata["annotations"]["checksum/secret"])
    librechat = program.object("Deployment", "librechat")
    assert environment(librechat, "librechat")["USE_REDIS"] == "true"
    assert secret_environment(container(librechat, "librechat"))["REDIS_URI"] == "librechat-credentials-env"


def started(tmp_path: Path, password: str) -> subprocess.CompletedProcess[str]:
    """Run the start script with a server that shows its arguments and what it reads."""
    server = tmp_path / "valkey-server"
    server.write_text('#!/bin/sh\necho "arguments: $*"\ncat\n')
    server.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    values = {"PATH": path, "VALKEY_PASSWORD": password, "MAX_MEMORY": "402653184"}
    return subprocess.run(
        ["sh", "-c", script("components.valkey", "start.sh")], env=values, capture_output=True, text=True, check=False
    )


def test_the_server_reads_its_password_from_standard_input(tmp_path: Path) -> None:
    first, *lines = started(tmp_path, "Aa0_-").stdout.splitlines()
    assert first == "arguments: -"
    assert {"requirepass Aa0_-", "maxmemory 402653184", 'save ""', "appendonly no"} <= set(lines)


@pytest.mark.parametrize("password", ["", "two words", "a\nrequirepass", "a$b", '"'])
def test_a_password_that_would_leave_the_server_open_stops_it(password: str, tmp_path: Path) -> None:
    result = started(tmp_path, password)
    assert result.returncode == 1
    assert result.stdout.startswith("VALKEY_PASSWORD of its Secret needs letters")


@pytest.mark.parametrize(("limit", "size"), [("512Mi", "402653184"), ("1G", "750000000"), ("", "0"), (object(), "0")])
def test_memory_follows_the_limit(limit: object, size: str) -> None:
    assert max_memory(limit) == size


def test_an_existing_secret_has_both(execute: Execute) -> None:
    program = execute(valkey={"enabled": True, "existingSecret": "cache"})
    assert [found for found in program.resources if found.name.startswith("valkey-password")] == []
    assert secret_environment(container(valkey(program), "valkey")) == {"VALKEY_PASSWORD": "cache"}
    librechat = container(program.object("Deployment", "librechat"), "librechat")
    assert secret_environment(librechat)["REDIS_URI"] == "cache"


def test_it_holds_nothing_that_lasts_and_is_replaced_not_rolled(execute: Execute) -> None:
    program = execute(valkey={"enabled": True}, dataProtection=True)
    found = valkey(program)
    assert found.spec["strategy"] == {"type": "Recreate"}
    assert not any("persistentVolumeClaim" in volume for volume in template(found).spec["volumes"])
    assert not any(one.protect for one in program.resources if one.name.startswith("valkey"))


def test_only_librechat_gets_there(execute: Execute) -> None:
    program = execute(valkey={"enabled": True})
    policy = program.object("NetworkPolicy", "librechat-valkey").spec
    (rule,) = policy["ingress"]
    assert [port["port"] for port in rule["ports"]] == [6379]
    names = [peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in rule["from"]]
    assert names == ["librechat"]
    assert policy["egress"] == []
    ports = [p["port"] for r in program.object("NetworkPolicy", "librechat").spec["egress"] for p in r["ports"]]
    assert 6379 in ports


def refusal(execute: Execute, **settings: Any) -> str:
    with pytest.raises(pulumi.RunError) as error:
        execute(**settings)
    return str(error.value)


def test_several_pods_need_redis_and_shared_files_and_say_so(execute: Execute) -> None:
    text = refusal(execute, librechat={"replicas": 2})
    for words in ("`valkey.enabled: true`", "`librechat.redis.uri`", "`librechat.redis.existingSecret`"):
        assert words in text
    assert "`librechat.storage.accessMode: ReadWriteMany`, or `librechat.files.strategy: s3`" in text
    assert "second Redis" in refusal(execute, valkey={"enabled": True}, librechat={"redis": {"existingSecret": "r"}})
    assert "`valkey.existingSecret`" in refusal(
        execute,
        valkey={"enabled": True},
        librechat={"existingSecret": "l"},
        mongodb={"existingSecret": "m"},
        meilisearch={"enabled": False},
    )


@pytest.mark.parametrize("librechat", [SHARED, {"replicas": 2, "files": BUCKET}])
def test_with_both_they_roll(librechat: dict[str, Any], execute: Execute) -> None:
    found = execute(valkey={"enabled": True}, librechat=librechat).object("Deployment", "librechat")
    assert found.spec["replicas"] == 2
    assert found.spec["strategy"]["type"] == "RollingUpdate"


def test_files_in_a_bucket_need_no_volume(execute: Execute) -> None:
    s3 = {**BUCKET["s3"], "endpoint": "https://s3.example.org:9000", "forcePathStyle": True}  # type: ignore[dict-item]
    program = execute(librechat={"files": {"strategy": "s3", "s3": s3}})
    assert [found for found in program.resources if found.name == "librechat-data"] == []
    librechat = program.object("Deployment", "librechat")
    values = environment(librechat, "librechat")
    assert (values["AWS_BUCKET_NAME"], values["AWS_REGION"]) == ("uploads", "eu-central-1")
    assert (values["AWS_ENDPOINT_URL"], values["AWS_FORCE_PATH_STYLE"]) == ("https://s3.example.org:9000", "true")
    sources = secret_environment(container(librechat, "librechat"))
    assert (sources["AWS_ACCESS_KEY_ID"], sources["AWS_SECRET_ACCESS_KEY"]) == ("bucket", "bucket")
    config = program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"]
    assert "\nfileStrategy: s3\n" in config
    ports = [p["port"] for r in program.object("NetworkPolicy", "librechat").spec["egress"] for p in r["ports"]]
    assert 9000 in ports


def test_half_a_bucket_is_refused(execute: Execute) -> None:
    text = refusal(execute, librechat={"files": {"strategy": "s3"}})
    for key in ("bucket", "region", "existingSecret"):
        assert f"librechat.files.s3.{key}" in text
    assert "has no effect" in refusal(execute, librechat={"files": {"s3": {"bucket": "uploads"}}})
