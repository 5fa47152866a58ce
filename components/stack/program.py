"""The program of a stack: what it does once, and what its components have in common."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pulumi
import pulumi_kubernetes as k8s

from ..args import NetworkPoliciesArgs
from ..context import Context
from ..definition import Application
from ..exposure.rules import retired_controller
from ..helm.charts import is_path
from ..helm.handover import FormerServer, former_pods_name, has_former_server
from ..helm.release import pods_name
from ..helm.settings import Method
from ..librechat.admin import NAME as CREATE_ADMIN
from ..librechat.component import LibreChat
from ..librechat.paths import NAME as LIBRECHAT
from ..librechat.paths import PORT
from ..mongodb.component import MongoDB
from ..namespace.component import Namespace, NamespaceArgs
from ..network.peers import Peer
from ..ollama.component import Ollama
from ..ollama.names import server_name
from ..workload.manifests import selector
from .data.deployed import DeployedRelease, DeployedStack
from .load import load, load_deployed
from .quota import hard
from .settings import DEVELOPMENT, Settings, exposures

CLIENT_QPS = 200
"""Requests to the API server in a second, for longer than a moment."""
CLIENT_BURST = 400
"""Requests to the API server at once."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that is being deployed.

    Attributes:
        settings: Its settings, checked by every rule.
        provider: The provider of its cluster.
        deployed: What it has deployed before.
    """

    settings: Settings
    provider: k8s.Provider
    deployed: DeployedStack

    @classmethod
    def load(cls) -> "Stack":
        """Read and check the settings of the current stack, and create the provider.

        Raises:
            pulumi.RunError: settings were refused; the engine prints every finding and changes nothing.
        """
        settings = load()
        # A preview changes nothing, so the plugin may start while the state is read. An update leaves the provider of
        # the state alone until the settings are accepted.
        early = cluster_provider("kubernetes", settings) if pulumi.runtime.is_dry_run() else None
        deployed = load_deployed(settings)
        warn(settings)
        return cls(settings=settings, provider=early or cluster_provider("kubernetes", settings), deployed=deployed)

    @property
    def outside(self) -> pulumi.ResourceOptions:
        """Options of what belongs to no namespace of the stack."""
        return pulumi.ResourceOptions(provider=self.provider)

    def inside(self, namespace: Namespace) -> pulumi.ResourceOptions:
        """Return the options of a component that lives in a namespace of this stack.

        They come after what holds for all pods of the namespace: no pod runs before its NetworkPolicies are there. They
        go with it, which spares their single deletions, unless data outlives the stack.
        """
        return pulumi.ResourceOptions(
            provider=self.provider,
            depends_on=[namespace],
            deleted_with=None if self.settings.data_protection else namespace.namespace,
        )

    def namespace_args(self, application: Application) -> NamespaceArgs:
        """Return the args of the namespace of an application, `ollama` or `librechat`."""
        return namespace_args(self.settings, application)

    def context(self, namespace: Namespace) -> Context:
        """Return what the components in a namespace have in common."""
        settings = self.settings
        return Context(
            namespace=namespace.namespace_name,
            labels={**settings.labels, "env": settings.environment},
            image_registry=settings.image_registry,
            image_pull_secrets=settings.image_pull_secrets,
            data_protection=settings.data_protection,
            network_policies=settings.network_policies,
            cluster_domain=settings.cluster_domain,
        )

    def former_server(self, component: str, method: Method) -> FormerServer | None:
        """Return the server that the other method runs, if it has to be kept, and log that it is kept."""
        return former_server(self.deployed, component, method)

    def librechat_pods(self, namespace: Namespace) -> list[Peer]:
        """Return the pods that may connect to Ollama, Meilisearch and Valkey: LibreChat's."""
        method = self.settings.librechat.method
        names = [pods_name(LIBRECHAT, method)]
        if has_former_server(self.deployed.replicas, LIBRECHAT, method):
            names.append(former_pods_name(LIBRECHAT, method))
        return [_pods(namespace, name) for name in names]

    def token_secrets(self, servers: Mapping[str, Ollama]) -> dict[str, pulumi.Output[str]]:
        """Return the names of the Secrets with the tokens of the Ollama servers that ask for one, by server."""
        return {
            server_name(pool): servers[pool].secret_name
            for pool, server in self.settings.ollama.servers().items()
            if server.exposure.type != "none" and server.exposure.token.enabled
        }

    def mongodb_secrets(self, mongodb: MongoDB) -> dict[str, pulumi.Output[str]]:
        """Return the names of the Secrets of MongoDB, and of its backups where there are any."""
        backups = {"mongodb-backup": mongodb.backup_secret_name} if self.settings.mongodb.backup.enabled else {}
        return {"mongodb": mongodb.secret_name, **backups}

    def login(self, librechat: LibreChat) -> dict[str, pulumi.Input[str]]:
        """Return the outputs with the login of the first account, by name.

        The password is among them, as a secret, only where the stack generates it.
        """
        admin = self.settings.librechat.admin
        if not admin.email:
            return {}
        outputs: dict[str, pulumi.Input[str]] = {"librechat_admin_email": admin.email}
        if not admin.existing_secret:
            outputs["librechat_admin_password"] = librechat.admin_password
        return outputs

    def librechat_secrets(self, librechat: LibreChat) -> dict[str, pulumi.Output[str]]:
        """Return the names of the Secrets of LibreChat, and of its first account where there is one."""
        admin = {"librechat-admin": librechat.admin_secret_name} if self.settings.librechat.admin.email else {}
        return {"librechat": librechat.secret_name, **admin}

    @property
    def next_command(self) -> str:
        """The command that leads to a login."""
        return next_command(self.settings)

    def mongodb_clients(self, namespace: Namespace) -> list[Peer]:
        """Return the pods that may connect to MongoDB: LibreChat's, and that of the Job for the first account."""
        admin = [_pods(namespace, CREATE_ADMIN)] if self.settings.librechat.admin.email else []
        return [*self.librechat_pods(namespace), *admin]


