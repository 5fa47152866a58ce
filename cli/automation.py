"""A session's stack as Pulumi's Automation API takes it.

Used to read the history, to follow the events of a preview, to refresh and to cancel an operation. What it would do
worse stays a call of the engine in `cli.session`:

- `up`, `destroy` and `preview` for a person: it always passes `--non-interactive`, so without a question or the live
  display, and `up` and `destroy` read the history once more at the end.
- `stack export` and `stack import`: it exports every secret in clear text, and imports from a temporary file with them.
- `stack output`: it calls the engine twice, once with every secret in clear text.
- `config set`: it has a secret in the argument list, and takes no `--config-file`.
- `stack init`: it selects the stack.
"""

import warnings
from collections.abc import Generator
from contextlib import contextmanager

from pulumi import automation
from pulumi.automation.events import EngineEvent

from cli.errors import CommandError
from cli.session import Session


class _Workspace(automation.LocalWorkspace):
    """A workspace that leaves the selected stack as it is: each call names its own, and selecting is a call more."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing."""


def stack_of(session: Session) -> automation.Stack:
    """Return the stack of a session. The engine is not called for that."""
    workspace = _Workspace(
        work_dir=str(session.directory), env_vars=session.env, pulumi_command=session.engine.command()
    )
    return automation.Stack.select(session.stack.name, workspace)


@contextmanager
def engine_errors() -> Generator[None]:
    """Turn errors of the Automation API into those that are told in a sentence.

    Raises:
        CommandError: The engine failed. The message is the engine's own.
    """
    try:
        yield
    except automation.CommandError as error:
        # It holds standard output too, which may have secrets in clear text.
        raise CommandError(str(error).rpartition("\n stderr: ")[2].strip()) from None


def preview(session: Session) -> list[EngineEvent]:
    """Run a preview that compares with the live objects, in silence, and return its events.

    Raises:
        CommandError: The engine cannot tell what differs. The message is the engine's own.
    """
    events: list[EngineEvent] = []
    # The API only warns of an event that it cannot read, quotes it, and goes on without it.
    with warnings.catch_warnings(record=True) as unread:
        warnings.simplefilter("always")
        try:
            stack_of(session).preview(
                refresh=True, suppress_outputs=True, config_file=session.config_file, on_event=events.append
            )
        except automation.CommandError as error:
            raise CommandError("The preview failed: " + ("\n".join(errors(events)) or _said(error))) from None
        except RuntimeError as error:  # its last event is missing
            raise CommandError(f"The preview told only a part of what it found: {error}. Try again.") from error
    if any("event" in str(one.message) for one in unread):
        raise CommandError(
            f"Pulumi {session.engine.version} sent events that this project's Pulumi SDK cannot read, so what differs "
            "is not known. Use the engine that the project finds by itself, or update `pulumi` (`make lock`)."
        )
    return events


def refresh(session: Session, targets: list[str]) -> None:
    """Take what the cluster has of some resources into the state, in silence.

    Args:
        session: A session of the stack.
        targets: URNs of the resources.

    Raises:
        CommandError: The refresh failed. The message is what the engine said.
    """
    try:
        stack_of(session).refresh(target=targets, config_file=session.config_file, show_secrets=False)
    except automation.CommandError as error:
        raise CommandError(_said(error)) from None


def _said(error: automation.CommandError) -> str:
    """Return what the engine said in an operation, in which it masks every secret itself."""
    return str(error).partition("\n stdout: ")[2].replace("\n stderr: ", "\n").strip()


def errors(events: list[EngineEvent]) -> list[str]:
    """Return what the engine reports as errors, each once."""
    found = [event.diagnostic_event for event in events if event.diagnostic_event]
    texts = [item.message.replace("<{%reset%}>", "").strip() for item in found if item.severity == "error"]
    return list(dict.fromkeys(plain for text in texts if (plain := text.removeprefix("error: "))))
