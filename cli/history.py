"""Revisions of a stack, from the engine's own history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from cli.session import Session

if TYPE_CHECKING:
    from pulumi.automation import ConfigValue, UpdateSummary

PAGE = 100
"""Revisions that one call of the engine reads."""

SIGNS = (("create", "+"), ("update", "~"), ("replace", "±"), ("delete", "-"))
"""Sign of each kind of change."""

UPDATE = "update"
REFRESH = "refresh"
SUCCEEDED = "succeeded"


@dataclass(frozen=True)
class Revision:
    """One operation on a stack.

    Attributes:
        number: Number from 1, as in the backend; without one there, in order of time.
        kind: The operation: `update`, `destroy`, `refresh` or another one of the engine.
        time: Start of the operation.
        seconds: Duration in whole seconds, as recorded by the engine; None while it is in progress.
        result: `succeeded`, `failed` or `in-progress`.
        commit: Git commit of the program; empty if the engine found no repository.
        dirty: Whether there were uncommitted changes.
        message: The message; by default the first line of the commit message.
        changes: Number of resources by operation: created, updated and so on; unchanged ones are `same`.
        who: Who ran it, as user@host; for plain `pulumi`, which does not record that, the author of the commit.
        config: The settings, by full key.
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
    config: Mapping[str, "ConfigValue"] = field(repr=False)

    @property
    def short_commit(self) -> str:
        """First twelve digits of the commit, marked if there were uncommitted changes."""
        return f"{self.commit[:12]}{'+uncommitted' if self.dirty else ''}"

    @property
    def changes_text(self) -> str:
        """Summary of the changes, for example `+3 ~1`."""
        return " ".join(f"{sign}{self.changes[kind]}" for kind, sign in SIGNS if self.changes.get(kind)) or "none"

    @property
    def took(self) -> str:
        """Duration, for example `1m 5s`."""
        if self.seconds is None:
            return "-"
        minutes, seconds = divmod(self.seconds, 60)
        return f"{minutes}m {seconds}s" if minutes else f"{seconds}s"

    def as_json(self) -> dict[str, object]:
        """Return the revision as data, without the settings, which may be secret."""
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


def parse(summaries: Sequence["UpdateSummary"]) -> list[Revision]:
    """Turn the engine's history (newest first) into revisions (oldest first)."""
    # Only Pulumi Cloud numbers them; in files and buckets they are in order and none is ever removed.
    return [_revision(summary, number) for number, summary in enumerate(reversed(summaries), start=1)]


def _revision(summary: "UpdateSummary", number: int) -> Revision:
    environment = summary.environment or {}  # null if the engine found none
    began, ended = summary.start_time, summary.end_time
    return Revision(
        number=summary.version or number,
        kind=summary.kind,
        time=began.replace(tzinfo=timezone.utc),
        seconds=round((ended - began).total_seconds()) if ended else None,
        result=summary.result,
        commit=environment.get("git.head", ""),
        dirty=environment.get("git.dirty") == "true",
        message=summary.message,
        changes={str(kind): count for kind, count in (summary.resource_changes or {}).items()},
        who=environment.get("exec.agent") or environment.get("git.author", ""),
        config=summary.config,
    )


def read(session: Session, *, show_secrets: bool = False) -> list[Revision]:
    """Read all revisions of a stack, oldest first.

    Args:
        session: A session of the stack.
        show_secrets: Whether to decrypt encrypted settings.

    Raises:
        CommandError: The engine cannot read its history.
    """
    from cli.automation import engine_errors, stack_of  # noqa: PLC0415 - `up` needs it only after a failure

    stack, summaries = stack_of(session), list["UpdateSummary"]()
    with engine_errors():
        while len(summaries) % PAGE == 0:
            page = stack.history(PAGE, len(summaries) // PAGE + 1, show_secrets=show_secrets)
            summaries += page
            if not page:
                break
    return parse(summaries)


def broken_since(revisions: Sequence[Revision]) -> datetime:
    """Return when the first failure after the last success began; now if the last operation succeeded."""
    since = datetime.now(timezone.utc)
    for revision in reversed(revisions):
        if revision.kind == REFRESH:
            continue  # it repairs nothing
        if revision.result == SUCCEEDED:
            break
        since = revision.time
    return since
