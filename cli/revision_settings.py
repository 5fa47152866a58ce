"""The stack file of an earlier revision, with the settings that the engine recorded for it."""

import json
from dataclasses import replace
from pathlib import Path

import yaml

from cli.data import mapping
from cli.errors import CommandError
from cli.history import Revision, read
from cli.project import PROJECT
from cli.rollback import plain, preserving_data, settings_of
from cli.session import Session
from cli.worktree import committed_file


def write_stack_file(session: Session, revision: Revision, current: Revision, directory: Path) -> Path:
    """Write the stack file for deploying a revision again, and return its path.

    Args:
        session: A session of the stack as it is now.
        revision: The revision.
        current: The newest revision.
        directory: A private directory.

    Raises:
        CommandError: An encrypted setting of the revision cannot be restored.
    """
    name = session.stack.path.name
    now = mapping(
        yaml.safe_load((Path(session.config_file) if session.config_file else session.stack.path).read_text())
    )
    committed = mapping(yaml.safe_load(committed_file(revision.commit, name)))
    settings, missing = settings_of(revision, committed.get("config") or {})
    path = directory / name
    # The encryption of secrets belongs to the stack, not to the revision.
    document = {key: value for key, value in now.items() if key != "config"}
    path.write_text(yaml.safe_dump({**document, "config": settings}, sort_keys=False))
    if any(value.secret for value in revision.config.values()):
        _restore_secrets(session, path, revision, missing)
        settings = mapping(yaml.safe_load(path.read_text()))["config"]
    kept = preserving_data(settings, {key: plain(entry) for key, entry in current.config.items()}, PROJECT)
    path.write_text(yaml.safe_dump({**document, "config": kept}, sort_keys=False))
    return path


def _restore_secrets(session: Session, path: Path, revision: Revision, missing: list[str]) -> None:
    """Encrypt the secrets that the commit does not have, and check that every secret has the recorded value.

    Args:
        session: A session of the stack as it is now.
        path: The stack file.
        revision: The revision.
        missing: Secrets that the commit does not have.

    Raises:
        CommandError: A secret has another value. The message names the settings, never their values.
    """
    # The history is decrypted with the stack file beside Pulumi.yaml: the local state has its own copies.
    beside = replace(session, directory=Path(session.config_file).parent) if session.config_file else session
    past = next(one for one in read(beside, show_secrets=True) if one.number == revision.number)
    recorded = {key: past.config[key] for key, value in revision.config.items() if value.secret}
    file = ["--config-file", str(path)]
    for key in missing:
        if isinstance(plain(recorded[key]), str):
            session.output(["config", "set", key, "--secret", *file], recorded[key].value)
    there = json.loads(session.output(["config", "--json", "--show-secrets", *file]))
    wrong = [key for key, value in recorded.items() if there.get(key, {}).get("value") != value.value]
    if wrong:
        raise CommandError(
            f"There is no way back to revision {revision.number}: its secrets in {', '.join(wrong)} are not those that "
            f"{session.stack.path.name} has in commit {revision.commit[:12]}. Nothing was changed. Set them by hand "
            "(`pulumi config set --secret`) and run `make up`."
        )
