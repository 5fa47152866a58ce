"""The environment of a run: versions, machine, commit."""

import json
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sandbox.cluster.program import versions
from sandbox.engine.engine import Engine
from sandbox.helm import HELM

PROJECT = Path(__file__).resolve().parents[1]

MEASURED = ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml", "components", "sandbox")
"""Files that a run measures: changes of other files do not affect its results."""


def about(engine: Engine, provider: tuple[Path, str] | None) -> dict[str, Any]:
    """Describe a run.

    Args:
        engine: Pulumi's engine.
        provider: Executable and version of Terraform's Kubernetes provider; None if it is not on PATH.
    """
    return {
        "commit": _answer("git", "log", "-1", "--format=%h", "--", *MEASURED),
        "uncommitted": bool(_answer("git", "status", "--porcelain", "--", *MEASURED)),
        "machine": {"cores": os.cpu_count(), "processor": _processor(), "system": platform.system()},
        "versions": {
            "Python": platform.python_version(),
            **{name: version(name) for name in ("pulumi", "pulumi-kubernetes", "pulumi-random", "pydantic")},
            "engine": f"v{engine.version} ({engine.origin})",
            "Kubernetes plugin": engine.plugins[0].describe(),
            "random plugin": engine.plugins[1].describe(),
            "Terraform": json.loads(_answer("terraform", "version", "-json") or "{}").get("terraform_version", ""),
            "Terraform's Kubernetes provider": provider[1] if provider else "",
            "Helm": HELM.version,
            **versions(),
        },
    }


def _answer(*argv: str) -> str:
    """Return the output of a command; empty if the machine does not have it."""
    if shutil.which(argv[0]) is None:
        return ""
    done = subprocess.run(argv, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return done.stdout.strip()


def _processor() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
