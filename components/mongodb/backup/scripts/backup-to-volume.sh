# shellcheck shell=sh disable=SC2012 # `ls` sorts, and the names are those of archives
# Writes an archive to the volume, then deletes those that the retention lets go; lists archives with ACTION=list.
. ./prelude.sh
. ./list-volume.sh
. ./retention.sh
. ./mongo-tools.sh
. ./dump-archive.sh

ls "$DIRECTORY" | archives | expired > "${TMPDIR:-/tmp}/expired"
while read -r name; do
    rm -f "$DIRECTORY/$name" || fail "$archive is written, but $name cannot be deleted"
    echo "$name is deleted"
done < "${TMPDIR:-/tmp}/expired"
