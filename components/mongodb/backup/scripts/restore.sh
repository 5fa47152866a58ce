# shellcheck shell=sh
# Replaces the collections of the archive, as LibreChat's own user, who may write in its database and nowhere else.
. ./prelude.sh
. ./archive-name.sh
. ./archive-file.sh
. ./mongo-tools.sh

mongorestore --config="$config" --host="$MONGODB" --username="$MONGO_APP_USERNAME" \
    --authenticationDatabase="$MONGO_APP_DATABASE" --nsInclude="$MONGO_APP_DATABASE.*" \
    --drop --stopOnError --gzip --archive="$file" ||
    fail "$BACKUP is not restored, or in part: the log says why"
tell "$BACKUP is restored"
