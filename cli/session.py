"""One command on one stack: which stack, which cluster, which engine, which state."""

import getpass
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli import embedded
from cli.clusters import Answer, ask
from cli.engine import Engine, find_engine
from cli.errors import CommandError
from cli.locks import settle
from cli.project import DEFAULT_STACK, NAME, PROJECT, SANDBOX_STACK, StackFile, read_stack
from cli.state import State, ensure_local_stack, find_state
from components.settings.findings import Finding, SettingsError
from components.stack.kubeconfig import check_context
from components.stack.rules import check

KILLED = 128
"""As in a shell: the exit status of a process that a signal ended is this and the signal's number."""


TERMINATES_WITHIN = 10.0
"""Seconds after a second Ctrl-C until the engine is killed, if it has not ended at once as it should."""

Started = Callable[[Callable[[], None]], None]
"""Takes a function that interrupts the engine as Ctrl-C does."""


def was_killed(status: int) -> bool:
    """Tell whether an exit status is that of a process that a signal ended."""
    return KILLED < status < KILLED + signal.NSIG


def end_of(process: subprocess.Popen[bytes]) -> int:
    """Wait for the engine to end, and return its exit status.

    Ctrl-C reaches it as well as this process. At the first one it cancels what it has begun and writes its state, which
    takes a while; `subprocess.run` would kill it after a quarter of a second. At the second it ends at once.

    Raises:
        KeyboardInterrupt: The person interrupted it; it has ended.
    """
    try:
        return process.wait()
    except KeyboardInterrupt:
        try:
            process.wait()
        except KeyboardInterrupt:
            _terminated(process)
        raise


