"""The first account: a Job creates an administrator, whose password is generated or in an existing Secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..credentials import password
from ..network.policy import network_policy
from ..scripts import script
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod
from ..workload.settings import Pods
from ..workload.workload import Workload
from .paths import CONFIG_DIRECTORY
from .settings import CREATE_ADMIN_RESOURCES, Admin

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict as EgressRule

NAME = "librechat-create-admin"
"""Name of the service account, first part of the Job's name, and value of the label that selects its pod."""

SECRET = "librechat-admin"  # noqa: S105 - the name of a Secret
"""Name of the Secret with the generated password."""

PASSWORD = "password"  # noqa: S105 - the key in the Secret
COMPONENT = "create-admin"

CREATE_ADMIN = "create-admin.js"
"""Creates the first administrator with the command of the image, `config/create-user.js`. Running it again changes
nothing: an existing account is left alone, lest somebody who registered with that address become administrator. An
error of the database's driver can hold the URI, so only its name is shown."""

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
        secret_name: Name of the Secret with its password; empty without an account.
        password: The generated password, as a secret; empty with an existing Secret and without an account.
    """

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
    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]]
    config_map: pulumi.Input[str]
    resource: pulumi.Resource


def create_admin(admin: Admin, application: Application, to_mongodb: "EgressRule") -> FirstAccount:
    """Create the Job for the first account and the Secret with its password, unless no account is asked for.

    Args:
        admin: The account.
        application: The LibreChat that it is created in.
        to_mongodb: Rule that lets the pod connect to MongoDB.
    """
    nothing = pulumi.Output.from_input("")
    if not admin.email:
        return FirstAccount(secret_name=nothing, password=nothing)
    workload = application.workload.part("create-admin", COMPONENT)
    network_policy(workload, egress=[to_mongodb])
    account = workload.service_account()
    first_account = _first_account(admin, application.workload)
    _job(admin, application, workload, _pod(admin, application, workload, account, first_account.secret_name))
    return first_account


def _first_account(admin: Admin, librechat: Workload) -> FirstAccount:
    """Generate the password and its Secret, unless the settings name a Secret.

    They are not protected as data is: LibreChat keeps a hash of its own, and a new password here changes no account.
    """
    if admin.existing_secret:
        secret_name = pulumi.Output.from_input(admin.existing_secret)
        return FirstAccount(secret_name=secret_name, password=pulumi.Output.from_input(""))
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
    return FirstAccount(secret_name=name_of(secret.metadata, SECRET), password=generated)


def _job(admin: Admin, application: Application, workload: Workload, pod: Pod) -> None:
    k8s.batch.v1.Job(
        workload.resource_name,
        metadata=workload.metadata(job_name(admin), annotations={"pulumi.com/replaceUnready": "true"}),
        spec={
            "backoff_limit": RETRIES,
            "active_deadline_seconds": DEADLINE_SECONDS,
            "template": pod.template(),
        },
        # A template cannot change, and another image is no reason to run it again.
        opts=workload.options(
            depends_on=[application.resource],
            delete_before_replace=True,
            ignore_changes=["spec"],
            custom_timeouts=timeouts(DEADLINE_SECONDS + 60),
        ),
    )


def _pod(
    admin: Admin,
    application: Application,
    workload: Workload,
    account: pulumi.Output[str],
    secret_name: pulumi.Output[str],
) -> Pod:
    """Return the template of the Job's pod.

    Args:
        admin: The account.
        application: The LibreChat that it is created in.
        workload: The workload of the Job.
        account: Name of the service account.
        secret_name: Name of the Secret with the password.
    """
    pods = Pods()
    spec = workload.pod_spec(pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["restart_policy"] = "Never"
    spec["containers"] = [_container(admin, application, secret_name)]
    spec["volumes"] = [
        {"name": "config", "config_map": {"name": application.config_map}},
        *manifests.empty_dirs(["app-data", "logs", "tmp"]),
    ]
    return Pod(metadata=workload.template_metadata(pods), spec=spec)


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
        "command": ["node", "-e", script(__package__, CREATE_ADMIN)],
        "working_dir": "/app",
        "env": [*manifests.environment(values), *manifests.secret_environment(secrets), from_secret],
        "volume_mounts": [
            manifests.mount("config", CONFIG_DIRECTORY, read_only=True),
            manifests.mount("app-data", "/app/data"),
            manifests.mount("logs", "/app/logs"),
            manifests.TMP_MOUNT,
        ],
    }
