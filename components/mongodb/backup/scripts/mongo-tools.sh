# shellcheck shell=sh
# The configuration file of mongodump and mongorestore.

# An argument can be read by every process of the node: the password goes through a file in memory.
config=${TMPDIR:-/tmp}/mongo-tools.yaml
printf "password: '%s'\n" "$(sed "s/'/''/g" "$PASSWORD_FILE")" > "$config"
