# shellcheck shell=sh
# Which archives go.

# Of the names that come in, the oldest first, gives those that go.
expired() {
    oldest=$(date -u -d "@$(($(date +%s) - RETENTION_DAYS * 86400))" +%Y%m%d%H%M%S)
    LC_ALL=C sort -r | tail -n "+$((RETENTION_COUNT + 1))" | while read -r name; do
        made=$(echo "$name" | tr -cd 0-9)
        if [ "$name" != "${KEEP_BACKUP:-}" ] && [ "$made" -lt "$oldest" ]; then echo "$name"; fi
    done
}
