# shellcheck shell=sh
# The bucket, and the archives in it.

bucket=":s3:$S3_BUCKET/${S3_PREFIX:+${S3_PREFIX%/}/}"
names() { rclone lsf --files-only "$bucket" > "${TMPDIR:-/tmp}/names" && archives < "${TMPDIR:-/tmp}/names"; }
