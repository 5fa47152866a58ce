# shellcheck shell=sh
# The start of each script of backups and restores. `tell` leaves its words where `make` finds them without a log;
# `archives` keeps the names of archives, oldest first.

set -u
umask 077
tell() { echo "$1"; echo "$1" > "${TERMINATION_LOG:-/dev/termination-log}"; }
fail() { tell "$1" >&2; exit 1; }
archives() { grep -E '^librechat-[0-9]{8}T[0-9]{6}Z\.archive\.gz$' | LC_ALL=C sort; }
