"""A stand-in for Ollama's client. What it writes is what the real one wrote: see recordings/README.md."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

RECORDINGS = Path(__file__).with_name("recordings")
FRAME = b"\x1b[?2026h"
"""How each frame of the client begins."""
FRAMES_A_SECOND = 10
"""Source: ollama/ollama, progress/progress.go, start."""

CLIENT = """#!/bin/sh
# Writes what the real client wrote, a second at a time, and ends as it ended.
echo "$*" >> "$STATE/calls"
model="$STATE/models/$(echo "$2" | tr / _)"
name=$(sed -n "$(grep -c "^$1" "$STATE/calls")p" "$STATE/answers/$1")
[ -n "$name" ] || name=$(tail -n 1 "$STATE/answers/$1")
if [ "$1" = show ]; then
    if [ -e "$model" ]; then name=show; else name=show-absent; fi
fi
cat "$STATE/recordings/$name/first"
for part in "$STATE/recordings/$name"/later-*; do
    [ -e "$part" ] || break
    sleep 1
    cat "$part"
done
code=$(cat "$STATE/recordings/$name.code")
# What did not end by itself in earnest does not do so here.
while [ "$code" -lt 0 ]; do sleep 1; done
[ ! -e "$STATE/recordings/$name.done" ] || touch "$model"
exit "$code"
"""


class Recorded(NamedTuple):
    """What the client wrote to both its streams, in order, and how it ended; below 0 is the signal that ended it."""

    code: int
    output: bytes

    @property
    def seconds(self) -> list[bytes]:
        """What it wrote, by the second."""
        frames = self.output.split(FRAME)
        parts = [FRAME.join(frames[at : at + FRAMES_A_SECOND]) for at in range(0, len(frames), FRAMES_A_SECOND)]
        return [part if at == 0 else FRAME + part for at, part in enumerate(parts)]


class Result(NamedTuple):
    """What became of a script.

    termination: the container's termination message.
    calls: arguments of the client, one string for each call.
    """

    code: int
    output: str
    termination: str
    calls: list[str]


def recorded(name: str) -> Recorded:
    """Return a recording by its name."""
    return Recorded(json.loads((RECORDINGS / "index.json").read_text())[name]["code"], output_file(name).read_bytes())


def output_file(name: str) -> Path:
    """Return the file of a recording's output."""
    return RECORDINGS / f"{name}.out"


def recordings() -> dict[str, Recorded]:
    """Return every recording by its name."""
    return {name: recorded(name) for name in json.loads((RECORDINGS / "index.json").read_text())}


SILENT = "silent"
"""A client that the kernel killed before it wrote a word."""
DONE = frozenset({"pull", "pull-verifying", "create", "create-again"})
"""Recordings after which the model is there."""


def run_script(
    folder: Path,
    script: str,
    answers: Mapping[str, str],
    *,
    present: tuple[str, ...] = (),
    pace: str = "0.0",
    **variables: str,
) -> Result:
    """Run a Job's script with the stand-in for its client.

    folder: an empty one.
    answers: names of the recordings that answer each call of a command, the last one also those that follow; `show`
        knows by itself which models are there.
    present: models that are there before.
    pace: what stands before the seconds of each `sleep`, so that `0.0` makes one second a hundredth.
    variables: environment of the script.
    """
    sleep = shutil.which("sleep")
    assert sleep
    write(folder / "bin" / "ollama", CLIENT)
    write(folder / "bin" / "sleep", f'#!/bin/sh\nexec {sleep} "{pace}$1"\n')
    for name, found in {**recordings(), SILENT: Recorded(137, b"")}.items():
        (folder / "recordings" / name).mkdir(parents=True)
        for number, part in enumerate(found.seconds):
            (folder / "recordings" / name / (f"later-{number:04}" if number else "first")).write_bytes(part)
        write(folder / "recordings" / f"{name}.code", str(found.code))
        if name in DONE:
            write(folder / "recordings" / f"{name}.done", "")
    for command, names in {"ls": "ls", "show": "show", **answers}.items():
        write(folder / "answers" / command, "\n".join(names.split()) + "\n")
    for model in present:
        write(folder / "models" / model.replace("/", "_"), "")
    (folder / "models").mkdir(exist_ok=True)
    result = subprocess.run(
        ["bash", "-u", "-c", script],
        env={
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": "/nonexistent",
            "OLLAMA_HOST": "http://ollama.ollama.svc.cluster.local:11434",
            "STATE": os.fspath(folder),
            "TMPDIR": os.fspath(folder),
            "TERMINATION_LOG": os.fspath(folder / "termination"),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stderr == ""
    termination = folder / "termination"
    return Result(
        result.returncode,
        result.stdout,
        termination.read_text() if termination.exists() else "",
        (folder / "calls").read_text().splitlines(),
    )


def write(file: Path, text: str) -> None:
    """Write a file that may be run, in a folder that need not be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
