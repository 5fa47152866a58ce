"""`make login`: where it reads the login from, and its messages if there is none."""

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes import client

from cli import login, session
from cli.commands.login import login as command
from cli.errors import CommandError
from cli.login import Login, no_account, read_login, read_password
from cli.project import StackFile

PASSWORD = "hunter2[bold]hunter2"
OUTPUTS: dict[str, Any] = {
    "librechat_url": "http://chat.example.org",
    "librechat_admin_email": "admin@example.org",
    "namespaces": {"ollama": "ollama", "librechat": "chat"},
    "secrets": {"librechat-admin": "first-admin"},
    "next_command": "make login STACK=dev",
}
ADMIN = {"librechat": {"admin": {"email": "admin@example.org"}}}


def stack(**config: Any) -> StackFile:
    return StackFile("dev", Path("Pulumi.dev.yaml"), {"context": "minikube", **config})


def opened(outputs: dict[str, Any], file: StackFile | None = None) -> Any:
    """Return a session with outputs, which shows secrets only on request."""

    def output(arguments: list[str]) -> str:
        assert arguments == ["stack", "output", "--json", "--show-secrets"]
        return json.dumps(outputs) if outputs else ""

    return SimpleNamespace(stack=file or stack(), output=output)


def api(monkeypatch: pytest.MonkeyPatch, data: dict[str, str] | None, status: int = 404) -> None:
    """Return a cluster with the Secret chat/first-admin, or one that answers with an error."""

    class Core:
        def __init__(self, _: Any) -> None:
            pass

        def read_namespaced_secret(self, name: str, namespace: str) -> Any:
            assert (namespace, name) == ("chat", "first-admin")
            if data is None:
                raise client.ApiException(status=status, reason="no")
            return SimpleNamespace(data={key: base64.b64encode(text.encode()).decode() for key, text in data.items()})

    monkeypatch.setattr(client, "CoreV1Api", Core)
    monkeypatch.setattr(login, "refuse_unreachable", lambda _: None)
    configuration = SimpleNamespace(host="https://cluster:6443")
    monkeypatch.setattr(login, "connect", lambda *_: SimpleNamespace(configuration=configuration))


def test_a_generated_password_comes_from_the_outputs() -> None:
    found = read_login(opened({**OUTPUTS, "librechat_admin_password": PASSWORD}))
    assert found == Login("http://chat.example.org", "admin@example.org", PASSWORD)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_that_of_an_existing_secret_comes_from_the_cluster(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    api(monkeypatch, {"password": f"{PASSWORD}{end}"})
    assert read_login(opened(OUTPUTS)).password == PASSWORD


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        (None, 404, r"Secret chat/first-admin, .* does not exist"),
        ({"pasword": PASSWORD}, 404, r"Secret chat/first-admin, .* has no key `password`"),
        (None, 403, r"context 'minikube' .* refuses the credentials"),
    ],
)
def test_a_secret_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, data: dict[str, str] | None, status: int, message: str
) -> None:
    api(monkeypatch, data, status)
    with pytest.raises(CommandError, match=message) as told:
        read_login(opened(OUTPUTS))
    assert "hunter2" not in str(told.value)


def test_what_is_no_missing_secret_stays_an_error_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    api(monkeypatch, None, 500)
    with pytest.raises(client.ApiException):
        read_password(SimpleNamespace(), "chat", "first-admin")  # type: ignore[arg-type]


def test_before_the_first_up_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="`make up STACK=dev` creates the first account"):
        read_login(opened({}, stack(**ADMIN)))


def test_a_stack_without_a_first_account_says_how_to_have_one() -> None:
    by_hand = {"next_command": "kubectl exec -it deploy/librechat -- node config/create-user.js"}
    assert "set `librechat.admin.email` in Pulumi.dev.yaml" in no_account(stack(), {})
    assert no_account(stack(), by_hand).endswith(by_hand["next_command"])


@pytest.mark.parametrize("embedded", [None, "default"])
def test_the_command_prints_the_login_and_what_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], embedded: str | None
) -> None:
    found = opened({**OUTPUTS, "librechat_admin_password": PASSWORD}, SimpleNamespace(embedded_cluster=embedded))  # type: ignore[arg-type]
    monkeypatch.setattr(session, "open_state", lambda *_: found)
    command()
    told = capsys.readouterr()
    assert told.out == (f"LibreChat  http://chat.example.org\nE-mail     admin@example.org\nPassword   {PASSWORD}\n")
    assert "left as it is" in told.err
    assert ("simulated" in told.err) is (embedded is not None)
    assert "hunter2" not in told.err
    command(as_json=True)
    assert json.loads(capsys.readouterr().out)["password"] == PASSWORD
