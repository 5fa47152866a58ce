"""The first account: a Job that creates an administrator, whose password is generated or in an existing Secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..context import CommonArgs, timeouts
from ..credentials import password
from ..network.policy import network_policy, settings_of
from ..workload import jobs, manifests
from ..workload.settings import Pods
from ..workload.workload import Workload, name_of
from .scripts import CREATE_ADMIN
from .settings import Admin

NAME = "librechat-create-admin"
"""Name of the service account, the first part of the Job's, and what selects its pod."""

SECRET = "librechat-admin"  # noqa: S105 - the name of a Secret
"""Name of the Secret with the generated password."""

PASSWORD = "password"  # noqa: S105 - the key in the Secret
COMPONENT = "create-admin"
USER = 1000
GRACE_PERIOD_SECONDS = 5
DEADLINE_SECONDS = 300
RETRIES = 3

ALONE = {"USE_REDIS": "false", "SEARCH": "false", "MEILI_HOST": ""}
"""It needs the database and nothing else."""


@dataclass(frozen=True, kw_only=True)
class FirstAccount:
    """The first account.

    Attributes:
        job: The Job that creates it.
        secret_name: Name of the Secret with its password.
        password: The generated password, as a secret; empty with an existing Secret.
    """

    job: k8s.batch.v1.Job
    secret_name: pulumi.Output[str]
    password: pulumi.Output[str]


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
) -> FirstAccount | None:
    """Create the Job and the Secret with its password, unless no account is asked for.

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
    secret_name, generated = _password(admin, workload, resource_name)
    from_secret: Any = {
        "name": "ADMIN_PASSWORD",
        "value_from": {"secret_key_ref": {"name": secret_name, "key": PASSWORD}},
    }
    pods = Pods()
    spec = workload.pod_spec(
        pods, user=USER, service_account=workload.service_account(), grace_period=GRACE_PERIOD_SECONDS
    )
    job = k8s.batch.v1.Job(
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
                                from_secret,
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
    return FirstAccount(job=job, secret_name=secret_name, password=generated)


def _password(admin: Admin, workload: Workload, resource_name: str) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Generate the password and its Secret, unless the settings name one.

    It is not protected as data is: LibreChat keeps a hash of its own, and a new password here changes no account.

    Returns:
        The name of the Secret, and the generated password as a secret; empty with an existing Secret.
    """
    if admin.existing_secret:
        return pulumi.Output.from_input(admin.existing_secret), pulumi.Output.from_input("")
    keepers = {"email": admin.email}  # another account, another password
    generated = password(f"{resource_name}-admin-password", parent=workload.parent, protected=False, keepers=keepers)
    secret = k8s.core.v1.Secret(
        f"{resource_name}-admin-secret",
        metadata=workload.metadata(SECRET),
        type="Opaque",
        string_data={PASSWORD: generated},
        opts=workload.options(),
    )
    return name_of(secret.metadata, SECRET), generated
