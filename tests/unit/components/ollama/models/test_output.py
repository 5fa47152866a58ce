"""What the Jobs read from what Ollama's client wrote, byte for byte, in each shell and userland that is at hand."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from components.scripts import script
from tests.unit.components.ollama.models.client import FRAME, recorded, recordings

CLIENT_OUTPUT = script("components.ollama.models", "client-output.sh")
SHELLS = {"bash": ["bash"], "dash": ["dash"], "busybox": ["busybox", "sh"]}
TOOLS = ("grep", "sed", "tail", "tr")

NO_SERVER = "Error: could not connect to ollama server, run 'ollama serve' to start it"
NOT_FOUND = "Error: model 'random:100k' not found"
REASONS = {
    "create-bad-template": "Error: 400 Bad Request: template error: template: :1: unclosed action",
    "create-base-absent": "Error: pull model manifest: file does not exist",
    "create-denied": "Error: 500 Internal Server Error: open /models/blobs/sha256-*: permission denied",
    "create-invalid-value": "Error: invalid int value [many]",
    "create-no-server": NO_SERVER,
    "create-unknown-command": 'Error: (line 2): command must be one of "from", "license", "template", "system", '
    '"adapter", "renderer", "parser", "parameter", "message", or "requires"',
    "create-unknown-parameter": "Error: unknown parameter 'nonsense'",
    "ls-no-server": NO_SERVER,
    "pull-503": "Error: pull model manifest: 503: <html>",
    "pull-absent": "Error: pull model manifest: file does not exist",
    "pull-blobs-refused": 'Error: max retries exceeded: Get "https://blobs.example.net/*": '
    "dial tcp 127.0.0.11:443: connect: connection refused",
    "pull-denied": "Error: mkdir /models/manifests/registry.ollama.ai/team: permission denied",
    "pull-full": "Error: write /models/blobs/sha256-*-partial: no space left on device",
    "pull-no-redirect": "Error: http: no Location header in response",
    "pull-no-server": NO_SERVER,
    "pull-refused": 'Error: pull model manifest: Get "https://registry.ollama.ai/v2/library/random/manifests/100k": '
    "dial tcp 127.0.0.10:443: connect: connection refused",
    "rm-absent": NOT_FOUND,
    "rm-denied": "Error: remove /models/manifests/registry.ollama.ai/library/random/100k: permission denied",
    "rm-no-server": NO_SERVER,
    "show-absent": NOT_FOUND,
    "show-no-server": NO_SERVER,
}
"""Why the client failed, for each recording of a failure; a checksum or a random number is a star."""

LAST_LINES = {
    "create": "success",
    "create-again": "success",
    "create-cut": "creating new layer sha256:*",
    "ls": "random:19m                 2c1a8f278192    38 MB     * ago",
    "ls-empty": "NAME    ID    SIZE    MODIFIED",
    "pull": "success",
    "pull-frozen": "pulling 1597e3195076:  24% ▕████              ▏ 9.0 MB/ 38 MB",
    "pull-hanging-manifest": "pulling manifest ?",
    "pull-moved": "success",
    "pull-present": "success",
    "pull-server-killed": "pulling 1597e3195076:  ??% ▕*▏  ?? MB/ 38 MB  3.0 MB/s      ?s",
    "pull-verifying": "success",
    "rm": "deleted 'support:v1'",
    "show": "    temperature    0.5",
}
"""The last line of every other recording, as a pattern."""


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[list[str], str]:
    """A shell, and the PATH with its userland: that of busybox is its own."""
    program = shutil.which(SHELLS[request.param][0])
    if program is None:
        pytest.skip(f"no {request.param} on this machine")
    if request.param != "busybox":
        return [*SHELLS[request.param], "-u", "-c"], os.environ["PATH"]
    for tool in TOOLS:
        (tmp_path / tool).symlink_to(program)
    return [program, "sh", "-u", "-c"], os.fspath(tmp_path)


def read(shell: tuple[list[str], str], function: str, output: bytes, folder: Path) -> str:
    """Run a function of the Jobs' on what a client wrote."""
    (folder / "client.log").write_bytes(output)
    command, path = shell
    result = subprocess.run(
        [*command, f"{CLIENT_OUTPUT}\n{function}"],
        env={"PATH": path, "TMPDIR": os.fspath(folder)},
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert result.stderr == b""
    return result.stdout.decode().removesuffix("\n")


def matches(text: str, pattern: str) -> bool:
    """Say whether a text is as a pattern, in which `*` is any text and `?` any character."""
    wild = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(wild.get(character, re.escape(character)) for character in pattern), text))


def test_every_recording_is_expected() -> None:
    found = recordings()
    assert {name for name, one in found.items() if one.code == 1} == set(REASONS)
    assert {name for name, one in found.items() if one.code != 1} == set(LAST_LINES)


def test_the_client_ends_its_words_with_a_blank_and_moves_the_cursor() -> None:
    # Without these the fixtures would not be the client's, and the tests below would show nothing.
    assert recorded("create").output.endswith(b"\nsuccess \x1b[K\x1b[?25h\x1b[?2026l\n")
    assert b"\x1b[A" in recorded("pull").output
    assert b"\r" not in recorded("pull").output


@pytest.mark.parametrize("name", LAST_LINES)
def test_the_last_line_is_what_a_person_would_see(name: str, shell: tuple[list[str], str], tmp_path: Path) -> None:
    assert matches(read(shell, "last_line", recorded(name).output, tmp_path), LAST_LINES[name])


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_the_clients_error(name: str, shell: tuple[list[str], str], tmp_path: Path) -> None:
    assert matches(read(shell, "reason", recorded(name).output, tmp_path), REASONS[name])


def test_without_an_error_the_reason_is_the_last_line(shell: tuple[list[str], str], tmp_path: Path) -> None:
    assert read(shell, "reason", recorded("create").output, tmp_path) == "success"
    assert read(shell, "reason", b"", tmp_path) == ""


def test_between_frames_the_last_line_is_one_line_of_the_client(tmp_path: Path) -> None:
    frames = recorded("pull").output.split(FRAME)
    for shown in range(2, len(frames), 7):
        line = read((["bash", "-u", "-c"], os.environ["PATH"]), "last_line", FRAME.join(frames[:shown]), tmp_path)
        assert re.match(r"pulling (manifest|[0-9a-f]{12}: +\d+%)|verifying|writing|success", line)
        assert len(line) <= 80
