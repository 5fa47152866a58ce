# shellcheck shell=sh
# Writes an archive to DIRECTORY. It appears under its name only when it is whole.

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
