"""The first account: a Job that creates an administrator, whose password comes from a Secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..network.policy import network_policy
from ..workload import jobs, manifests
from ..workload.settings import Pods
from ..workload.workload import Workload
from .paths import CONFIG_DIRECTORY
from .scripts import CREATE_ADMIN
from .settings import Admin

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

NAME = "librechat-create-admin"
"""Name of the service account, the first part of the Job's, and what selects its pod."""

COMPONENT = "create-admin"
USER = 1000
GRACE_PERIOD_SECONDS = 5
DEADLINE_SECONDS = 300
RETRIES = 3

ALONE = {"USE_REDIS": "false", "SEARCH": "false", "MEILI_HOST": ""}
"""It needs the database and nothing else."""


def job_name(admin: Admin) -> str:
    """Return the name of the Job: the same account, the same Job."""
    return f"{NAME}-{manifests.checksum(admin.model_dump_json())[:8]}"


@dataclass(frozen=True, kw_only=True)
class Application:
    """The LibreChat that the account is created in.

    Attributes:
        workload: Its workload.
        image: Its image, which has the command that creates an account.
        environment: Its variables, apart from secret ones.
        secrets: Name of the Secret of each secret variable.
        config_map: Name of the ConfigMap with librechat.yaml, which says what a new account gets.
        resource: Its Deployment or Helm release, which is Ready by then: so its database is set up.
    """

    workload: Workload
    image: pulumi.Input[str]
    environment: Mapping[str, Any]
    secrets: Mapping[str, pulumi.Input[str]]
    config_map: pulumi.Input[str]
    resource: pulumi.Resource


def create_admin(
    admin: Admin, application: Application, to_mongodb: "NetworkPolicyEgressRuleArgsDict"
) -> k8s.batch.v1.Job | None:
    """Create the Job, unless no account is asked for.

    Args:
        admin: The account.
        application: The LibreChat that it is created in.
        to_mongodb: Rule that lets the pod connect to MongoDB.
    """
    if not admin.email:
        return None
    workload = application.workload.part("create-admin", COMPONENT)
    network_policy(workload, egress=[to_mongodb])
    pods = Pods()
    account = workload.service_account()
    spec = workload.pod_spec(pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["restart_policy"] = "Never"
    spec["containers"] = [_container(admin, application)]
    spec["volumes"] = [
        {"name": "config", "config_map": {"name": application.config_map}},
        *manifests.empty_dirs(["app-data", "logs", "tmp"]),
    ]
    return k8s.batch.v1.Job(
        workload.resource_name,
        metadata=workload.metadata(job_name(admin), annotations={"pulumi.com/replaceUnready": "true"}),
        spec={
            "backoff_limit": RETRIES,
            "active_deadline_seconds": DEADLINE_SECONDS,
            "template": {"metadata": workload.template_metadata(pods), "spec": spec},
        },
        # A template cannot change, and another image is no reason to run it again.
        opts=workload.options(
            depends_on=[application.resource],
            delete_before_replace=True,
            ignore_changes=["spec"],
            custom_timeouts=timeouts(DEADLINE_SECONDS + 60),
        ),
    )


def _container(admin: Admin, application: Application) -> "ContainerArgsDict":
    values = {
        **application.environment,
        **ALONE,
        "ADMIN_EMAIL": admin.email,
        "ADMIN_NAME": admin.name,
        "ADMIN_USERNAME": admin.username,
    }
    secrets = {name: secret for name, secret in application.secrets.items() if name not in ALONE}
    password: EnvVarArgsDict = {
        "name": "ADMIN_PASSWORD",
        "value_from": {"secret_key_ref": {"name": admin.existing_secret, "key": "password"}},
    }
    return {
        "name": "create-admin",
        "image": application.image,
        "command": ["node", "-e", CREATE_ADMIN],
        "working_dir": "/app",
        "env": [*manifests.environment(values), *manifests.secret_environment(secrets), password],
        "resources": manifests.container_resources(jobs.CREATE_ADMIN),
        "security_context": manifests.security_context(),
        "volume_mounts": [
            manifests.mount("config", CONFIG_DIRECTORY, read_only=True),
            manifests.mount("app-data", "/app/data"),
            manifests.mount("logs", "/app/logs"),
            manifests.TMP_MOUNT,
        ],
    }
