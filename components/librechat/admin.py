"""The first account: a Job that creates an administrator, whose password is generated or in an existing Secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..credentials import password
from ..network.policy import network_policy
from ..workload import manifests
from ..workload.names import name_of
from ..workload.settings import Pods
from ..workload.workload import Workload
from .paths import CONFIG_DIRECTORY
from .scripts import CREATE_ADMIN
from .settings import CREATE_ADMIN_RESOURCES, Admin

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

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
) -> FirstAccount | None:
    """Create the Job and the Secret with its password, unless no account is asked for.

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
    secret_name, generated = _password(admin, application.workload)
    spec["containers"] = [_container(admin, application, secret_name)]
    spec["volumes"] = [
        {"name": "config", "config_map": {"name": application.config_map}},
        *manifests.empty_dirs(["app-data", "logs", "tmp"]),
    ]
    job = k8s.batch.v1.Job(
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
    return FirstAccount(job=job, secret_name=secret_name, password=generated)


def _password(admin: Admin, librechat: Workload) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Generate the password and its Secret, unless the settings name one.

    It is not protected as data is: LibreChat keeps a hash of its own, and a new password here changes no account.

    Returns:
        The name of the Secret, and the generated password as a secret; empty with an existing Secret.
    """
    if admin.existing_secret:
        return pulumi.Output.from_input(admin.existing_secret), pulumi.Output.from_input("")
    name, parent = librechat.resource_name, librechat.parent
    keepers = {"email": admin.email}  # another account, another password
    generated = password(f"{name}-admin-password", parent=parent, protected=False, keepers=keepers)
    secret = k8s.core.v1.Secret(
        f"{name}-admin-secret",
        metadata=librechat.part("create-admin", COMPONENT).metadata(SECRET),
        type="Opaque",
        string_data={PASSWORD: generated},
        opts=librechat.options(),
    )
    return name_of(secret.metadata, SECRET), generated


def _container(admin: Admin, application: Application, secret_name: pulumi.Output[str]) -> "ContainerArgsDict":
    values = {
        **application.environment,
        **ALONE,
        "ADMIN_EMAIL": admin.email,
        "ADMIN_NAME": admin.name,
        "ADMIN_USERNAME": admin.username,
    }
    secrets = {name: secret for name, secret in application.secrets.items() if name not in ALONE}
    from_secret: EnvVarArgsDict = {
        "name": "ADMIN_PASSWORD",
        "value_from": {"secret_key_ref": {"name": secret_name, "key": PASSWORD}},
    }
    return {
        **manifests.base_container("create-admin", application.image, CREATE_ADMIN_RESOURCES),
        "command": ["node", "-e", CREATE_ADMIN],
        "working_dir": "/app",
        "env": [*manifests.environment(values), *manifests.secret_environment(secrets), from_secret],
        "volume_mounts": [
            manifests.mount("config", CONFIG_DIRECTORY, read_only=True),
            manifests.mount("app-data", "/app/data"),
            manifests.mount("logs", "/app/logs"),
            manifests.TMP_MOUNT,
        ],
    }
