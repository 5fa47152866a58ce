# shellcheck shell=sh disable=SC2012 # `ls` sorts, and the names are those of archives
# Uploads the archive that dump.sh wrote, then deletes those that the retention lets go; lists archives with
# ACTION=list.
. ./prelude.sh
. ./bucket.sh

if [ "${ACTION:-}" = list ]; then
    rclone lsf --files-only --format ps --separator "$(printf '\t')" "$bucket" > "${TMPDIR:-/tmp}/list" ||
        fail "the bucket $S3_BUCKET cannot be listed"
    grep -E '^librechat-[0-9]{8}T[0-9]{6}Z\.archive\.gz	' "${TMPDIR:-/tmp}/list" | LC_ALL=C sort
    exit 0
fi
. ./retention.sh

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
