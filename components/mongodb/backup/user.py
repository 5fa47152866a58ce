"""MongoDB's user of the backups.

It has the role `read` on LibreChat's database, which is what mongodump needs for one database. The built-in role
`backup` would read every database with its users. Source: MongoDB's manual, mongodump, required access.
"""

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ...component import timeouts
from ...credentials import password
from ...scripts import script
from ...workload import manifests
from ...workload.settings import Pods
from ...workload.workload import Workload
from .names import NAME, PASSWORD_KEY, USER_NAME
from .pods import GRACE_PERIOD_SECONDS, USER, BackupPods, Database
from .settings import USER_JOB_RESOURCES

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

RETRIES = 2
DEADLINE_SECONDS = 300
ROOT_KEYS = ("MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD", "MONGO_APP_DATABASE")
"""Keys of MongoDB's Secret that the Job needs."""


def create_password(workload: Workload) -> pulumi.Output[str]:
    """Generate the user's password, create its Secret, and return the Secret's name."""
    own = password(f"{workload.resource_name}-password", parent=workload.parent, protected=workload.protected)
    return workload.secret({PASSWORD_KEY: own}, data=True)


def create_user(pods: BackupPods, secret_name: pulumi.Input[str]) -> k8s.batch.v1.Job:
    """Create the Job that creates the user, or sets its password.

    The image of MongoDB itself creates users only on an empty volume.

    Args:
        pods: The pods of the backups.
        secret_name: Name of the Secret with the password.
    """
    workload = pods.workload
    create_user_js = script(__package__, "create-user.js")
    return k8s.batch.v1.Job(
        f"{workload.resource_name}-user",
        metadata=workload.metadata(
            f"{NAME}-user-{manifests.checksum(create_user_js)[:8]}",
            annotations={"pulumi.com/replaceUnready": "true"},
        ),
        spec={
            "backoff_limit": RETRIES,
            "active_deadline_seconds": DEADLINE_SECONDS,
            "template": {
                "metadata": workload.template_metadata(Pods()),
                "spec": {
                    **workload.pod_spec(
                        Pods(), user=USER, service_account=pods.account, grace_period=GRACE_PERIOD_SECONDS
                    ),
                    "restart_policy": "Never",
                    "containers": [_container(pods.database, create_user_js, secret_name)],
                    "volumes": manifests.empty_dirs(["tmp"]),
                },
            },
        },
        # A Job's template is immutable, and another image is no reason to run it again.
        opts=workload.options(
            depends_on=[pods.database.stateful_set],
            delete_before_replace=True,
            ignore_changes=["spec"],
            custom_timeouts=timeouts(DEADLINE_SECONDS),
        ),
    )


def _container(database: Database, create_user_js: str, secret_name: pulumi.Input[str]) -> "ContainerArgsDict":
    values = {"HOME": "/tmp", "MONGODB": database.address, "MONGO_BACKUP_USERNAME": USER_NAME}  # noqa: S108
    sources = {**dict.fromkeys(ROOT_KEYS, database.secret_name), PASSWORD_KEY: secret_name}
    return {
        **manifests.base_container("user", database.image, USER_JOB_RESOURCES),
        "command": ["mongosh", "--nodb", "--norc", "--quiet", "--eval", create_user_js],
        "env": [*manifests.environment(values), *manifests.secret_environment(sources)],
        "volume_mounts": [manifests.TMP_MOUNT],
    }
