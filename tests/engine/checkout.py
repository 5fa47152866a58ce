"""A clone of the project with its own cluster, for tests of the commands."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.project import StackFile
from cli.state import deployment
from sandbox.cluster.cluster import Cluster
from sandbox.cluster.options import ClusterOptions
from tests.engine.stack import NAME, PROJECT, Kubernetes, merged, stack_config

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".state", ".sandbox", "node_modules", "__pycache__", ".*_cache")
AUTHOR = {"GIT_AUTHOR_NAME": "Alice", "GIT_AUTHOR_EMAIL": "alice@example.org"}
IDENTITY = {**AUTHOR, "GIT_COMMITTER_NAME": "Alice", "GIT_COMMITTER_EMAIL": "alice@example.org"}

Done = subprocess.CompletedProcess[str]


class Checkout:
    """A git repository with the project in its current state, committed, and an embedded cluster."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        shutil.copytree(PROJECT, directory, ignore=NOT_COPIED)
        (directory / ".venv").symlink_to(PROJECT / ".venv")
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "KUBE", "GIT_"))},
            **IDENTITY,
            "KUBECONFIG": str(directory / "no-kubeconfig"),  # tests must not read the user's own
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.git("init", "--quiet", "--initial-branch", "main")
        (directory / ".git" / "info" / "exclude").write_text(".venv\n")
        self.commit("First version")
        self.cluster = Cluster("default", root=directory / ".sandbox")
        self.cluster.start(ClusterOptions(gpus=4))
        self.kubernetes = Kubernetes(self.cluster)

    def git(self, *arguments: str) -> str:
        """Run git."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit everything, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a command of `python -m cli`."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=self.directory,
            env={**self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **more: str) -> Done:
        """Run a command of `python -m cli`, and return its output."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=self.directory,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def must(self, *arguments: str, **more: str) -> Done:
        """Run a command that must succeed, and return its output."""
        done = self.run(*arguments, **more)
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}\n{done.stderr}"
        return done

    def configure(self, stack: str, changes: Mapping[str, Any], *, base: str = "sandbox") -> None:
        """Write a stack file: the settings of another stack, with changes; namespaces begin with the stack's name."""
        settings = merged(merged(stack_config(base), {"namespaces": {"prefix": f"{stack}-"}}), changes)
        document = {"config": {f"{NAME}:{key}": value for key, value in settings.items()}}
        (self.directory / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(document))

    def pulumi(self, *arguments: str) -> Done:
        """Run plain pulumi with the engine and the state of the commands."""
        exports = [line for line in self.run("env").stdout.splitlines() if line.startswith("export ")]
        script = "\n".join([*exports, 'exec pulumi "$@"'])
        return subprocess.run(
            ["sh", "-c", script, "sh", *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def state(self, stack: str) -> dict[str, Any]:
        """Return the deployment in a stack's state, with encrypted secrets."""
        return deployment(StackFile(stack, self.directory / f"Pulumi.{stack}.yaml", {}), self.directory / ".state")
