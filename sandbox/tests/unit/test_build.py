"""Building: the cache decides, errors are readable, nothing half done is left."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.build import GoProgram, binary_path, build
from sandbox.cache import CACHE_VARIABLE
from sandbox.errors import SandboxError


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GoProgram:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module example.org/thing\n")
    return GoProgram("thing", "v1.2.3", module, "a thing", cpu_minutes=1)


def _fake_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build_script: str) -> None:
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = env ]; then echo go1.99.0; exit; fi\n'
        'if [ "$1" = list ]; then echo one; echo two; exit; fi\n'
        f"{build_script}\n"
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")


WRITES_OUTPUT = 'echo one >&2; while [ "$1" != -o ]; do shift; done; echo built > "$2"'


def test_path_names_version_and_changes_with_what_is_built(program: GoProgram) -> None:
    path = binary_path(program)
    assert path.name == "thing"
    assert path.parent.name.startswith("thing-v1.2.3-")
    assert binary_path(replace(program, ldflags="-X a=b")) != path
    (program.module / "main.go").write_text("package main")
    assert binary_path(program) != path


def test_builds_once(program: GoProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake_go(tmp_path, monkeypatch, f'echo run >> "{tmp_path}/runs"; {WRITES_OUTPUT}')
    told = io.StringIO()
    first = build(program, Console(file=told))
    assert first.read_text() == "built\n"
    assert build(program, Console(file=told)) == first
    assert (tmp_path / "runs").read_text().count("run") == 1
    assert told.getvalue().count("Building a thing from source, once for this machine") == 1


def test_failure_shows_what_the_compiler_said_and_leaves_nothing(
    program: GoProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_go(tmp_path, monkeypatch, 'echo "main.go:3:1: undefined: thing" >&2; exit 1')
    with pytest.raises(SandboxError, match=r"main\.go:3:1: undefined: thing"):
        build(program, Console(file=io.StringIO()))
    assert not binary_path(program).parent.exists()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["locks"]


def test_tags_and_c_flags_are_passed_on_and_part_of_the_key(
    program: GoProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_go(tmp_path, monkeypatch, f'echo "$CGO_ENABLED $CGO_CFLAGS $*" > "{tmp_path}/seen"; {WRITES_OUTPUT}')
    tagged = replace(program, tags="no_a,no_b", c_flags="-O2")
    assert len({binary_path(program), binary_path(tagged), binary_path(replace(tagged, c_flags="-O3"))}) == 3
    build(tagged, Console(file=io.StringIO()))
    seen = (tmp_path / "seen").read_text()
    assert seen.startswith("1 -O2 build ")
    assert "-tags no_a,no_b" in seen
    build(program, Console(file=io.StringIO()))
    assert (tmp_path / "seen").read_text().startswith("0  build "), "no C compiler where nothing asks for one"