def _pods(namespace: Namespace, name: str) -> Peer:
    return {"namespace": namespace.namespace_name, "pod_labels": selector(name)}


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
    """Return the path for the provider; None leaves KUBECONFIG and `~/.kube/config` to it."""
    if not setting:
        return None
    return os.fspath(Path.cwd() / Path(setting).expanduser())


def namespace_args(settings: Settings, application: Application) -> NamespaceArgs:
    """Return the args of the namespace of an application, `ollama` or `librechat`."""
    spaces = settings.namespaces
    names = {"ollama": spaces.ollama_name, "librechat": spaces.librechat_name}
    args: NamespaceArgs = {
        "namespace": names[application],
        "application": application,
        "environment": settings.environment,
        "labels": settings.labels,
        "data_protection": settings.data_protection,
        "network_policies": cast("NetworkPoliciesArgs", settings.network_policies),  # resolved already
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
    """Return the priority of pods that hold a GPU, the highest of all servers; 0 where none of them asks for it."""
    servers = settings.ollama.servers().values()
    return max(
        (server.gpu.priority for server in servers if server.gpu.count and not server.pods.priority_class_name),
        default=0,
    )


def warn(settings: Settings) -> None:
    """Tell what works today and is no good choice for an environment that people depend on."""
    if settings.environment == DEVELOPMENT:
        return
    for path, exposure in exposures(settings).items():
        for warning in retired_controller(exposure, f"{path}.exposure"):
            pulumi.log.warn(warning)


def former_server(running: DeployedStack, component: str, method: Method) -> FormerServer | None:
    """Return the server that the other method runs, if it has to be kept, and log that it is kept.

    Args:
        running: What the stack has deployed.
        component: Logical name of the component, for example `ollama`.
        method: How the settings deploy it.

    Raises:
        pulumi.RunError: Helm could not upgrade the release that is to be kept.
    """
    if not has_former_server(running.replicas, component, method):
        return None
    kind = "Deployment" if method == "helm" else "Helm release"
    pulumi.log.info(
        f"{component}: the {kind} that runs it now is kept, and deleted by the next `pulumi up`, when its successor "
        f"(`method: {method}`) runs"
    )
    release = running.releases.get(f"{component}-release", DeployedRelease())
    if method == "native" and is_path(release.chart) and not Path(release.chart).exists():
        raise pulumi.RunError(
            f"{component}: the Helm release that runs it now was made from the chart {release.chart}, which is not "
            "there. Helm needs it to take the pods of the release away: put it back until the release is deleted, "
            "which the second `pulumi up` does."
        )
    return {"release_values": sorted(release.values)}


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
