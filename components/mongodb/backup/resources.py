"""Backups of MongoDB: what makes archives, what restores them, and the user that reads the database."""

import pulumi

from ...network.egress_rules import to_server
from ...network.peers import Peer
from ...network.policy import network_policy
from ...workload import manifests
from ...workload.workload import Workload
from .cron_jobs import create_backup, create_restore
from .names import NAME
from .pods import BackupPods, Database
from .settings import MongoDBBackup
from .storage import archives_volume, to_storage
from .user import create_password, create_user

COMPONENT = "backup"
"""The label `app.kubernetes.io/component` of the pods."""

PODS: Peer = {"pod_labels": manifests.selector(NAME)}
"""The pods of backups and restores, which connect to MongoDB."""


def create_backups(settings: MongoDBBackup, mongodb: Workload, database: Database) -> pulumi.Output[str]:
    """Create everything that backups and restores need.

    Args:
        settings: Settings of the backups.
        mongodb: Workload of the database.
        database: The database.

    Returns:
        Name of the Secret with the password of the backups' user.
    """
    workload = mongodb.part("backup", COMPONENT)
    network_policy(workload, egress=[to_server(database.server), *to_storage(settings.s3)])
    pods = BackupPods(workload=workload, settings=settings, account=workload.service_account(), database=database)
    secret_name = create_password(workload)
    create_user(pods, secret_name)
    archives = archives_volume(settings, workload)
    create_backup(pods, archives, secret_name)
    create_restore(pods, archives)
    return secret_name
