"""Encryption of exported secrets by age or GnuPG, whichever is installed.

The plain text is passed through pipes: it is never in an argument, the environment or a file. The encryption program
itself asks for a passphrase, on the terminal.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.errors import CommandError

_AGE_RECIPIENTS = ("age1", "ssh-")
_AGE_HEADS = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
_GPG_HEAD = b"-----BEGIN PGP MESSAGE-----"
SUFFIXES = {"age": ".age", "gpg": ".asc"}
"""Suffixes of encrypted files."""


def choose_program(recipient: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the encryption program: the one that matches the recipient's key, else age if installed, else gpg.

    Args:
        recipient: Public key of age, SSH key, or anything that names a GnuPG key; empty for a passphrase.
        environment: Environment with the PATH to search.

    Raises:
        CommandError: The program is not installed.
    """
    wanted = ("age", "gpg")
    if recipient:
        wanted = ("age",) if recipient.startswith(_AGE_RECIPIENTS) else ("gpg",)
    found = next((name for name in wanted if shutil.which(name, path=environment.get("PATH"))), None)
    if found is None:
        raise CommandError(
            f"Nothing was written: {' or '.join(wanted)} is needed to encrypt, and is not on PATH. Install it "
            "(Debian, Ubuntu: `apt install age` or `apt install gnupg`)."
        )
    if not recipient and not sys.stdin.isatty():
        raise CommandError(
            "Nothing was written: without a terminal nobody can be asked for a passphrase. Name a key, for example "
            "RECIPIENT=age1... or the fingerprint of a key of GnuPG."
        )
    return found


def encrypt(text: bytes, program: str, recipient: str) -> bytes:
    """Encrypt a text.

    Args:
        program: Result of `choose_program`.
        text: The text.
        recipient: Public key; empty for a passphrase that the program asks for.

    Raises:
        CommandError: The program fails. The message quotes it.
    """
    if program == "age":
        key = ["--recipient", recipient] if recipient else ["--passphrase"]
        return _run(["age", "--encrypt", "--armor", *key], text)
    # The key was named explicitly, so its certification does not matter.
    key = ["--batch", "--trust-model", "always", "--recipient", recipient, "--encrypt"]
    return _run(["gpg", "--armor", "--quiet", *(key if recipient else ["--symmetric"])], text)


def decrypt(path: Path, identity: str = "") -> bytes:
    """Decrypt a file.

    Args:
        path: The file.
        identity: File with the private key of age; empty for a passphrase and for GnuPG, which has its own key ring.

    Raises:
        CommandError: The file does not exist, was not encrypted by either program, or cannot be decrypted.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    if content.startswith(_AGE_HEADS):
        return _run(["age", "--decrypt", *(["--identity", identity] if identity else [])], content)
    if content.startswith(_GPG_HEAD):
        return _run(["gpg", "--quiet", "--decrypt"], content)
    raise CommandError(f"{path} is encrypted neither by age nor by GnuPG.")


def write_new(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read.

    Raises:
        CommandError: The file exists, or the folder is not writable.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{path} exists already: nothing was written. Name another file, OUT=...") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _run(argv: Sequence[str], text: bytes) -> bytes:
    try:
        result = subprocess.run(  # noqa: S603 - the user's own program
            argv,
            input=text,
            stdout=subprocess.PIPE,
            stderr=None if sys.stdin.isatty() else subprocess.PIPE,
            check=False,
        )
    except OSError as error:
        raise CommandError(f"{argv[0]} is needed, and is not on PATH: install it.") from error
    if result.returncode:
        words = (result.stderr or b"").decode(errors="replace").strip()
        raise CommandError(f"{argv[0]} failed{f': {words}' if words else ', see above'}. Nothing was changed.")
    return result.stdout
