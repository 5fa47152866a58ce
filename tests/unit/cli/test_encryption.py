"""Encryption by age or GnuPG: the choice of program, its arguments, and a file that only its owner can read."""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import encryption
from cli.encryption import choose_program, decrypt, encrypt, write_new
from cli.errors import CommandError

TEXT = b'{"password": "hunter2"}'
AGE = """#!/bin/sh
# age: notes how it is called, and turns the text around.
echo "$*" >> "$CALLS"
env > "$CALLS.env"
[ -z "$AGE_FAILS" ] || { echo "age: error: no identity matched" >&2; exit 1; }
case "$1" in
    --encrypt) echo "-----BEGIN AGE ENCRYPTED FILE-----"; rev ;;
    --decrypt) tail -n +2 | rev | tr -d '\\n' ;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a PATH with only a fake age."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("rev", "tail", "tr", "env", "sh"):
        (folder / name).symlink_to(shutil.which(name) or name)
    (folder / "age").write_text(AGE)
    (folder / "age").chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(folder))
    monkeypatch.setenv("CALLS", os.fspath(tmp_path / "calls"))
    monkeypatch.delenv("AGE_FAILS", raising=False)
    return folder


def test_age_reads_the_text_from_a_pipe_alone(programs: Path, tmp_path: Path) -> None:
    del programs
    content = encrypt(TEXT, choose_program("age1abc"), "age1abc")
    assert b"hunter2" not in content
    (tmp_path / "file").write_bytes(content)
    assert decrypt(tmp_path / "file", "key.txt") == TEXT
    calls = (tmp_path / "calls").read_text()
    assert calls.splitlines() == ["--encrypt --armor --recipient age1abc", "--decrypt --identity key.txt"]
    assert "hunter2" not in calls + (tmp_path / "calls.env").read_text()


def test_a_program_that_fails_is_quoted(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del programs
    monkeypatch.setenv("AGE_FAILS", "1")
    (tmp_path / "file").write_text("age-encryption.org/v1\n")
    with pytest.raises(CommandError, match="age failed: age: error: no identity matched"):
        decrypt(tmp_path / "file")


@pytest.mark.parametrize(
    ("there", "recipient", "chosen"),
    [
        ("age gpg", "age1abc", "age"),
        ("age gpg", "ssh-ed25519 AAAA", "age"),
        ("age gpg", "ada@example.org", "gpg"),
        ("gpg", "0123456789ABCDEF", "gpg"),
    ],
)
def test_the_key_says_which_program(there: str, recipient: str, chosen: str, tmp_path: Path) -> None:
    for name in there.split():
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    assert choose_program(recipient, {"PATH": os.fspath(tmp_path)}) == chosen


@pytest.mark.parametrize(
    ("there", "recipient", "words"),
    [
        ("", "", "age or gpg is needed"),
        ("gpg", "age1abc", "age is needed"),
        ("age", "ada@example.org", "gpg is needed"),
    ],
)
def test_without_the_program_nothing_is_written(there: str, recipient: str, words: str, tmp_path: Path) -> None:
    for name in there.split():
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(CommandError, match=words) as refused:
        choose_program(recipient, {"PATH": os.fspath(tmp_path)})
    assert str(refused.value).startswith("Nothing was written")


def test_a_passphrase_needs_a_terminal(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del programs

    class Input:
        def __init__(self, terminal: bool) -> None:
            self.isatty = lambda: terminal

    monkeypatch.setattr(encryption.sys, "stdin", Input(False))
    with pytest.raises(CommandError, match="Name a key"):
        choose_program("")
    monkeypatch.setattr(encryption.sys, "stdin", Input(True))
    assert choose_program("") == "age"


def test_a_file_is_its_owners_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "credentials.age"
    write_new(path, b"first")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="exists already"):
        write_new(path, b"second")
    assert path.read_bytes() == b"first"
    with pytest.raises(CommandError, match="cannot be written"):
        write_new(tmp_path / "missing" / "file", b"")


def test_what_is_not_encrypted_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(TEXT)
    with pytest.raises(CommandError, match="neither by age nor by GnuPG") as refused:
        decrypt(tmp_path / "plain")
    assert "hunter2" not in str(refused.value)
    with pytest.raises(CommandError, match="cannot be read"):
        decrypt(tmp_path / "missing")


@pytest.fixture
def gpg_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return a GnuPG key without a passphrase in its own home, whose path is short because of the agent's socket."""
    if not shutil.which("gpg"):
        pytest.skip("GnuPG is not there")
    with tempfile.TemporaryDirectory(prefix="gpg") as home:
        monkeypatch.setenv("GNUPGHOME", home)
        user = "test@example.org"
        command = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", user, "default", "default"]
        subprocess.run(command, check=True, capture_output=True)
        yield user
        subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)


def test_gnupg_encrypts_and_decrypts(gpg_key: str, tmp_path: Path) -> None:
    content = encrypt(TEXT, choose_program(gpg_key), gpg_key)
    assert content.startswith(b"-----BEGIN PGP MESSAGE-----")
    assert b"hunter2" not in content
    (tmp_path / "file").write_bytes(content)
    assert decrypt(tmp_path / "file") == TEXT
    with pytest.raises(CommandError, match="gpg failed"):
        encrypt(TEXT, "gpg", "nobody@example.org")
