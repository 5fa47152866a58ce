# shellcheck shell=sh
# Downloads the archive BACKUP.
. ./prelude.sh
. ./bucket.sh
. ./archive-name.sh

if [ "$BACKUP" = latest ]; then BACKUP=$(names | tail -n 1); fi
rclone copyto "$bucket${BACKUP:-none}" "$DIRECTORY/${BACKUP:-none}" && [ -e "$DIRECTORY/${BACKUP:-none}" ] ||
    fail "nothing was changed: ${BACKUP:-an archive} cannot be read from the bucket $S3_BUCKET"
