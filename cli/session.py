"""One command on one stack: chooses stack, cluster, engine and state."""

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
from cli.locks import remove_leftovers
from cli.project import DEFAULT_STACK, NAME, PROJECT, SANDBOX_STACK, StackFile, read_stack
from cli.state import State, ensure_local_stack, find_state
from components.settings.findings import Finding, SettingsError
from components.stack.kubeconfig import check_context
from components.stack.rules import check

KILLED = 128
"""As in a shell: the exit status of a process killed by a signal is this plus the signal number."""


TERMINATES_WITHIN = 10.0
"""Seconds after a second Ctrl-C until the engine is killed, if it has not ended by itself."""

Started = Callable[[Callable[[], None]], None]
"""Receives a function that interrupts the engine like Ctrl-C."""


def was_killed(status: int) -> bool:
    """Return whether an exit status is that of a process killed by a signal."""
    return KILLED < status < KILLED + signal.NSIG


def end_of(process: subprocess.Popen[bytes]) -> int:
    """Wait for the engine to end, and return its exit status.

    Ctrl-C reaches the engine as well as this process. On the first one, the engine cancels running operations and
    writes its state, which takes a while; `subprocess.run` would kill it after a quarter of a second. On the second,
    it ends at once.

    Raises:
        KeyboardInterrupt: The user interrupted it, and it has ended.
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

    Attributes:
        stack: The stack.
        engine: The engine.
        state: The backend.
        config_file: The stack file that the engine reads; None for the project's own.
        directory: Directory of the program.
    """

    stack: StackFile
    engine: Engine
    state: State
    config_file: str | None
    directory: Path = PROJECT

    @property
    def env(self) -> dict[str, str]:
        """Environment of the engine; a program in another directory has its own interpreter."""
        # Without the latter, the engine does not accept `--event-log`, which the Automation API uses too.
        env = {**self.engine.env(), **self.state.env, "PULUMI_DEBUG_COMMANDS": "true"}
        if self.directory != PROJECT:
            env["PATH"] = os.pathsep.join((str(self.directory / ".venv" / "bin"), env["PATH"]))
        return env

    def _argv(self, command: str, arguments: Sequence[str]) -> list[str]:
        own = ["--config-file", self.config_file] if self.config_file else []
        return [str(self.engine.pulumi), command, "--stack", self.stack.name, *own, *arguments]

    def pulumi(self, command: str, arguments: Sequence[str] = (), started: Started | None = None) -> int:
        """Run an engine command on the stack in the foreground, and return its exit status.

        Args:
            command: The command.
            arguments: Its arguments; the stack is added.
            started: Receives a function that interrupts the engine, once it runs.
        """
        process = subprocess.Popen(self._argv(command, arguments), cwd=self.directory, env=self.env)  # noqa: S603
        if started:
            # Its plugins have their own process groups, also on Ctrl-C: the engine asks them to end.
            started(lambda: process.send_signal(signal.SIGINT))
        return end_of(process)

    def change(self, command: str, arguments: Sequence[str], started: Started | None = None) -> int:
        """Run an engine command that changes the stack in the foreground, and return its exit status.

        The revision records who ran it.

        Args:
            command: The command.
            arguments: Its arguments; the stack is added.
            started: Receives a function that interrupts the engine, once it runs.
        """
        status = self.pulumi(command, ["--exec-agent", who(), *arguments], started)
        # The status of a process killed by a signal is the negative signal number.
        return KILLED - status if status < 0 else status

    def output(self, arguments: Sequence[str], text: str = "") -> str:
        """Run an engine command without showing its output, and return that.

        Args:
            arguments: Its arguments; the stack is added.
            text: Its standard input.

        Raises:
            CommandError: The command fails. The message is the engine's own.
        """
        result = subprocess.run(  # noqa: S603 - the resolved engine
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
    """Return user and host of this command, which the engine records with a revision."""
    return f"{environment.get('GITHUB_ACTOR') or getpass.getuser()}@{socket.gethostname()}"


def choose_stack(given: str, console: Console) -> StackFile:
    """Return the requested stack, else `dev` if its cluster answers, else `sandbox`; prints which and why."""
    if given:
        return read_stack(given)
    stack = read_stack(DEFAULT_STACK)
    answer = ask(stack.kubeconfig_path, stack.context)
    if not answer.problem:
        console.print(f"stack: {DEFAULT_STACK} (context {stack.context} answers)")
        return stack
    console.print(
        f"stack: {SANDBOX_STACK}, the embedded cluster, because the context {stack.context!r} of {DEFAULT_STACK} "
        f"does not answer ({answer.problem}); STACK={DEFAULT_STACK} selects it anyway"
    )
    return read_stack(SANDBOX_STACK)


def settings_findings(stack: StackFile) -> list[Finding]:
    """Check the settings of a stack file as far as possible without engine, cluster and kubeconfig."""
    settings, findings = stack.settings()
    refused = {finding.path for finding in findings}
    return findings + [finding for finding in check(settings) if finding.path not in refused]


def refuse_bad_settings(stack: StackFile) -> None:
    """Check the stack file and its context before the engine runs, which would report one wrong type at a time.

    Raises:
        SettingsError: The settings are invalid. The message has every finding.
    """
    findings = settings_findings(stack)
    refused = {finding.path for finding in findings}
    if stack.embedded_cluster is None and not refused & {"kubeconfig", "context"}:
        findings += check_context(stack.kubeconfig, stack.context, os.environ, PROJECT)
    if findings:
        raise SettingsError(findings, stack.path.name)


def refuse_unreachable(stack: StackFile) -> Answer:
    """Check that the stack's cluster answers.

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

    Args:
        given: Name of the requested stack; empty to choose one.
        console: Console for progress messages.
        start: Whether to start an embedded cluster; read-only commands do not.
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
    """Choose the stack and find engine and state, for commands that need neither its cluster nor its plugins."""
    return session_without_cluster(choose_stack(given, console), console, allow_stand_ins=True)


def session_without_cluster(stack: StackFile, console: Console, *, allow_stand_ins: bool) -> Session:
    """Find engine and state of a stack, whether or not its cluster exists.

    Args:
        stack: The stack.
        console: Console for progress messages.
        allow_stand_ins: Whether the stand-ins may replace missing official plugins.
    """
    on_embedded = stack.embedded_cluster is not None
    engine = find_engine(for_embedded_cluster=on_embedded, allow_stand_ins=allow_stand_ins, console=console)
    state = find_state(os.environ)
    console.print(engine.describe())
    console.print(state.describe())
    remove_leftovers(state.env["PULUMI_BACKEND_URL"], NAME, stack.name, lambda text: console.print(text, markup=False))
    config_file = None
    if state.local:
        config_file = str(ensure_local_stack(stack, engine.pulumi, {**engine.env(), **state.env}))
    return Session(stack, engine, state, config_file)
