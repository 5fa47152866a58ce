"""Previews of a deployed stack with other settings, in parallel: they only read the state."""

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import yaml

from tests.engine.stack import NAME, Stack

REFUSED = ("refused, nothing was changed", "because it is protected")
"""Messages of a refusal, by the program or (for `dataProtection: false` with a deletion) by the engine."""
UNCHANGED = {"same", "read", "refresh"}

_numbers = itertools.count()


@dataclass(frozen=True)
class Preview:
    """Result of a preview.

    Attributes:
        steps: Operation by URN, of the resources that would change.
        output: The errors; the whole output if there are none.
    """

    failed: bool
    steps: dict[str, str]
    output: str

    @property
    def refused(self) -> bool:
        return self.failed and any(words in self.output for words in REFUSED)

    @property
    def names(self) -> dict[str, str]:
        """Operation by the resource's name."""
        return {urn.rpartition("::")[2]: operation for urn, operation in self.steps.items()}


def preview(stack: Stack, settings: Mapping[str, Any]) -> Preview:
    """Preview other settings of a stack; its stack file is unchanged."""
    document = yaml.safe_load((stack.directory / f"Pulumi.{stack.name}.yaml").read_text())
    document["config"] = {f"{NAME}:{key}": value for key, value in settings.items()}
    file = stack.directory / f"target-{next(_numbers)}.yaml"
    file.write_text(yaml.safe_dump(document))
    pulumi = shutil.which("pulumi", path=stack.env["PATH"])
    assert pulumi is not None
    command = [pulumi, "preview", "--json", "--non-interactive", "--stack", stack.name, "--config-file", str(file)]
    result = subprocess.run(
        command, cwd=stack.directory, env=stack.env, capture_output=True, text=True, check=False, timeout=300
    )
    file.unlink()
    document = json.loads(result.stdout) if result.stdout.startswith("{") else {}
    steps = {step["urn"]: step["op"] for step in document.get("steps", []) if step["op"] not in UNCHANGED}
    errors = [entry["message"] for entry in document.get("diagnostics", []) if entry["severity"] == "error"]
    return Preview(result.returncode != 0, steps, "".join(errors) or result.stdout + result.stderr)


def side_by_side(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """Apply a function to each item, in as many threads as there are cores."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(work, items))
