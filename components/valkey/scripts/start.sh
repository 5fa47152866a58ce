# shellcheck shell=sh
# Starts the server. The password comes through its standard input, so it is neither in a file nor an argument. An
# empty one would leave the server open. When memory runs out, keys with a time to live make room.
case "$VALKEY_PASSWORD" in
  ""|*[!A-Za-z0-9_-]*) echo "VALKEY_PASSWORD of its Secret needs letters, digits, - and _, and nothing else"; exit 1;;
esac
exec valkey-server - <<CONFIG
requirepass $VALKEY_PASSWORD
maxmemory $MAX_MEMORY
maxmemory-policy volatile-lru
save ""
appendonly no
dir /tmp
CONFIG
