"""Names of the backups: of their objects, and of the archives."""

NAME = "librechat-mongodb-backup"
"""Name of the CronJob that writes archives; also the label of every pod of backups and restores."""
RESTORE = "librechat-mongodb-restore"
"""Name of the suspended CronJob that restores an archive."""
USER_NAME = "backup"
"""MongoDB's user of the backups, in LibreChat's database."""
PASSWORD_KEY = "MONGO_BACKUP_PASSWORD"  # noqa: S105 - the name of a key
"""Key of that user's password in its Secret."""

ARCHIVE_PREFIX = "librechat-"
ARCHIVE_SUFFIX = ".archive.gz"
"""Between the two is the time in UTC, so that names sort by age on any storage, and a copy of an archive is as old as
the archive."""
