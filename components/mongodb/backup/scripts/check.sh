# shellcheck shell=sh
# Refuses an archive that is missing or damaged, before anything is changed.
. ./prelude.sh
. ./archive-name.sh
. ./archive-file.sh

[ -f "$file" ] || fail "nothing was changed: there is no ${BACKUP:-archive}, \`make backups\` lists what there is"
gzip -t "$file" || fail "nothing was changed: $BACKUP is damaged"
tell "$BACKUP is whole"
