"""The stack of a session, as an object of Pulumi's Automation API.

Used to read the history, to follow the events of a preview, to refresh and to cancel an operation. The following
operations call the engine directly (`cli.session`), because the Automation API is less suitable for them:

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
    """A workspace that does not change the selected stack: every call names its stack, which saves selecting it."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing."""


def stack_of(session: Session) -> automation.Stack:
    """Return the stack of a session, without calling the engine."""
    workspace = _Workspace(
        work_dir=str(session.directory), env_vars=session.env, pulumi_command=session.engine.command()
    )
    return automation.Stack.select(session.stack.name, workspace)


@contextmanager
def engine_errors() -> Generator[None]:
    """Turn errors of the Automation API into a `CommandError`.

    Raises:
        CommandError: The engine failed. The message is the engine's own.
    """
    try:
        yield
    except automation.CommandError as error:
        # It also holds standard output, which may contain secrets in clear text.
        raise CommandError(str(error).rpartition("\n stderr: ")[2].strip()) from None


def preview(session: Session) -> list[EngineEvent]:
    """Run a preview that compares with the live objects, without output, and return its events.

    Raises:
        CommandError: The preview failed. The message is the engine's own.
    """
    events: list[EngineEvent] = []
    # The API skips an event that it cannot read, with a warning that quotes it.
    with warnings.catch_warnings(record=True) as unread:
        warnings.simplefilter("always")
        try:
            stack_of(session).preview(
                refresh=True, suppress_outputs=True, config_file=session.config_file, on_event=events.append
            )
        except automation.CommandError as error:
            raise CommandError("The preview failed: " + ("\n".join(errors(events)) or _output(error))) from None
        except RuntimeError as error:  # its last event is missing
            raise CommandError(f"The preview told only a part of what it found: {error}. Try again.") from error
    if any("event" in str(one.message) for one in unread):
        raise CommandError(
            f"Pulumi {session.engine.version} sent events that this project's Pulumi SDK cannot read, so what differs "
            "is not known. Use the engine that the project finds by itself, or update `pulumi` (`make lock`)."
        )
    return events


def refresh(session: Session, targets: list[str]) -> None:
    """Refresh some resources in the state from the cluster, without output.

    Args:
        session: A session of the stack.
        targets: URNs of the resources.

    Raises:
        CommandError: The refresh failed. The message is the engine's own.
    """
    try:
        stack_of(session).refresh(target=targets, config_file=session.config_file, show_secrets=False)
    except automation.CommandError as error:
        raise CommandError(_output(error)) from None


def _output(error: automation.CommandError) -> str:
    """Return the output of the engine, in which it masks every secret itself."""
    return str(error).partition("\n stdout: ")[2].replace("\n stderr: ", "\n").strip()


def errors(events: list[EngineEvent]) -> list[str]:
    """Return the errors that the engine reports, without duplicates."""
    found = [event.diagnostic_event for event in events if event.diagnostic_event]
    texts = [item.message.replace("<{%reset%}>", "").strip() for item in found if item.severity == "error"]
    return list(dict.fromkeys(plain for text in texts if (plain := text.removeprefix("error: "))))
