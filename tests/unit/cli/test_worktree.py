"""The program of a commit: a temporary work tree that leaves no trace."""

import io
import os
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from cli.errors import CommandError
from cli.worktree import committed_file, require_commit, work_tree


def git(directory: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Create a project in a subdirectory of a repository, with two commits."""
    project = tmp_path / "repository" / "charts"
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "pyvenv.cfg").write_text("home = /usr")
    git(tmp_path / "repository", "init", "--quiet")
    for version in ("1", "2"):
        (project / "__main__.py").write_text(f"version = {version}")
        (project / "requirements.txt").write_text("pulumi")
        (project / "pyproject.toml").write_text("[project]")
        (project / ".gitignore").write_text(".venv/\n")
        git(project, "add", ".")
        git(project, "commit", "--quiet", "-m", version)
    return project


def console() -> Console:
    return Console(file=io.StringIO())


def test_an_earlier_commit_is_checked_out_and_removed_again(project: Path) -> None:
    first = git(project, "rev-parse", "HEAD~")
    with work_tree(first, console(), os.environ, project) as directory:
        assert (directory / "__main__.py").read_text() == "version = 1"
        assert (directory / ".venv" / "pyvenv.cfg").read_text() == "home = /usr"
        assert git(directory, "status", "--porcelain") == ""
        assert git(directory, "rev-parse", "HEAD") == first
    assert not directory.exists()
    assert len(git(project, "worktree", "list").splitlines()) == 1
    assert (project / ".venv" / "pyvenv.cfg").exists()


def test_nothing_is_left_when_something_fails(project: Path) -> None:
    with pytest.raises(ValueError, match="boom"), work_tree("HEAD", console(), os.environ, project) as directory:
        raise ValueError("boom")
    assert not directory.exists()
    assert len(git(project, "worktree", "list").splitlines()) == 1


def test_requirements_of_the_commit_are_installed_where_they_differ(project: Path, tmp_path: Path) -> None:
    (project / "requirements.txt").write_text("pulumi\npulumi-random")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text('#!/bin/sh\nmkdir "$UV_PROJECT_ENVIRONMENT" && echo "$@" > .venv/asked\n')
    (tools / "uv").chmod(0o755)
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "VIRTUAL_ENV": "/elsewhere"}
    with work_tree("HEAD", console(), env, project) as directory:
        assert (directory / ".venv" / "asked").read_text() == "sync --quiet\n"


def test_requirements_that_cannot_be_installed_are_told(project: Path, tmp_path: Path) -> None:
    (project / "requirements.txt").write_text("other")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text("#!/bin/sh\necho no such package >&2; exit 2\n")
    (tools / "uv").chmod(0o755)
    env = {"PATH": f"{tools}:{os.environ['PATH']}"}
    with pytest.raises(CommandError, match="no such package"), work_tree("HEAD", console(), env, project):
        pass
    assert len(git(project, "worktree", "list").splitlines()) == 1


def test_a_commit_that_is_not_here_is_told(project: Path) -> None:
    require_commit(git(project, "rev-parse", "HEAD"), project)
    with pytest.raises(CommandError, match=r"0123456789ab is not in this clone.*git fetch"):
        require_commit("0123456789abcdef0123456789abcdef01234567", project)


def test_files_of_a_commit(project: Path) -> None:
    assert committed_file("HEAD~", "__main__.py", project) == "version = 1"
    assert committed_file("HEAD~", "missing", project) == ""
