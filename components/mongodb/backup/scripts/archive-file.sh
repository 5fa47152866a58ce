# shellcheck shell=sh disable=SC2012 # `ls` sorts, and the names are those of archives
# The file of the archive BACKUP; `latest` is the newest one.

if [ "$BACKUP" = latest ]; then BACKUP=$(ls "$DIRECTORY" | archives | tail -n 1); fi
file="$DIRECTORY/${BACKUP:-none}"
