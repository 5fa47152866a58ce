"""Encryption of what must not be on a disk in the clear, by age or GnuPG, whichever is there.

The text goes through pipes: it is never an argument, in the environment, or in a file. A passphrase is asked for by the
program itself, on the terminal.
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
"""Ends of the names of encrypted files."""


def choose_program(recipient: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give the program that encrypts: the one that the recipient is a key of, else age if it is there, else gpg.

    recipient: public key of age, key of SSH, or anything that names a key of GnuPG; empty for a passphrase.

    Raises CommandError when it is not there.
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

    program: what `choose_program` gave.
    recipient: key; empty for a passphrase that the program asks for.

    Raises CommandError with the program's own words when it fails.
    """
    if program == "age":
        key = ["--recipient", recipient] if recipient else ["--passphrase"]
        return _run(["age", "--encrypt", "--armor", *key], text)
    # A key that is named here is meant, whether or not somebody has certified it.
    key = ["--batch", "--trust-model", "always", "--recipient", recipient, "--encrypt"]
    return _run(["gpg", "--armor", "--quiet", *(key if recipient else ["--symmetric"])], text)


def decrypt(path: Path, identity: str = "") -> bytes:
    """Decrypt a file.

    identity: file with the private key of age; empty for a passphrase, and for GnuPG, which has its own keys.

    Raises CommandError when the file is not there or not encrypted by either program, or when decryption fails.
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
    """Write a file that only its owner can read, and that was not there.

    Raises CommandError when there is one already, or the folder cannot be written to.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already: nothing was written. Name another file, OUT=...") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _run(argv: Sequence[str], text: bytes) -> bytes:
    try:
        result = subprocess.run(  # noqa: S603 - a program that the person installed
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
