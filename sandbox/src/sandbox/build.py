"""Builds a Go program from a pinned module, once per machine, and shows its progress."""

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sandbox.cache import cache_dir, content_key, locked
from sandbox.errors import SandboxError
from sandbox.golang import go_command, go_environment, module_directory

REPORT_EVERY = 30.0
"""Seconds between two lines of progress if the output is not a terminal, such as a CI log."""


@dataclass(frozen=True)
class GoProgram:
    """A program in one of our Go modules, and how to build it."""

    name: str
    """File name of the binary; also the prefix of its folder in the cache."""
    version: str
    """Version of the main program in the binary, such as ``v1.34.4``; part of the folder's name."""
    module: Path
    """Folder with go.mod and go.sum."""
    title: str
    """Name of the program for progress messages."""
    cpu_minutes: float
    """CPU minutes of a first build; shown divided by the machine's cores."""
    package: str = "."
    """Package to build: a path relative to the module, or an import path that go.mod requires."""
    ldflags: str = ""
    """Link flags besides ``-s -w``, usually ``-X`` definitions."""
    tags: str = ""
    """Build tags, with commas in between."""
    c_flags: str = ""
    """Flags of the C and C++ compilers; with any, the program is compiled with cgo."""
    c_headers: tuple[tuple[str, str], ...] = ()
    """Include folders for the C compilers, and the Go module (required by go.mod) of each."""


def binary_path(program: GoProgram) -> Path:
    """Return the path of a program's binary, whether or not it has been built."""
    parts = [program.package, program.ldflags, platform.system(), platform.machine()]
    parts += filter(None, [program.tags, program.c_flags, *(name for header in program.c_headers for name in header)])
    key = content_key(program.module, *parts)
    return cache_dir() / f"{program.name}-{program.version}-{key}" / program.name


def build(program: GoProgram, console: Console | None = None) -> Path:
    """Return the binary of a program, building it if the cache does not have it.

    Safe to call from several processes: one builds, the others wait. The binary is renamed into place, so an
    interrupted build leaves nothing incomplete. Go checks every module against the committed go.sum.

    Args:
        program: What to build.
        console: Console for progress messages; default standard error.

    Raises:
        SandboxError: Go is missing, a module cannot be downloaded, or the compiler failed.
    """
    binary = binary_path(program)
    if binary.exists():
        return binary
    console = console or Console(stderr=True)
    with locked(binary.parent.name, console):
        if binary.exists():
            return binary
        cache_dir().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix=f"{program.name}-building-") as scratch:
            _compile(program, Path(scratch), console)
            binary.parent.mkdir(exist_ok=True)
            Path(scratch, program.name).rename(binary)
    return binary


def _compile(program: GoProgram, scratch: Path, console: Console) -> None:
    go = go_command(console)
    output = scratch / program.name
    minutes = max(1, round(program.cpu_minutes / (os.cpu_count() or 1)))
    console.print(
        f"Building {program.title} from source, once for this machine: about {minutes} min here.\n"
        f"The result is kept in {binary_path(program).parent}.",
        highlight=False,
    )
    started = time.monotonic()
    with _meter(console) as meter:
        meter.stage("downloading modules")
        env = {**go_environment(go), **_c_environment(program, scratch / "include", console)}
        tags = ["-tags", program.tags] if program.tags else []
        listing = [str(go), "list", "-deps", "-trimpath", *tags, "-f", "{{.ImportPath}}", program.package]
        packages = list(_lines(listing, program, env, meter))
        meter.stage("compiling packages", len(packages))
        ldflags = f"-s -w {program.ldflags}".strip()
        flags = ["-trimpath", "-buildvcs=false", *tags, "-ldflags", ldflags]
        compiling = [str(go), "build", "-v", *flags, "-o", str(output), program.package]
        for _ in _lines(compiling, program, env, meter):
            pass
    size = output.stat().st_size // 2**20
    console.print(f"Built {program.name} ({size} MiB) in {time.monotonic() - started:.0f} s.", highlight=False)


def _c_environment(program: GoProgram, include: Path, console: Console) -> dict[str, str]:
    """Return the environment for cgo, after creating its folder of headers."""
    if not program.c_flags:
        return {}
    include.mkdir()
    for name, module in program.c_headers:
        (include / name).symlink_to(module_directory(program.module, module, console))
    return {
        "CGO_ENABLED": "1",
        "CGO_CFLAGS": program.c_flags,
        "CGO_CXXFLAGS": program.c_flags,
        "CPATH": str(include),
    }


def _lines(argv: list[str], program: GoProgram, env: Mapping[str, str], meter: "Meter") -> Iterator[str]:
    """Run Go; count a step for each line on standard error, and yield the lines of standard output."""
    told: deque[str] = deque(maxlen=40)
    with (
        tempfile.TemporaryFile("w+") as stdout,
        subprocess.Popen(  # noqa: S603 - our own argument list
            argv, cwd=program.module, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr is not None  # noqa: S101 - for the type checker: a pipe was requested
        try:
            for line in process.stderr:
                told.append(line.rstrip())
                meter.advance(line.strip())
        except BaseException:
            process.terminate()
            raise
        if process.wait() != 0:
            raise SandboxError(
                f"Building {program.title} failed ({' '.join(argv[:2])} in {program.module}):\n"
                + "\n".join(told)
                + f"\nA first build needs about 5 GiB of disk (free: {_free_gib()} GiB) "
                "and a Go module proxy that can be reached."
            )
        stdout.seek(0)
        yield from (line.strip() for line in stdout)


def _free_gib() -> int:
    return shutil.disk_usage(cache_dir()).free // 2**30


class Meter(Protocol):
    """Receives the progress of a build."""

    def stage(self, title: str, total: int | None = None) -> None:
        """Start a stage with a known or unknown number of steps."""

    def advance(self, step: str) -> None:
        """Count one step, naming it."""


class _BarMeter:
    """A progress bar, for a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, step="")

    def stage(self, title: str, total: int | None = None) -> None:
        self._progress.reset(self._task, description=title, total=total, step="")

    def advance(self, step: str) -> None:
        self._progress.update(self._task, advance=1, step=step[-50:])


class _LineMeter:
    """An occasional line, for a log."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._title = ""
        self._total: int | None = None
        self._done = 0
        self._started = self._reported = time.monotonic()

    def stage(self, title: str, total: int | None = None) -> None:
        self._title, self._total, self._done = title, total, 0

    def advance(self, step: str) -> None:  # noqa: ARG002 - only a progress bar shows the name of a step
        self._done += 1
        now = time.monotonic()
        if now - self._reported >= REPORT_EVERY:
            self._reported = now
            of = f" of at most {self._total}" if self._total else ""
            self._console.print(f"  {now - self._started:4.0f} s: {self._title}, {self._done}{of}", highlight=False)


@contextmanager
def _meter(console: Console) -> Generator[Meter]:
    if not console.is_terminal:
        yield _LineMeter(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}", style="dim"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _BarMeter(progress)
