"""Where the engine stores state: the user's own backend, or a local one with a generated passphrase."""

import gzip
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.data import mapping
from cli.errors import CommandError
from cli.project import PROJECT, StackFile

DIRECTORY = PROJECT / ".state"
_PASSPHRASE_BYTES = 32


@dataclass(frozen=True)
class State:
    """The backend that commands use.

    Attributes:
        local: Whether it is the project's own local one.
        env: Environment variables for the engine.
    """

    local: bool
    env: Mapping[str, str]

    def describe(self) -> str:
        """Return where state is stored."""
        return f"state: {self.env['PULUMI_BACKEND_URL']}"


def is_local(environment: Mapping[str, str], directory: Path = DIRECTORY) -> bool:
    """Return whether state is in the project's local backend, not in one that PULUMI_BACKEND_URL names."""
    return environment.get("PULUMI_BACKEND_URL", directory.as_uri()) == directory.as_uri()


def checkpoint(stack: StackFile, directory: Path = DIRECTORY) -> Path | None:
    """Return the file in which the local backend stores a stack; None if it has no such stack.

    It is compressed by the commands of this project, and plain from a `pulumi` that was run without them. Whoever
    writes one removes the other.
    """
    plain = directory / ".pulumi" / "stacks" / _project_name() / f"{stack.name}.json"
    found = [path for path in (plain.with_suffix(".json.gz"), plain) if path.exists()]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def deployment(stack: StackFile, directory: Path = DIRECTORY) -> dict[str, Any]:
    """Return a stack's deployment in the local state, with encrypted secrets; empty for none."""
    path = checkpoint(stack, directory)
    if path is None:
        return {}
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return dict(json.loads(content)["checkpoint"].get("latest") or {})


def find_state(environment: Mapping[str, str], directory: Path = DIRECTORY) -> State:
    """Return the backend that PULUMI_BACKEND_URL names, else the local one, which is created if missing."""
    if not is_local(environment, directory):
        return State(False, {"PULUMI_BACKEND_URL": environment["PULUMI_BACKEND_URL"]})
    directory.mkdir(mode=0o700, exist_ok=True)
    # The engine writes the whole state twice for each changed object, and most of it is indentation.
    env = {"PULUMI_BACKEND_URL": directory.as_uri(), "PULUMI_DIY_BACKEND_GZIP": "true"}
    if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & set(environment):
        env["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(_passphrase_file(directory))
    return State(True, env)


def _passphrase_file(directory: Path) -> Path:
    """Return the file with the passphrase for secrets in state; created once, readable by its owner only."""
    path = directory / "passphrase"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(_PASSPHRASE_BYTES))
    return path


def local_stack_file(stack: StackFile, directory: Path = DIRECTORY) -> Path:
    """Return the copy of the stack file that has the salt of the local state.

    The engine writes the salt of the passphrase into the stack file that it uses. The passphrase is local to this
    machine, so its salt does not belong in the project's own file.
    """
    copy = directory / stack.path.name
    text = stack.path.read_text()
    salt = _salt(copy)
    if salt and "encryptionsalt" not in mapping(yaml.safe_load(text)):
        text = f"{text.rstrip()}\nencryptionsalt: {salt}\n"
    if not copy.exists() or copy.read_text() != text:
        copy.write_text(text)
    return copy


def _salt(path: Path) -> str:
    if not path.exists():
        return ""
    return str(mapping(yaml.safe_load(path.read_text())).get("encryptionsalt") or "")


def ensure_local_stack(stack: StackFile, pulumi: Path, env: Mapping[str, str], directory: Path = DIRECTORY) -> Path:
    """Create the stack in the local state if it does not exist, and return the stack file to use with it.

    Raises:
        CommandError: The engine cannot create it.
    """
    copy = directory / stack.path.name
    created = checkpoint(stack, directory) is not None
    if not created or not _salt(copy):
        # `stack init` has no --config-file: run it beside a copy of Pulumi.yaml, where it writes the salt.
        shutil.copyfile(PROJECT / "Pulumi.yaml", directory / "Pulumi.yaml")
        command = [str(pulumi), "stack", "init", stack.name, "--no-select", "--non-interactive"]
        if created:
            command = [str(pulumi), "config", "--stack", stack.name, "--non-interactive"]
        result = subprocess.run(  # noqa: S603 - the resolved engine
            command, cwd=directory, env=dict(env), capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise CommandError(f"The stack {stack.name} cannot be created: {result.stderr.strip()}")
    return local_stack_file(stack, directory)


def _project_name() -> str:
    return str(yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["name"])
