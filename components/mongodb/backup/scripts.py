"""What the pods of backups and restores run: POSIX shell, for the images of MongoDB and rclone, and one mongosh script.

An archive appears under its name only when it is whole. Its name has the time in UTC, so that names sort by age on any
storage, and a copy of an archive is as old as the archive.
"""

ARCHIVE_PREFIX = "librechat-"
ARCHIVE_SUFFIX = ".archive.gz"
LATEST = "latest"
"""Stands for the newest archive."""
DIRECTORY = "/backup"
"""Where archives are in a pod: the volume, or the space for one archive on its way to object storage."""
PASSWORD_FILE = "/credentials/password"  # noqa: S105 - a path

CREATE_USER = """\
// The image sets up users on an empty volume only; this also serves a database that is there already.
const admin = connect(`mongodb://${process.env.MONGODB}/admin`);
admin.auth(process.env.MONGO_INITDB_ROOT_USERNAME, process.env.MONGO_INITDB_ROOT_PASSWORD);
const database = admin.getSiblingDB(process.env.MONGO_APP_DATABASE);
const user = process.env.MONGO_BACKUP_USERNAME;
const wanted = {
  pwd: process.env.MONGO_BACKUP_PASSWORD,
  roles: [{ role: "read", db: process.env.MONGO_APP_DATABASE }],
};
if (database.getUser(user)) {
  database.updateUser(user, wanted);
} else {
  database.createUser({ user, ...wanted });
}
print(`user ${user} reads ${process.env.MONGO_APP_DATABASE}, and nothing else`);
"""
"""Creates the user of the backups. `read` on the one database is what mongodump needs for it, and less than the
built-in role `backup`, which reads every database with its users. Source: MongoDB's manual, mongodump, required access.
"""

_PRELUDE = r"""
set -u
umask 077
tell() { echo "$1"; echo "$1" > "${TERMINATION_LOG:-/dev/termination-log}"; }
fail() { tell "$1" >&2; exit 1; }
archives() { grep -E '^librechat-[0-9]{8}T[0-9]{6}Z\.archive\.gz$' | LC_ALL=C sort; }
"""
"""`tell` leaves its words where `make` finds them without a log; `archives` keeps the names of archives, the oldest
first."""

_RETENTION = r"""
# Of the names that come in, the oldest first, gives those that go.
expired() {
    oldest=$(date -u -d "@$(($(date +%s) - RETENTION_DAYS * 86400))" +%Y%m%d%H%M%S)
    LC_ALL=C sort -r | tail -n "+$((RETENTION_COUNT + 1))" | while read -r name; do
        made=$(echo "$name" | tr -cd 0-9)
        if [ "$name" != "${KEEP_BACKUP:-}" ] && [ "$made" -lt "$oldest" ]; then echo "$name"; fi
    done
}
"""

_MONGO_TOOLS = r"""
# An argument can be read by every process of the node: the password goes through a file in memory.
config=${TMPDIR:-/tmp}/mongo-tools.yaml
printf "password: '%s'\n" "$(sed "s/'/''/g" "$PASSWORD_FILE")" > "$config"
"""

_DUMP = r"""
archive="librechat-$(date -u +%Y%m%dT%H%M%SZ).archive.gz"
partial="$DIRECTORY/$archive.partial"
# What a killed pod left; a younger one may be at work.
find "$DIRECTORY" -maxdepth 1 -name '*.partial' -mmin "+$TIMEOUT_MINUTES" -exec rm -f {} +
trap 'rm -f "$partial"' EXIT
mongodump --config="$config" --host="$MONGODB" --username="$MONGO_BACKUP_USERNAME" \
    --authenticationDatabase="$MONGO_APP_DATABASE" --db="$MONGO_APP_DATABASE" --gzip --archive="$partial" ||
    fail "mongodump failed, there is no new archive: its log says why"
gzip -t "$partial" || fail "mongodump wrote a damaged archive, it is not kept"
sync "$partial"
mv "$partial" "$DIRECTORY/$archive"
tell "$archive: $(wc -c < "$DIRECTORY/$archive" | tr -d ' ') bytes"
"""

_LIST_VOLUME = r"""
if [ "${ACTION:-}" = list ]; then
    for name in $(ls "$DIRECTORY" | archives); do
        printf '%s\t%s\n' "$name" "$(wc -c < "$DIRECTORY/$name" | tr -d ' ')"
    done
    exit 0
fi
"""

_BUCKET = r"""
bucket=":s3:$S3_BUCKET/${S3_PREFIX:+${S3_PREFIX%/}/}"
names() { rclone lsf --files-only "$bucket" > "${TMPDIR:-/tmp}/names" && archives < "${TMPDIR:-/tmp}/names"; }
"""

