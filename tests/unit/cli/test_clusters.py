"""What is reported about a cluster that does not answer, and how soon."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client

from cli import clusters
from cli.clusters import ask, connect, readable_api_errors
from cli.errors import CommandError

Kubeconfig = Callable[..., Path]
VERSION = {"major": "1", "minor": "36", "gitVersion": "v1.36.3"} | dict.fromkeys(
    ("gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"), ""
)


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Kubeconfig:
    def write(server: str, user: dict[str, Any] | None = None) -> Path:
        document = {
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": user or {"token": "t"}}],
            "contexts": [{"name": "minikube", "context": {"cluster": "c", "user": "u"}}],
        }
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(document))
        return path

    return write


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, int]]]:
    """Return an API server for the version only; the statuses of its paths can be changed."""
    statuses: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.get(self.path, 200))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            empty: dict[str, Any] = {"versions": [], "serverAddressByClientCIDRs": []}
            self.wfile.write(json.dumps(VERSION if self.path == "/version/" else empty).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name from the base class
            del format, args

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", statuses
    http.shutdown()
    http.server_close()
    thread.join()


def test_a_cluster_that_answers_tells_its_version(kubeconfig: Kubeconfig, server: tuple[str, dict[str, int]]) -> None:
    answer = ask(kubeconfig(server[0]), "minikube")
    assert answer == clusters.Answer("v1.36.3", server[0], "")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/version/", 401, "refuses the credentials of the kubeconfig (401"),
        ("/version/", 503, "answers 503"),
        # The version is public.
        ("/api/", 401, "refuses the credentials of the kubeconfig (401"),
        ("/api/", 403, "refuses the credentials of the kubeconfig (403"),
    ],
)
def test_a_server_that_answers_with_an_error(
    path: str, status: int, words: str, kubeconfig: Kubeconfig, server: tuple[str, dict[str, int]]
) -> None:
    server[1][path] = status
    answer = ask(kubeconfig(server[0]), "minikube")
    assert words in answer.problem
    assert answer.server == server[0]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1:1", "127.0.0.1:1 refuses connections"),
        ("https://nowhere.invalid:6443", "nowhere.invalid:6443 is not known"),
    ],
)
def test_a_server_that_is_not_there(url: str, words: str, kubeconfig: Kubeconfig) -> None:
    answer = ask(kubeconfig(url), "minikube")
    assert answer.problem.startswith(words)
    assert answer.server == url


def test_a_server_that_says_nothing_is_asked_once(kubeconfig: Kubeconfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "ANSWER_WITHIN", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        answer = ask(kubeconfig(f"https://127.0.0.1:{silent.getsockname()[1]}"), "minikube")
    assert "gives no answer within" in answer.problem
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("command", ["no-such-command-anywhere", "false"])
def test_a_login_command_that_fails(
    command: str, kubeconfig: Kubeconfig, server: tuple[str, dict[str, int]], capfd: pytest.CaptureFixture[str]
) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": command, "interactiveMode": "Never"}}
    answer = ask(kubeconfig(server[0], user), "minikube")
    assert answer.problem.startswith("the kubeconfig's login command fails: ")
    assert capfd.readouterr().err == ""


def test_a_kubeconfig_that_is_not_there(tmp_path: Path) -> None:
    answer = ask(tmp_path / "missing", "minikube")
    assert answer == clusters.Answer("", "", f'kubeconfig "{tmp_path}/missing" does not exist')


def test_a_context_that_is_not_there(kubeconfig: Kubeconfig) -> None:
    path = kubeconfig("https://127.0.0.1:1")
    assert ask(path, "minkube").problem == f'context "minkube" is not in {path}'


def test_a_certificate_file_that_is_not_there(kubeconfig: Kubeconfig) -> None:
    user = {"client-certificate": "/missing/crt", "client-key": "/missing/key"}
    answer = ask(kubeconfig("https://127.0.0.1:1", user), "minikube")
    assert answer.problem.startswith("its credentials cannot be used: ")
    assert "/missing/" in answer.problem


def test_a_cluster_that_goes_away_in_between(kubeconfig: Kubeconfig) -> None:
    api = connect(kubeconfig("https://127.0.0.1:1"), "minikube")
    with pytest.raises(CommandError) as error, readable_api_errors(api, "minikube"):
        client.CoreV1Api(api).list_namespace()
    assert str(error.value) == (
        "The cluster of context 'minikube' (https://127.0.0.1:1): 127.0.0.1:1 refuses connections."
    )
