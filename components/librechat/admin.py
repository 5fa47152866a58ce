"""The first account: a Job that creates an administrator, whose password comes from a Secret."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..context import CommonArgs, timeouts
from ..network.policy import network_policy, settings_of
from ..workload import jobs, manifests
from ..workload.settings import Pods
from ..workload.workload import Workload
from .scripts import CREATE_ADMIN
from .settings import Admin

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
    """Give the name of the Job: the same account, the same Job."""
    return f"{NAME}-{manifests.checksum(admin.model_dump_json())[:8]}"


def create_admin(
    admin: Admin,
    *,
    parent: pulumi.Resource,
    resource_name: str,
    namespace: pulumi.Input[str],
    args: CommonArgs,
    image: pulumi.Input[str],
    environment: Mapping[str, Any],
    secrets: Mapping[str, Any],
    config: pulumi.Input[str],
    config_directory: str,
    egress: list[Any],
    deployment: pulumi.Resource,
) -> k8s.batch.v1.Job | None:
    """Create the Job, unless no account is asked for.

    environment: the environment of LibreChat, and
    secrets: the Secret's name for each of its secret variables.
    config: name of the ConfigMap with librechat.yaml, which says what a new account gets.
    egress: rule that lets the pod connect to MongoDB.
    deployment: LibreChat, which is Ready by then: so its database is set up.
    """
    if not admin.email:
        return None
    workload = Workload(
        name=NAME,
        component=COMPONENT,
        resource_name=f"{resource_name}-create-admin",
        parent=parent,
        namespace=namespace,
        args=args,
    )
    network_policy(workload, settings_of(args), egress=egress)
    values = {
        **environment,
        **ALONE,
        "ADMIN_EMAIL": admin.email,
        "ADMIN_NAME": admin.name,
        "ADMIN_USERNAME": admin.username,
    }
    password: Any = {
        "name": "ADMIN_PASSWORD",
        "value_from": {"secret_key_ref": {"name": admin.existing_secret, "key": "password"}},
    }
    pods = Pods()
    spec = workload.pod_spec(
        pods, user=USER, service_account=workload.service_account(), grace_period=GRACE_PERIOD_SECONDS
    )
    return k8s.batch.v1.Job(
        f"{resource_name}-create-admin",
        metadata=workload.metadata(job_name(admin), annotations={"pulumi.com/replaceUnready": "true"}),
        spec={
            "backoff_limit": RETRIES,
            "active_deadline_seconds": DEADLINE_SECONDS,
            "template": {
                "metadata": workload.template_metadata(pods),
                "spec": {
                    **spec,
                    "restart_policy": "Never",
                    "containers": [
                        {
                            "name": "create-admin",
                            "image": image,
                            "command": ["node", "-e", CREATE_ADMIN],
                            "working_dir": "/app",
                            "env": [
                                *manifests.environment(values),
                                *manifests.secret_environment(
                                    {name: secret for name, secret in secrets.items() if name not in ALONE}
                                ),
                                password,
                            ],
                            "resources": manifests.container_resources(jobs.CREATE_ADMIN),
                            "security_context": manifests.security_context(),
                            "volume_mounts": [
                                manifests.mount("config", config_directory, read_only=True),
                                manifests.mount("app-data", "/app/data"),
                                manifests.mount("logs", "/app/logs"),
                                manifests.TMP_MOUNT,
                            ],
                        }
                    ],
                    "volumes": [
                        {"name": "config", "config_map": {"name": config}},
                        *manifests.empty_dirs(["app-data", "logs", "tmp"]),
                    ],
                },
            },
        },
        # A template cannot change, and another image is no reason to run it again.
        opts=workload.options(
            depends_on=[deployment],
            delete_before_replace=True,
            ignore_changes=["spec"],
            custom_timeouts=timeouts(DEADLINE_SECONDS + 60),
        ),
    )