_NOTHING_TO_DUMP = r"""
if [ "${ACTION:-}" = list ]; then exit 0; fi
"""

BACKUP_TO_VOLUME = (
    _PRELUDE
    + _LIST_VOLUME
    + _RETENTION
    + _MONGO_TOOLS
    + _DUMP
    + r"""
ls "$DIRECTORY" | archives | expired > "${TMPDIR:-/tmp}/expired"
while read -r name; do
    rm -f "$DIRECTORY/$name" || fail "$archive is written, but $name cannot be deleted"
    echo "$name is deleted"
done < "${TMPDIR:-/tmp}/expired"
"""
)
"""Writes an archive to the volume, then deletes those that `retention` lets go; lists archives with ACTION=list."""

DUMP = _PRELUDE + _NOTHING_TO_DUMP + _MONGO_TOOLS + _DUMP
"""Writes an archive, for `UPLOAD`."""

UPLOAD = (
    _PRELUDE
    + _BUCKET
    + r"""
if [ "${ACTION:-}" = list ]; then
    rclone lsf --files-only --format ps --separator "$(printf '\t')" "$bucket" > "${TMPDIR:-/tmp}/list" ||
        fail "the bucket $S3_BUCKET cannot be listed"
    grep -E '^librechat-[0-9]{8}T[0-9]{6}Z\.archive\.gz	' "${TMPDIR:-/tmp}/list" | LC_ALL=C sort
    exit 0
fi
"""
    + _RETENTION
    + r"""
archive=$(ls "$DIRECTORY" | archives | tail -n 1)
[ -n "$archive" ] || fail "there is no archive to upload"
rclone copyto "$DIRECTORY/$archive" "$bucket$archive" || fail "$archive cannot be written to the bucket $S3_BUCKET"
tell "$archive: $(wc -c < "$DIRECTORY/$archive" | tr -d ' ') bytes in the bucket $S3_BUCKET"
names > "${TMPDIR:-/tmp}/kept" || fail "$archive is written, but the bucket $S3_BUCKET cannot be listed"
expired < "${TMPDIR:-/tmp}/kept" > "${TMPDIR:-/tmp}/expired"
while read -r name; do
    rclone deletefile "$bucket$name" || fail "$archive is written, but $name cannot be deleted"
    echo "$name is deleted"
done < "${TMPDIR:-/tmp}/expired"
"""
)
"""Uploads the archive that `DUMP` wrote, then deletes those that `retention` lets go; lists them with ACTION=list."""

_NAME = r"""
case "${BACKUP:-}" in
    "") fail "nothing was changed: BACKUP names no archive" ;;
    */*) fail "nothing was changed: BACKUP is the name of an archive, without a path" ;;
esac
"""

DOWNLOAD = (
    _PRELUDE
    + _BUCKET
    + _NAME
    + r"""
if [ "$BACKUP" = latest ]; then BACKUP=$(names | tail -n 1); fi
rclone copyto "$bucket${BACKUP:-none}" "$DIRECTORY/${BACKUP:-none}" && [ -e "$DIRECTORY/${BACKUP:-none}" ] ||
    fail "nothing was changed: ${BACKUP:-an archive} cannot be read from the bucket $S3_BUCKET"
"""
)
"""Downloads the archive BACKUP."""

_FOUND = r"""
if [ "$BACKUP" = latest ]; then BACKUP=$(ls "$DIRECTORY" | archives | tail -n 1); fi
file="$DIRECTORY/${BACKUP:-none}"
"""

CHECK = (
    _PRELUDE
    + _NAME
    + _FOUND
    + r"""
[ -f "$file" ] || fail "nothing was changed: there is no ${BACKUP:-archive}, \`make backups\` lists what there is"
gzip -t "$file" || fail "nothing was changed: $BACKUP is damaged"
tell "$BACKUP is whole"
"""
)
"""Refuses an archive that is not there or damaged, before anything is changed."""

RESTORE = (
    _PRELUDE
    + _NAME
    + _FOUND
    + _MONGO_TOOLS
    + r"""
mongorestore --config="$config" --host="$MONGODB" --username="$MONGO_APP_USERNAME" \
    --authenticationDatabase="$MONGO_APP_DATABASE" --nsInclude="$MONGO_APP_DATABASE.*" \
    --drop --stopOnError --gzip --archive="$file" ||
    fail "$BACKUP is not restored, or in part: the log says why"
tell "$BACKUP is restored"
"""
)
"""Replaces the collections of the archive, as LibreChat's own user, who may write in its database and nowhere else."""
