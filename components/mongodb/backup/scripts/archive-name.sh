# shellcheck shell=sh
# Refuses a restore without the name of an archive.

case "${BACKUP:-}" in
    "") fail "nothing was changed: BACKUP names no archive" ;;
    */*) fail "nothing was changed: BACKUP is the name of an archive, without a path" ;;
esac
