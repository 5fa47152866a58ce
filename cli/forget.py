"""Removes a stack from the state when its cluster is lost for good."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.clusters import Answer
from cli.data import mapping, sequence
from cli.errors import CommandError
from cli.project import StackFile, relative
from cli.state import DIRECTORY

COPIES = DIRECTORY / "forgotten"
"""Folder with copies of forgotten states, on this machine with any backend."""


@dataclass(frozen=True)
class Forgotten:
    """Contents of the state that is to be forgotten.

    Attributes:
        objects: Number of Kubernetes objects.
        protected: Whether any resource is protected, as data and credentials are with `dataProtection`.
    """

    objects: int
    protected: bool


def contents(export: Mapping[str, Any]) -> Forgotten:
    """Return the contents of a state.

    Args:
        export: Output of `pulumi stack export`.
    """
    resources = sequence(mapping(export.get("deployment")).get("resources"))
    objects = [resource for resource in resources if str(resource.get("type", "")).startswith("kubernetes:")]
    return Forgotten(len(objects), any(resource.get("protect") for resource in resources))


def refuse(stack: StackFile, answer: Answer, found: Forgotten) -> None:
    """Refuse to forget a stack that can be destroyed, that is empty, or that has protected data without permission.

    Raises:
        CommandError: It is refused. The message says why and what to do.
    """
    if not answer.problem:
        raise CommandError(
            f"The cluster of context {stack.context or '(current)'!r} at {answer.server} answers (Kubernetes "
            f"{answer.version}): it is not gone. Nothing was changed; without GONE=1 the stack is removed from it."
        )
    if not found.objects:
        raise CommandError(f"The stack {stack.name} has no object in its state: there is nothing to forget.")
    if found.protected and "cluster" not in sequence(stack.config.get("allowDataLoss")):
        raise CommandError(
            f"The stack {stack.name} protects its data, and its state holds the only copy of the generated "
            f"credentials without which that data cannot be read. Nothing was changed. If the data is gone, or is to "
            f"be left behind, write `cluster` into `allowDataLoss` in {stack.path.name} and run this again."
        )


def warning(stack: StackFile, answer: Answer, found: Forgotten, copy: Path) -> str:
    """Return what is about to happen, and how to undo it."""
    return (
        f"The cluster of context {stack.context or '(current)'!r} does not answer: {answer.problem}.\n"
        f"The state of stack {stack.name} forgets {found.objects} objects. Nothing is deleted in any cluster: if this "
        "one only cannot be reached from here (a VPN, a stopped machine), everything stays in it and goes on running.\n"
        f"A copy of the state is in {relative(copy)}, its secrets encrypted; the way back is\n"
        f"  pulumi stack import --stack {stack.name} --file {relative(copy)}"
    )


def save_copy(stack: StackFile, export: str, folder: Path = COPIES) -> Path:
    """Write a copy of the state that only its owner can read, and return its path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{stack.name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(export)
    return path


def parse(export: str) -> dict[str, Any]:
    """Parse the output of `pulumi stack export`."""
    return dict(json.loads(export))
