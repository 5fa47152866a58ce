"""The stack that the program deploys: settings, provider, and what its components have in common."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..context import Context
from ..definition import Application
from ..exposure.rules import retired_controller
from ..helm.handover import FormerServer, former_pods_name, has_former_server
from ..helm.release import pods_name
from ..helm.settings import Method
from ..librechat.admin import NAME as CREATE_ADMIN
from ..librechat.component import LibreChat
from ..librechat.paths import NAME as LIBRECHAT
from ..librechat.paths import PORT
from ..mongodb.component import MongoDB
from ..namespace.component import Namespace
from ..network.peers import Peer
from ..ollama.component import Ollama
from ..ollama.names import server_name
from ..workload.manifests import selector
from .configuration import read_deployed, read_settings
from .data.deployed import DeployedStack
from .handover import former_server
from .namespaces import namespace_args
from .provider import cluster_provider
from .settings import DEVELOPMENT, Settings, exposures


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The stack that the program deploys.

    Attributes:
        settings: Its settings; every rule has been checked.
        provider: The Kubernetes provider of its cluster.
        deployed: What its last update deployed.
    """

    settings: Settings
    provider: k8s.Provider
    deployed: DeployedStack

    @classmethod
    def load(cls) -> "Stack":
        """Read and check the settings of the current stack, and create the provider.

        Raises:
            pulumi.RunError: Settings were refused. The engine prints every finding and changes nothing.
        """
        settings = read_settings()
        # A preview changes nothing, so the plugin may start while the state is read. An update leaves the provider in
        # the state alone until the settings are accepted.
        early = cluster_provider("kubernetes", settings) if pulumi.runtime.is_dry_run() else None
        deployed = read_deployed(settings)
        stack = cls(settings=settings, provider=early or cluster_provider("kubernetes", settings), deployed=deployed)
        stack._warn_of_retired_controllers()
        return stack

    def namespace(self, application: Application) -> Namespace:
        """Create the namespace of an application, `ollama` or `librechat`."""
        args = namespace_args(self.settings, application)
        return Namespace(application, args, pulumi.ResourceOptions(provider=self.provider))

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

    def inside(self, namespace: Namespace) -> pulumi.ResourceOptions:
        """Return the options of a component in a namespace of this stack.

        The component waits for the whole namespace, so that no pod runs before its NetworkPolicies exist. It is deleted
        with the namespace, which saves one deletion for each object, unless data outlives the stack.
        """
        return pulumi.ResourceOptions(
            provider=self.provider,
            depends_on=[namespace],
            deleted_with=None if self.settings.data_protection else namespace.namespace,
        )

    def former_server(self, component: str, method: Method) -> FormerServer | None:
        """Return what to keep of a server that the other method runs, and log that it is kept."""
        return former_server(self.deployed, component, method)

    def librechat_pods(self, namespace: Namespace) -> list[Peer]:
        """Return LibreChat's pods: the clients of Ollama, Meilisearch and Valkey.

        Args:
            namespace: The namespace of LibreChat.
        """
        method = self.settings.librechat.method
        names = [pods_name(LIBRECHAT, method)]
        if has_former_server(self.deployed.replicas, LIBRECHAT, method):
            names.append(former_pods_name(LIBRECHAT, method))
        return [_pods(namespace, name) for name in names]

    def mongodb_clients(self, namespace: Namespace) -> list[Peer]:
        """Return the clients of MongoDB: LibreChat's pods and the pod of the Job that creates the first account.

        Args:
            namespace: The namespace of LibreChat.
        """
        create_admin = [_pods(namespace, CREATE_ADMIN)] if self.settings.librechat.admin.email else []
        return [*self.librechat_pods(namespace), *create_admin]

    def token_secrets(self, servers: Mapping[str, Ollama]) -> dict[str, pulumi.Output[str]]:
        """Return the names of the Secrets with Ollama's tokens, by server.

        Args:
            servers: The Ollama servers by pool.
        """
        return {
            server_name(pool): servers[pool].secret_name
            for pool, server in self.settings.ollama.servers().items()
            if server.exposure.type != "none" and server.exposure.token.enabled
        }

    def pool_outputs(self, servers: Mapping[str, Ollama]) -> dict[str, pulumi.Input[object]]:
        """Return the stack output with URL and models of each pool, if there are any.

        Args:
            servers: The Ollama servers by pool.
        """
        pools = {
            pool: {"url": servers[pool].base_url, "models": servers[pool].models} for pool in self.settings.ollama.pools
        }
        return {"pools": pools} if pools else {}

    def mongodb_secrets(self, mongodb: MongoDB) -> dict[str, pulumi.Output[str]]:
        """Return the names of the Secrets of MongoDB and of its backups, if there are any."""
        backups = {"mongodb-backup": mongodb.backup_secret_name} if self.settings.mongodb.backup.enabled else {}
        return {"mongodb": mongodb.secret_name, **backups}

    def librechat_secrets(self, librechat: LibreChat) -> dict[str, pulumi.Output[str]]:
        """Return the names of the Secrets of LibreChat and of its first account, if there is one."""
        admin = {"librechat-admin": librechat.admin_secret_name} if self.settings.librechat.admin.email else {}
        return {"librechat": librechat.secret_name, **admin}

    def login_outputs(self, librechat: LibreChat) -> dict[str, pulumi.Input[str]]:
        """Return the stack outputs with the login of the first account, by name.

        They include the password, as a secret, only if the stack generates it.
        """
        admin = self.settings.librechat.admin
        if not admin.email:
            return {}
        outputs: dict[str, pulumi.Input[str]] = {"librechat_admin_email": admin.email}
        if not admin.existing_secret:
            outputs["librechat_admin_password"] = librechat.admin_password
        return outputs

    @property
    def next_command(self) -> str:
        """The command to run after `pulumi up` to log in.

        It shows the login of the first account. Without one, it opens a port to register at, or creates the first
        account if registration is closed.
        """
        settings = self.settings
        if settings.librechat.admin.email:
            return f"make login STACK={pulumi.get_stack()}"
        context = f" --context {settings.context}" if settings.context else ""
        kubeconfig = f" --kubeconfig {settings.kubeconfig}" if settings.kubeconfig else ""
        kubectl = f"kubectl{kubeconfig}{context} -n {settings.namespaces.librechat_name}"
        if settings.librechat.registration.enabled:
            return f"{kubectl} port-forward service/{LIBRECHAT} {PORT}:{PORT}"
        # The script asks for address, name and password.
        deployment = pods_name(LIBRECHAT, settings.librechat.method)  # the chart's container has the same name
        return f"{kubectl} exec -it deploy/{deployment} -c {deployment} -- node config/create-user.js"

    def _warn_of_retired_controllers(self) -> None:
        """Warn of ingress controllers that work today but get no more fixes, except in development."""
        if self.settings.environment == DEVELOPMENT:
            return
        for path, exposure in exposures(self.settings).items():
            for warning in retired_controller(exposure, f"{path}.exposure"):
                pulumi.log.warn(warning)


def _pods(namespace: Namespace, name: str) -> Peer:
    return {"namespace": namespace.namespace_name, "pod_labels": selector(name)}
