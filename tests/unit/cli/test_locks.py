"""Locks of a file backend: who holds them, which are stale, and the messages."""

import json
import os
import socket
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psutil
import pytest

from cli.errors import CommandError
from cli.locks import (
    Lock,
    file_backend,
    holder_lives,
    read_locks,
    refusal,
    refuse_running,
    remove_leftovers,
    remove_stale,
)

HERE = socket.gethostname()
NOW = datetime.now(timezone.utc)


def lock(path: Path, pid: int, *, host: str = HERE, since: datetime = NOW) -> Lock:
    return Lock(path, pid, "alice", host, since)


def dead_pid() -> int:
    return next(pid for pid in range(2**22 - 1, 1, -1) if not psutil.pid_exists(pid))


@pytest.mark.parametrize(
    ("url", "directory"),
    [
        ("file:///srv/state", Path("/srv/state")),
        ("file:///srv/state?no_tmp_dir=true", Path("/srv/state")),
        ("file://~", Path("~").expanduser()),
        ("file://~/state", Path("~/state").expanduser()),
        ("file://./state", Path("state")),
        ("s3://bucket", None),
        ("https://api.pulumi.com", None),
        ("", None),
    ],
)
def test_only_a_file_backend_has_a_directory(url: str, directory: Path | None) -> None:
    assert file_backend(url) == directory


def test_locks_are_read_as_the_engine_writes_them(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "shop" / "dev"
    folder.mkdir(parents=True)
    content = {"pid": 7, "username": "alice", "hostname": "laptop", "timestamp": "2026-11-23T12:04:00.057271029Z"}
    (folder / "b.json").write_text(json.dumps(content))
    (folder / "b.json.attrs").write_text("{}")
    (folder / "a.json").write_text(json.dumps({**content, "timestamp": "2026-11-23T14:04:01+01:00"}))
    first, second = read_locks(tmp_path, "shop", "dev")
    assert (first.pid, first.user, first.host, first.path.name) == (7, "alice", "laptop", "b.json")
    assert first.since == datetime(2026, 11, 23, 12, 4, tzinfo=timezone.utc)
    assert second.since == datetime(2026, 11, 23, 13, 4, 1, tzinfo=timezone.utc)
    assert read_locks(tmp_path, "shop", "prod") == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"pid": "x"}'])
def test_a_lock_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "shop" / "dev"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(text)
    with pytest.raises(CommandError, match=r"a\.json cannot be read"):
        read_locks(tmp_path, "shop", "dev")


def test_a_running_process_holds_its_lock(tmp_path: Path) -> None:
    assert holder_lives(lock(tmp_path, os.getpid()))


def test_a_process_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert not holder_lives(lock(tmp_path, dead_pid()))


def test_a_process_that_only_got_the_number_holds_nothing(tmp_path: Path) -> None:
    assert not holder_lives(lock(tmp_path, os.getpid(), since=NOW - timedelta(days=1)))


def test_a_process_that_was_killed_and_not_yet_buried_holds_nothing(tmp_path: Path) -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    try:
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert not holder_lives(lock(tmp_path, pid, since=datetime.now(timezone.utc)))
    finally:
        os.waitpid(pid, 0)


def test_nobody_here_knows_about_another_host(tmp_path: Path) -> None:
    assert holder_lives(lock(tmp_path, dead_pid(), host="elsewhere"))


def test_stale_locks_are_removed_and_told_the_others_stay(tmp_path: Path) -> None:
    stale, held = tmp_path / "stale.json", tmp_path / "held.json"
    for path in (stale, held):
        path.write_text("{}")
        Path(f"{path}.attrs").write_text("{}")
    told: list[str] = []
    left = remove_stale([lock(stale, dead_pid()), lock(held, os.getpid())], told.append)
    assert [one.path for one in left] == [held]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held.json", "held.json.attrs"]
    (text,) = told
    assert f"alice@{HERE}" in text


def test_the_second_person_is_told_who_since_when_and_how_to_go_on(tmp_path: Path) -> None:
    text = str(refusal("dev", [lock(tmp_path, 7)]))
    for words in ("stack dev", f"alice@{HERE}", "process 7", "since 2", "Nothing was changed", "make unlock STACK=dev"):
        assert words in text
    assert "elsewhere is another host" in str(refusal("dev", [lock(tmp_path, 7, host="elsewhere")]))


def test_the_lock_of_a_running_operation_is_not_broken(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"kill -INT {os.getpid()}"):
        refuse_running([lock(tmp_path, os.getpid())])
    refuse_running([lock(tmp_path, dead_pid()), lock(tmp_path, os.getpid(), host="elsewhere")])


def test_what_was_half_written_is_removed_unless_somebody_writes_now(tmp_path: Path) -> None:
    base = tmp_path / ".pulumi"
    contents = {
        "stacks/shop/dev.json": "",
        "stacks/shop/dev.json.attrs": "",
        "stacks/shop/dev.json.bak.attrs": "{}",
        "stacks/shop/dev.json.18ea.tmp": "{}",
        "stacks/shop/prod.json.attrs": "",
        "history/shop/dev/dev-1.history.json.attrs": '{"user',
        "backups/shop/dev/dev.1.json": "",
        "locks/organization/shop/dev/a.json": json.dumps(
            {"pid": os.getpid(), "username": "alice", "hostname": HERE, "timestamp": NOW.isoformat()}
        ),
    }
    for name, text in contents.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text)

    def files() -> set[str]:
        return {path.relative_to(base).as_posix() for path in base.rglob("*") if path.is_file()}

    told: list[str] = []
    assert len(remove_leftovers(tmp_path.as_uri(), "shop", "dev", told.append)) == 1
    assert files() == set(contents)
    (base / "locks/organization/shop/dev/a.json").unlink()
    assert remove_leftovers(tmp_path.as_uri(), "shop", "dev", told.append) == []
    removed = {
        "stacks/shop/dev.json.attrs",
        "stacks/shop/dev.json.18ea.tmp",
        "history/shop/dev/dev-1.history.json.attrs",
    }
    assert files() == set(contents) - removed - {"locks/organization/shop/dev/a.json"}
    assert len(told) == len(removed)
    assert remove_leftovers("s3://bucket", "shop", "dev", told.append) == []
