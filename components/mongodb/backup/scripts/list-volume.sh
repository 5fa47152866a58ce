# shellcheck shell=sh
# Lists the archives of a volume with ACTION=list.

if [ "${ACTION:-}" = list ]; then
    for name in $(ls "$DIRECTORY" | archives); do
        printf '%s\t%s\n' "$name" "$(wc -c < "$DIRECTORY/$name" | tr -d ' ')"
    done
    exit 0
fi
