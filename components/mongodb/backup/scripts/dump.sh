# shellcheck shell=sh
# Writes an archive, for upload.sh, which also lists archives.
. ./prelude.sh

if [ "${ACTION:-}" = list ]; then exit 0; fi
. ./mongo-tools.sh
. ./dump-archive.sh
