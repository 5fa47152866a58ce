"""What the program does once for a stack: the provider, the args common to all components, the next command."""

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from ..context import CommonArgs
from ..exposure.rules import retired_controller
from ..helm.release import pods_name
from ..helm.server import hands_over
from ..helm.settings import Method
from ..librechat.admin import NAME as CREATE_ADMIN
from ..librechat.component import NAME as LIBRECHAT
from ..librechat.component import PORT, LibreChat
from ..mongodb.component import MongoDB
from ..namespace.component import Namespace, NamespaceArgs
from ..network.policy import Peer
from ..ollama.component import Ollama
from ..workload.manifests import selector
from .data.deployed import DeployedStack
from .quota import hard
from .settings import DEVELOPMENT, Settings

CLIENT_QPS = 200
"""Requests to the API server in a second, for longer than a moment."""
CLIENT_BURST = 400
"""Requests to the API server at once."""


def cluster_provider(name: str, settings: Settings) -> k8s.Provider:
    """Create the provider for the settings' kubeconfig and context.

    - `cluster_identifier` is the stack: a stack belongs to one cluster, and another path or name of the same
      kubeconfig never replaces everything that is in it.
    - ConfigMaps and Secrets are updated in place; a checksum in the pod template rolls the pods.
    - A field that somebody else took over is taken back, so that `pulumi up` repairs what a refresh found.
    - The client asks faster than by default, 50 requests a second after the first 120, which is what a refresh of more
      than 60 objects waits for. API servers protect themselves (API Priority and Fairness).
    """
    return k8s.Provider(
        name,
        kubeconfig=kubeconfig_path(settings.kubeconfig),
        context=settings.context or None,
        cluster_identifier=f"{pulumi.get_project()}/{pulumi.get_stack()}",
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        enable_patch_force=True,
        kube_client_settings={"qps": CLIENT_QPS, "burst": CLIENT_BURST},
    )


def kubeconfig_path(setting: str) -> str | None:
    """Give the path for the provider; None leaves KUBECONFIG and `~/.kube/config` to it."""
    if not setting:
        return None
    return os.fspath(Path.cwd() / Path(setting).expanduser())


def common_args(settings: Settings) -> CommonArgs:
    """Give the args that every component takes."""
    return {
        "labels": {**settings.labels, "env": settings.environment},
        "image_registry": settings.image_registry,
        "image_pull_secrets": settings.image_pull_secrets,
        "data_protection": settings.data_protection,
        "cluster_domain": settings.cluster_domain,
        "network_policies": settings.network_policies.as_args(),
    }


def namespace_args(settings: Settings, application: str) -> NamespaceArgs:
    """Give the args of the namespace of an application, `ollama` or `librechat`."""
    spaces = settings.namespaces
    names = {"ollama": spaces.ollama_name, "librechat": spaces.librechat_name}
    args: NamespaceArgs = {
        "namespace": names[application],
        "application": application,
        "environment": settings.environment,
        "labels": settings.labels,
        "data_protection": settings.data_protection,
        "network_policies": settings.network_policies.as_args(),
        "operator_group": spaces.operator_group,
    }
    if spaces.quota.enabled:
        args["quota"] = {"ollama": spaces.quota.ollama, "librechat": spaces.quota.librechat}[application] or hard(
            settings, application
        )
    if spaces.limit_range.enabled:
        args["container_defaults"] = {
            "default_request": spaces.limit_range.default_request.mapping(),
            "default_limit": spaces.limit_range.default_limit.mapping(),
        }
    if application == "ollama":
        args["priority"] = gpu_priority(settings)
    return args


def gpu_priority(settings: Settings) -> int:
    """Give the priority of pods that hold a GPU, the highest of all servers; 0 where none of them asks for it."""
    servers = settings.ollama.servers().values()
    return max(
        (server.gpu.priority for server in servers if server.gpu.count and not server.pods.priority_class_name),
        default=0,
    )


def warn(settings: Settings) -> None:
    """Tell what works today and is no good choice for an environment that people depend on."""
    if settings.environment == DEVELOPMENT:
        return
    for path, exposure in settings.exposures().items():
        for warning in retired_controller(exposure, f"{path}.exposure"):
            pulumi.log.warn(warning)


