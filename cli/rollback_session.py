"""A session that runs the program of an earlier revision with its requirements and settings."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console

from cli.history import Revision
from cli.revision_settings import write_stack_file
from cli.session import Session
from cli.worktree import require_commit, work_tree


@contextmanager
def at_revision(session: Session, revision: Revision, newest: Revision, console: Console) -> Generator[Session]:
    """Yield a session that runs the program of a revision with its settings, in a temporary directory.

    Args:
        session: A session of the stack as it is now.
        revision: The revision.
        newest: The deployed revision.
        console: Console for progress messages.

    Raises:
        CommandError: Commit, requirements or settings of the revision are not available.
    """
    require_commit(revision.commit)
    console.print(f"revision {revision.number}: commit {revision.short_commit}, {revision.message}", markup=False)
    with work_tree(revision.commit, console, session.env) as directory:
        path = write_stack_file(session, revision, newest, directory.parent)
        yield replace(session, directory=directory, config_file=str(path))
