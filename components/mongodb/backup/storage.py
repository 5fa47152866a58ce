"""Where archives are kept: on a volume, or in object storage with the S3 protocol."""

from typing import TYPE_CHECKING

from ...network.egress_rules import to_internet, to_url
from ...network.ports import HTTPS
from ...workload import manifests
from ...workload.workload import Workload
from .names import NAME
from .settings import S3, MongoDBBackup

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import VolumeArgsDict
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

S3_KEYS: tuple[str, ...] = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Keys of the Secret for the object storage, and the variables that every client of S3 reads."""


def archives_volume(settings: MongoDBBackup, workload: Workload) -> "VolumeArgsDict":
    """Return the volume with the archives, and create its claim.

    With object storage there is no claim: the volume is space on the node for the one archive that is on its way.
    """
    if settings.s3.bucket:
        return {"name": "archives", "empty_dir": {"size_limit": settings.storage.size}}
    return manifests.claim_volume("archives", workload.volume_claim(f"{NAME}-data", settings.storage))


def to_storage(s3: S3) -> "list[NetworkPolicyEgressRuleArgsDict]":
    """Allow connections to the object storage; no rule for archives on a volume."""
    if not s3.bucket:
        return []
    return [to_url(s3.endpoint) if s3.endpoint else to_internet(HTTPS)]


def rclone_environment(s3: S3) -> dict[str, str]:
    """Return rclone's settings for one bucket, which it reads from the environment instead of a file."""
    return {
        "RCLONE_CONFIG": "",
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_PROVIDER": "Other" if s3.endpoint else "AWS",
        "RCLONE_S3_ENDPOINT": s3.endpoint,
        "RCLONE_S3_REGION": s3.region,
        # Permission to write to a bucket does not imply permission to create it.
        "RCLONE_S3_NO_CHECK_BUCKET": "true",
        "S3_BUCKET": s3.bucket,
        "S3_PREFIX": s3.prefix,
    }
