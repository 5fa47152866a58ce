"""The program in the README, as a newcomer runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sandbox

pytestmark = pytest.mark.engine

README = Path(sandbox.__file__).parents[2] / "README.md"


def test_the_example_brings_a_deployment_up_and_leaves_nothing(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "example.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "KUBE"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{'create': 3}\n"
    assert not (tmp_path / ".sandbox" / "tests").exists()
