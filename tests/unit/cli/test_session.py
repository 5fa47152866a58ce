"""The stack that a command uses, and what it refuses before the engine runs."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cli import session
from cli.clusters import Answer
from cli.errors import CommandError
from cli.project import StackFile
from cli.session import choose_stack, end_of, refuse_bad_settings, refuse_unreachable
from components.settings.findings import SettingsError

NO_ANSWER = Answer("", "https://10.0.0.1:8443", "10.0.0.1:8443 refuses connections")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=400)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_dev_is_taken_when_its_cluster_answers(monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    monkeypatch.setattr(session, "ask", lambda *_: Answer("v1.34.0", "https://10.0.0.1:8443", ""))
    assert choose_stack("", console).name == "dev"
    assert "stack: dev" in printed(console)


def test_the_embedded_cluster_is_taken_otherwise_and_the_reason_told(
    monkeypatch: pytest.MonkeyPatch, console: Console
) -> None:
    monkeypatch.setattr(session, "ask", lambda *_: NO_ANSWER)
    assert choose_stack("", console).name == "sandbox"
    assert "stack: sandbox" in printed(console)
    assert "'minikube' of dev does not answer (10.0.0.1:8443 refuses connections)" in printed(console)
    assert "STACK=dev" in printed(console)


def test_a_given_stack_is_taken_without_asking(monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    monkeypatch.setattr(session, "ask", lambda *_: pytest.fail("no cluster is asked"))
    assert choose_stack("prod", console).name == "prod"


def test_an_unreachable_cluster_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ask", lambda *_: NO_ANSWER)
    stack = StackFile("dev", Path("Pulumi.dev.yaml"), {"context": "minikube"})
    with pytest.raises(CommandError) as error:
        refuse_unreachable(stack)
    for words in (
        "'minikube'",
        "https://10.0.0.1:8443",
        "refuses connections",
        "Nothing was changed",
        "Pulumi.dev.yaml",
    ):
        assert words in str(error.value)


def test_wrong_types_of_several_sections_are_told_together(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("contexts: [{name: there}]\n")
    config = {"kubeconfig": str(kubeconfig), "context": "gone", "ollama": "yes", "librechat": 3, "dataProtection": "no"}
    with pytest.raises(SettingsError) as error:
        refuse_bad_settings(StackFile("dev", Path("Pulumi.dev.yaml"), config))
    assert {finding.path for finding in error.value.findings} == {"ollama", "librechat", "dataProtection", "context"}


ENGINE = """
import signal, sys, time

def cancel(*_):
    if {once}:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(1)  # four times what subprocess.run leaves it
    print("the state is written", flush=True)
    if {once}:
        sys.exit(7)

signal.signal(signal.SIGINT, cancel)
print("running", flush=True)
while True:
    time.sleep(60)
"""


def engine(*, once: bool) -> subprocess.Popen[bytes]:
    """A program that takes its time to end when it is interrupted. once: whether it ends at all."""
    process = subprocess.Popen([sys.executable, "-c", ENGINE.format(once=once)], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"running\n"
    return process


def control_c(process: subprocess.Popen[bytes]) -> None:
    """Send Ctrl-C like a terminal, to the whole process group."""
    process.send_signal(signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def default_interrupt() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("default_interrupt")
def test_an_engine_that_is_interrupted_ends_what_it_has_begun() -> None:
    with engine(once=True) as process:
        threading.Timer(0.1, control_c, [process]).start()
        with pytest.raises(KeyboardInterrupt):
            end_of(process)
        assert process.returncode == 7
        assert process.stdout
        assert process.stdout.read() == b"the state is written\n"


@pytest.mark.usefixtures("default_interrupt")
def test_an_engine_that_does_not_end_is_killed_after_the_second_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "TERMINATES_WITHIN", 0.1)
    with engine(once=False) as process:
        threading.Timer(0.1, control_c, [process]).start()
        threading.Timer(0.5, control_c, [process]).start()
        with pytest.raises(KeyboardInterrupt):
            end_of(process)
        assert process.returncode == -signal.SIGKILL
