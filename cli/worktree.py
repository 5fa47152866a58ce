"""The program as it was in a commit, in a temporary git work tree with the requirements of that commit."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cli.errors import CommandError
from cli.project import PROJECT

REQUIREMENTS = ("pyproject.toml", "requirements.txt")
"""Files with the requirements."""


def require_commit(commit: str, project: Path = PROJECT) -> None:
    """Check that a commit is in this clone.

    Raises:
        CommandError: It is not. The message says how to fetch it.
    """
    found = _git(project, "cat-file", "-e", f"{commit}^{{commit}}", check=False)
    if found.returncode:
        raise CommandError(
            f"Commit {commit[:12]} is not in this clone. Get it, for example with `git fetch --all` (shallow clone: "
            "`git fetch --unshallow`), then try again. Nothing was changed."
        )


def committed_file(commit: str, name: str, project: Path = PROJECT) -> str:
    """Return the text of a project file in a commit; empty if it does not exist."""
    found = _git(project, "show", f"{commit}:./{name}", check=False)
    return "" if found.returncode else found.stdout


@contextmanager
def work_tree(commit: str, console: Console, env: Mapping[str, str], project: Path = PROJECT) -> Generator[Path]:
    """Check out a commit, install its requirements, and yield the directory of its program.

    Args:
        commit: The commit.
        console: Console for progress messages.
        env: Environment in which uv is found.
        project: Root of the project.

    Raises:
        CommandError: Git or uv fails.
    """
    prefix = _git(project, "rev-parse", "--show-prefix").stdout.strip()
    with tempfile.TemporaryDirectory(prefix="ollama-librechat-") as parent:
        tree = Path(parent) / "project"
        _git(project, "worktree", "add", "--quiet", "--detach", os.fspath(tree), commit)
        try:
            directory = tree / prefix
            _install(directory, console, env, project)
            yield directory
        finally:
            _git(project, "worktree", "remove", "--force", os.fspath(tree))


def _install(directory: Path, console: Console, env: Mapping[str, str], project: Path) -> None:
    environment = directory / ".venv"
    if all(_same(directory / name, project / name) for name in REQUIREMENTS):
        # A directory, not a link: git ignores `.venv/`, but would count a link as a change.
        environment.mkdir()
        for entry in (project / ".venv").iterdir():
            (environment / entry.name).symlink_to(entry.resolve())
        return
    console.print("installing the requirements of that commit")
    uv = shutil.which("uv", path=env["PATH"])
    if uv is None:
        raise CommandError("uv is missing, which installs the requirements of that commit: run `make setup`.")
    own = {key: value for key, value in env.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(  # noqa: S603 - our own arguments
        [uv, "sync", "--quiet"],
        cwd=directory,
        env={**own, "UV_PROJECT_ENVIRONMENT": ".venv"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"The requirements of that commit cannot be installed: {done.stderr.strip()}")


def _same(one: Path, other: Path) -> bool:
    return one.exists() == other.exists() and (not one.exists() or one.read_bytes() == other.read_bytes())


def _git(project: Path, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", *arguments],  # noqa: S607 - the user's own git
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise CommandError("git is missing, which has the program of that revision.") from error
    if check and done.returncode:
        raise CommandError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done