def _terminated(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(TERMINATES_WITHIN)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Session:
    """What a command on a stack needs.

    stack: the stack.
    engine: the engine.
    state: the backend.
    config_file: the stack file that the engine reads; None for the project's own.
    directory: where the program is.
    """

    stack: StackFile
    engine: Engine
    state: State
    config_file: str | None
    directory: Path = PROJECT

    @property
    def env(self) -> dict[str, str]:
        """Environment of the engine; a program elsewhere brings its own interpreter."""
        # Without the latter the engine does not know the option `--event-log`, which the Automation API uses too.
        env = {**self.engine.env(), **self.state.env, "PULUMI_DEBUG_COMMANDS": "true"}
        if self.directory != PROJECT:
            env["PATH"] = os.pathsep.join((str(self.directory / ".venv" / "bin"), env["PATH"]))
        return env

    def _argv(self, command: str, arguments: Sequence[str]) -> list[str]:
        own = ["--config-file", self.config_file] if self.config_file else []
        return [str(self.engine.pulumi), command, "--stack", self.stack.name, *own, *arguments]

    def pulumi(self, command: str, arguments: Sequence[str] = (), started: Started | None = None) -> int:
        """Run a command of the engine on the stack, in the foreground, and return its exit status.

        Args:
            command: The command.
            arguments: Its arguments; the stack is added.
            started: Is told how to interrupt the engine, once it runs.
        """
        process = subprocess.Popen(self._argv(command, arguments), cwd=self.directory, env=self.env)  # noqa: S603
        if started:
            # Its plugins have process groups of their own, with Ctrl-C too: the engine asks them to end.
            started(lambda: process.send_signal(signal.SIGINT))
        return end_of(process)

    def change(self, command: str, arguments: Sequence[str], started: Started | None = None) -> int:
        """Run a command of the engine that changes the stack, in the foreground, and return its exit status.

        The revision says who ran it.

        Args:
            command: The command.
            arguments: Its arguments; the stack is added.
            started: Is told how to interrupt the engine, once it runs.
        """
        status = self.pulumi(command, ["--exec-agent", who(), *arguments], started)
        # A process that a signal ended has the signal's number below zero.
        return KILLED - status if status < 0 else status

    def output(self, arguments: Sequence[str], text: str = "") -> str:
        """Run a command of the engine that shows nothing to the person, and return what it prints.

        Args:
            arguments: Its arguments; the stack is added.
            text: What it reads from its standard input.

        Raises:
            CommandError: It fails. The message is the engine's own.
        """
        result = subprocess.run(  # noqa: S603 - the engine that was resolved
            [str(self.engine.pulumi), *arguments, "--stack", self.stack.name],
            cwd=self.directory,
            env=self.env,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise CommandError(result.stderr.strip())
        return result.stdout


def who(environment: Mapping[str, str] = os.environ) -> str:
    """Return user and host of this command, which the engine notes with a revision as its agent."""
    return f"{environment.get('GITHUB_ACTOR') or getpass.getuser()}@{socket.gethostname()}"


def choose_stack(given: str, console: Console) -> StackFile:
    """Return the stack that was asked for, else `dev` if its cluster answers, else `sandbox`; says which and why."""
    if given:
        return read_stack(given)
    stack = read_stack(DEFAULT_STACK)
    answer = ask(stack.kubeconfig_path, stack.context)
    if not answer.problem:
        console.print(f"stack: {DEFAULT_STACK} (context {stack.context} answers)")
        return stack
    console.print(
        f"stack: {SANDBOX_STACK}, the embedded cluster, because the context {stack.context!r} of {DEFAULT_STACK} "
        f"does not answer ({answer.problem}); STACK={DEFAULT_STACK} insists on it"
    )
    return read_stack(SANDBOX_STACK)


def settings_findings(stack: StackFile) -> list[Finding]:
    """Check the settings of a stack file: everything that can be told without engine, cluster and kubeconfig."""
    settings, findings = stack.settings()
    refused = {finding.path for finding in findings}
    return findings + [finding for finding in check(settings) if finding.path not in refused]


def refuse_bad_settings(stack: StackFile) -> None:
    """Check the stack file and its context before the engine runs, which would tell one wrong type at a time.

    Raises:
        SettingsError: They are refused. The message has every finding.
    """
    findings = settings_findings(stack)
    refused = {finding.path for finding in findings}
    if stack.embedded_cluster is None and not refused & {"kubeconfig", "context"}:
        findings += check_context(stack.kubeconfig, stack.context, os.environ, PROJECT)
    if findings:
        raise SettingsError(findings, stack.path.name)


def refuse_unreachable(stack: StackFile) -> Answer:
    """Ask the stack's cluster for its version.

    Raises:
        CommandError: It does not answer. The message names context and server.
    """
    answer = ask(stack.kubeconfig_path, stack.context)
    if answer.problem:
        server = f" ({answer.server})" if answer.server else ""
        raise CommandError(
            f"The cluster of context {stack.context or '(current)'!r}{server} does not answer: {answer.problem}. "
            "Nothing was changed. Start the cluster, or correct `context` and `kubeconfig` in "
            f"{stack.path.name}."
        )
    return answer


def open_session(given: str, console: Console, *, start: bool = True) -> Session:
    """Choose the stack, check its settings, start its embedded cluster if it has one, and find engine and state.

    start: whether an embedded cluster is started; a command that only looks does not.
    """
    stack = choose_stack(given, console)
    refuse_bad_settings(stack)
    if stack.embedded_cluster is not None and start:
        embedded.start_cluster(stack.embedded_cluster)
    if start or stack.embedded_cluster is None or ask(stack.kubeconfig_path, stack.context).problem:
        answer = refuse_unreachable(stack)
        console.print(f"cluster: context {stack.context} at {answer.server}, Kubernetes {answer.version}")
    return session_without_cluster(stack, console, allow_stand_ins=stack.embedded_cluster is not None)


def open_state(given: str, console: Console) -> Session:
    """Choose the stack and find engine and state: for commands that need neither its cluster nor its plugins."""
    return session_without_cluster(choose_stack(given, console), console, allow_stand_ins=True)


def session_without_cluster(stack: StackFile, console: Console, *, allow_stand_ins: bool) -> Session:
    """Find engine and state of a stack, whatever is with its cluster.

    allow_stand_ins: whether the stand-ins for plugins may be used where the official ones are missing.
    """
    on_embedded = stack.embedded_cluster is not None
    engine = find_engine(for_embedded_cluster=on_embedded, allow_stand_ins=allow_stand_ins, console=console)
    state = find_state(os.environ)
    console.print(engine.describe())
    console.print(state.describe())
    settle(state.env["PULUMI_BACKEND_URL"], NAME, stack.name, lambda text: console.print(text, markup=False))
    config_file = None
    if state.local:
        config_file = str(ensure_local_stack(stack, engine.pulumi, {**engine.env(), **state.env}))
    return Session(stack, engine, state, config_file)
