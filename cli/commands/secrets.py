"""The commands `backup-secrets` and `restore-secrets`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import err, out, readable_errors
from cli.options import Stack

if TYPE_CHECKING:
    from cli.session import Session


def _session(stack: str) -> "Session":
    """Open a session on the state of a stack, whose cluster may be gone."""
    from cli.session import choose_stack, session_without_cluster

    return session_without_cluster(choose_stack(stack, err), err, allow_stand_ins=True)


def backup_secrets(
    stack: Stack = "",
    recipient: Annotated[
        str, typer.Option(help="Key to encrypt for: age1..., ssh-..., or a key of GnuPG. Default: asks a passphrase.")
    ] = "",
    output: Annotated[str, typer.Option(help="File to write. Default: credentials-STACK.age or .asc.")] = "",
) -> None:
    """Write the generated credentials of a stack to a file, encrypted by age or GnuPG."""
    with readable_errors():
        from cli.credentials import extract, generated
        from cli.encryption import SUFFIXES, choose_program, encrypt, write_new

        program = choose_program(recipient)
        session = _session(stack)
        name = session.stack.name
        saved = extract(json.loads(session.output(["stack", "export", "--show-secrets"])), name)
        path = Path(output or f"credentials-{name}{SUFFIXES[program]}")
        write_new(path, encrypt(json.dumps(saved).encode(), program, recipient))
        count = len(generated(saved["resources"]))
    out.print(f"{path}: {count} credentials of stack {name}, encrypted by {program}", markup=False)


def restore_secrets(
    file: Annotated[Path, typer.Argument(help="File that `backup-secrets` wrote.")],
    stack: Stack = "",
    identity: Annotated[str, typer.Option(help="File with the private key of age.")] = "",
) -> None:
    """Put saved credentials into a new stack, before its first `up`."""
    with readable_errors():
        from cli.credentials import generated, insert
        from cli.encryption import decrypt
        from cli.errors import CommandError

        text = decrypt(file, identity)
        session = _session(stack)
        name = session.stack.name
        try:
            saved = json.loads(text)
        except ValueError:
            # `from None`: the cause would quote the text.
            raise CommandError(f"{file} holds no credentials of a stack of this project.") from None
        state = insert(saved, json.loads(session.output(["stack", "export"])), name)
        session.output(["stack", "import"], json.dumps(state))
        count = len(generated(saved["resources"]))
    out.print(
        f"{count} credentials of stack {saved['stack']} are those of stack {name} now; next: make up", markup=False
    )