def librechat_pods(namespace: Namespace, settings: Settings) -> list[Peer]:
    """Give the pods that may connect to Ollama and Meilisearch: LibreChat's."""
    return [_pods(namespace, pods_name(LIBRECHAT, settings.librechat.method))]


def mongodb_clients(namespace: Namespace, settings: Settings) -> list[Peer]:
    """Give the pods that may connect to MongoDB: LibreChat's, and that of the Job for the first account."""
    admin = [_pods(namespace, CREATE_ADMIN)] if settings.librechat.admin.email else []
    return [*librechat_pods(namespace, settings), *admin]


def _pods(namespace: Namespace, name: str) -> Peer:
    return {"namespace": namespace.namespace_name, "pod_labels": selector(name)}


def token_secrets(servers: Mapping[str, Ollama], settings: Settings) -> dict[str, pulumi.Output[str]]:
    """Give the names of the Secrets with the tokens of the Ollama servers that ask for one, by name of the server."""
    return {
        f"ollama-{pool}" if pool else "ollama": servers[pool].secret_name
        for pool, server in settings.ollama.servers().items()
        if server.exposure.type != "none" and server.exposure.token.enabled
    }


def mongodb_secrets(mongodb: MongoDB, settings: Settings) -> dict[str, pulumi.Output[str]]:
    """Give the names of the Secrets of MongoDB, and of its backups where there are any."""
    backups = {"mongodb-backup": mongodb.backup_secret_name} if settings.mongodb.backup.enabled else {}
    return {"mongodb": mongodb.secret_name, **backups}


def admin_secrets(librechat: LibreChat, settings: Settings) -> dict[str, pulumi.Output[str]]:
    """Return the name of the Secret with the first account's password, if the settings ask for one."""
    return {"librechat-admin": librechat.admin_secret_name} if settings.librechat.admin.email else {}


def login(librechat: LibreChat, settings: Settings) -> dict[str, pulumi.Input[str]]:
    """Return the outputs with the login of the first account, by name.

    The password is among them, as a secret, only where the stack generates it.
    """
    admin = settings.librechat.admin
    if not admin.email:
        return {}
    outputs: dict[str, pulumi.Input[str]] = {"librechat_admin_email": admin.email}
    if not admin.existing_secret:
        outputs["librechat_admin_password"] = librechat.admin_password
    return outputs


def in_namespace(provider: k8s.Provider, namespace: Namespace, settings: Settings) -> pulumi.ResourceOptions:
    """Give the options of a component that lives in a namespace of this stack.

    They come after what holds for all pods of the namespace: no pod runs before its NetworkPolicies are there. They go
    with it, which spares their single deletions, unless data outlives the stack.
    """
    return pulumi.ResourceOptions(
        provider=provider,
        depends_on=[namespace],
        deleted_with=None if settings.data_protection else namespace.namespace,
    )


def handing_over(running: DeployedStack, component: str, method: Method) -> bool:
    """Say whether a server that the other method runs is to be kept, without pods, and tell the person.

    component: logical name of the component, for example `ollama`.
    """
    if not hands_over(running.replicas, component, method):
        return False
    kind = "Deployment" if method == "helm" else "Helm release"
    pulumi.log.info(
        f"{component}: the {kind} that runs it now is kept without pods, and deleted by the next `pulumi up`, when its "
        f"successor (`method: {method}`) runs"
    )
    return True


def next_command(settings: Settings) -> str:
    """Return the command that leads to a login: registration is closed unless the settings open it.

    It shows the first account, or lets somebody register, or creates the first account.
    """
    if settings.librechat.admin.email:
        return f"make login STACK={pulumi.get_stack()}"
    context = f" --context {settings.context}" if settings.context else ""
    kubeconfig = f" --kubeconfig {settings.kubeconfig}" if settings.kubeconfig else ""
    kubectl = f"kubectl{kubeconfig}{context} -n {settings.namespaces.librechat_name}"
    if settings.librechat.registration.enabled:
        return f"{kubectl} port-forward service/{LIBRECHAT} {PORT}:{PORT}"
    # It asks for the address, the name and the password.
    deployment = pods_name(LIBRECHAT, settings.librechat.method)  # the chart's container has the same name
    return f"{kubectl} exec -it deploy/{deployment} -c {deployment} -- node config/create-user.js"
