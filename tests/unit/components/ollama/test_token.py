"""The proxy that checks a token in front of Ollama."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crossplane
import pytest

from components.exposure.controllers.controller import STREAM_TIMEOUT_SECONDS
from components.ollama.token import (
    CONFIG_DIRECTORY,
    CONFIG_FILE,
    PORT,
    START_FILE,
    TOKEN,
    TOKEN_DIRECTORY,
    configuration,
)
from components.scripts import script
from tests.unit.pods import pods, template, violations
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def test_a_token_is_checked_in_front_of_ollama(execute: Execute) -> None:
    exposure = {"type": "Ingress", "host": "ollama.a.b", "token": {"enabled": True}}
    program = execute(ollama={"exposure": exposure})
    ingress = program.object("Ingress", "ollama-ingress", "ollama")
    (path,) = ingress.spec["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "ollama-auth", "port": {"number": 8080}}
    token = program.generated()["ollama-auth-token"]
    secret = program.object("Secret", "ollama-auth", "ollama")
    assert secret.inputs["stringData"] == {"token": token}
    assert secret.is_secret("stringData.token")
    assert program.exports["secrets"]["ollama"] == "ollama-auth"
    config = program.object("ConfigMap", "ollama-auth", "ollama").inputs["data"]
    assert "proxy_pass http://ollama.ollama.svc.cluster.local:11434;" in config["nginx.conf"]
    assert all(token not in text for found in program.resources for text in found.clear_texts())
    (pod,) = [found for found in pods(program) if found.owner.object_name == "ollama-auth"]
    assert list(violations(pod)) == []
    # The controller reaches the proxy, and only the proxy reaches Ollama.
    policies = {
        found.object_name: found.spec.get("ingress", [])
        for found in program.all("NetworkPolicy")
        if found.metadata["namespace"] == "ollama"
    }
    controller = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
    assert any(controller.items() <= peer.items() for rule in policies["ollama-auth"] for peer in rule["from"])
    assert not any(controller.items() <= peer.items() for rule in policies["ollama"] for peer in rule["from"])


def start(folder: Path, token: str) -> subprocess.CompletedProcess[str]:
    """Run the proxy's real script with an nginx that shows what it is given."""
    (folder / "token").write_text(token)
    (folder / "nginx").write_text('#!/bin/sh\ncat "$CONFIG"\n')
    (folder / "nginx").chmod(0o755)
    text = re.sub(f"{TOKEN_DIRECTORY}|/tmp", os.fspath(folder), script("components.ollama", "start.sh"))
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "CONFIG": os.fspath(folder / "token.conf")}
    return subprocess.run(["sh", "-eu", "-c", text], env=env, capture_output=True, text=True, check=False)


def test_the_token_becomes_a_rule_of_nginx(tmp_path: Path) -> None:
    result = start(tmp_path, "a" * 32)
    assert result.stdout == 'map $http_authorization $authorized { default 0; "~^[Bb]earer ' + "a" * 32 + '$" 1; }\n'


@pytest.mark.parametrize(
    "token", ["", "short", "a" * 513, 'a" 1; default 1; #' * 2, "a" * 20 + "\n;" + "b" * 20, "a b" * 9]
)
def test_what_is_no_token_starts_nothing(token: str, tmp_path: Path) -> None:
    result = start(tmp_path, token)
    assert result.returncode == 1
    assert "16 to 512" in result.stderr
    assert not (tmp_path / "token.conf").exists()
    assert len(token) < 6 or token not in result.stdout + result.stderr


def test_the_configuration_streams_and_passes_no_token_on() -> None:
    text = configuration("http://ollama.ns.svc:11434")
    assert "@" not in text
    assert f"listen {PORT};" in text
    assert "proxy_pass http://ollama.ns.svc:11434;" in text
    assert text.count(f" {STREAM_TIMEOUT_SECONDS}s;") == 2
    assert 'proxy_set_header Authorization "";' in text


def test_the_configuration_is_nginxs_grammar(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text(configuration("http://ollama.ns.svc:11434"))
    assert crossplane.parse(str(tmp_path / "nginx.conf"), single=True, strict=True)["errors"] == []


def test_the_script_reads_what_is_mounted() -> None:
    text = script("components.ollama", START_FILE)
    assert f"$(cat {TOKEN_DIRECTORY}/{TOKEN})" in text
    assert f"nginx -c {CONFIG_DIRECTORY}/{CONFIG_FILE} " in text


def test_another_configuration_or_token_replaces_the_pods(execute: Execute) -> None:
    def annotations(**exposure: Any) -> dict[str, str]:
        settings = {"type": "Ingress", "host": "ollama.a.b", "token": {"enabled": True, **exposure}}
        program = execute(ollama={"exposure": settings})
        return template(program.object("Deployment", "ollama-auth", "ollama")).metadata["annotations"]

    assert set(annotations()) == {"checksum/config", "checksum/secret"}
    assert set(annotations(existingSecret="mine")) == {"checksum/config"}
