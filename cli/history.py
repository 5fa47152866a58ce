"""Revisions of a stack, from the history that the engine keeps itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from cli.session import Session

PAGE = 100
"""Revisions that are asked for at a time."""

SIGNS = (("create", "+"), ("update", "~"), ("replace", "±"), ("delete", "-"))
"""What a change is shown as."""

UPDATE = "update"
REFRESH = "refresh"
SUCCEEDED = "succeeded"


@dataclass(frozen=True)
class Revision:
    """One operation on a stack.

    number: counts from 1; as the backend numbers it, else in order of time.
    kind: the operation: `update`, `destroy`, `refresh` and others of the engine.
    time: when it began.
    seconds: how long it took, as the engine noted it: in whole seconds; None while it is in progress.
    result: `succeeded`, `failed` or `in-progress`.
    commit: the git commit of the program; empty where the engine found no repository.
    dirty: whether there were uncommitted files.
    message: the message, by default the first line of the commit's.
    changes: how many resources were created, updated and so on; those that stayed the same are `same`.
    who: who ran it, as user@host; for plain `pulumi`, which does not record that, the author of the commit.
    config: the settings that it ran with, by full key, as `pulumi stack history --json` has them.
    """

    number: int
    kind: str
    time: datetime
    seconds: int | None
    result: str
    commit: str
    dirty: bool
    message: str
    changes: Mapping[str, int]
    who: str
    config: Mapping[str, Mapping[str, Any]] = field(repr=False)

    @property
    def short_commit(self) -> str:
        """The commit in twelve digits, marked where there were uncommitted files."""
        return f"{self.commit[:12]}{'+uncommitted' if self.dirty else ''}"

    @property
    def changes_text(self) -> str:
        """The changes in short, for example `+3 ~1`."""
        return " ".join(f"{sign}{self.changes[kind]}" for kind, sign in SIGNS if self.changes.get(kind)) or "none"

    @property
    def took(self) -> str:
        """How long it took, for example `1m 5s`."""
        if self.seconds is None:
            return "-"
        minutes, seconds = divmod(self.seconds, 60)
        return f"{minutes}m {seconds}s" if minutes else f"{seconds}s"

    def as_json(self) -> dict[str, Any]:
        """Give it for machines; without the settings, which may be secret."""
        return {
            "revision": self.number,
            "kind": self.kind,
            "time": self.time.isoformat(),
            "seconds": self.seconds,
            "result": self.result,
            "commit": self.commit,
            "dirty": self.dirty,
            "message": self.message,
            "changes": dict(self.changes),
            "who": self.who,
        }


def parse(entries: Sequence[Mapping[str, Any]]) -> list[Revision]:
    """Turn the engine's history, newest first, into revisions, oldest first."""
    # Only Pulumi Cloud numbers them; in files and buckets they stay in order and none is ever removed.
    return [_revision(entry, number) for number, entry in enumerate(reversed(entries), start=1)]


def _revision(entry: Mapping[str, Any], number: int) -> Revision:
    environment = entry.get("environment") or {}
    began = _time(entry["startTime"])
    return Revision(
        number=entry.get("version") or number,
        kind=entry["kind"],
        time=began,
        seconds=round((_time(entry["endTime"]) - began).total_seconds()) if entry.get("endTime") else None,
        result=entry.get("result") or "in-progress",
        commit=environment.get("git.head", ""),
        dirty=environment.get("git.dirty") == "true",
        message=entry.get("message") or "",
        changes=entry.get("resourceChanges") or {},
        who=environment.get("exec.agent") or environment.get("git.author", ""),
        config=entry.get("config") or {},
    )


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def read(session: Session, *, show_secrets: bool = False) -> list[Revision]:
    """Read every revision of a stack, oldest first.

    show_secrets: whether encrypted settings are given in clear text.

    Raises CommandError when the engine cannot read its history.
    """
    return parse(list(_entries(session, show_secrets)))


def broken_since(revisions: Sequence[Revision]) -> datetime:
    """Give when the first operation began that failed after the last one that did not; now if the last one did not."""
    since = datetime.now(timezone.utc)
    for revision in reversed(revisions):
        if revision.kind == REFRESH:
            continue  # it mends nothing
        if revision.result == SUCCEEDED:
            break
        since = revision.time
    return since


def _entries(session: Session, show_secrets: bool) -> Iterator[Mapping[str, Any]]:
    page = 1
    while True:
        options = [f"--show-secrets={str(show_secrets).lower()}", f"--page-size={PAGE}", f"--page={page}"]
        found = json.loads(session.output(["stack", "history", "--json", *options]) or "[]")
        if not found:
            return
        yield from found
        page += 1
