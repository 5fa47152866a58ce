"""The provider's configuration: the cluster and options."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from sandbox.marker import SANDBOX_EXTENSION
from sandbox.plugins.server import PluginError
from sandbox.plugins.values import as_list, as_object, is_list, is_object

ALLOWED_CONTEXT_VARIABLE = "OLLAMA_LIBRECHAT_STAND_IN_CONTEXT"
"""Environment variable with the name of a context that the user allows the stand-in to use."""

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

_CLUSTER_KEYS = ("kubeconfig", "context", "cluster")


@dataclass(frozen=True)
class Cluster:
    """The cluster that a kubeconfig and a context lead to.

    Attributes:
        context: Name of the context.
        server: URL of the API server.
        namespace: Default namespace of objects.
        sandbox: Whether the kubeconfig says that it is an embedded sandbox, and the server is on loopback.
        entry: The cluster entry of the kubeconfig.
        kubeconfig: The whole kubeconfig.
        base: Folder of the kubeconfig file; None if its contents were given.
    """

    context: str
    server: str
    namespace: str
    sandbox: bool
    entry: Mapping[str, Any]
    kubeconfig: dict[str, Any]
    base: Path | None


@dataclass(frozen=True)
class Settings:
    """Options of the provider, with their names there.

    Attributes:
        upsert: ``upsertExistingObjects``.
        patch_force: ``enablePatchForce``.
        config_map_mutable: ``enableConfigMapMutable``.
        secret_mutable: ``enableSecretMutable``.
        delete_unreachable: ``deleteUnreachable``.
        skip_update_unreachable: ``skipUpdateUnreachable``.
        namespace: ``namespace``; empty for that of the context.
    """

    upsert: bool = False
    patch_force: bool = False
    config_map_mutable: bool = False
    secret_mutable: bool = False
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    namespace: str = ""


def read_settings(variables: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the options of the provider; the official one's environment variables are the defaults.

    Args:
        variables: Configuration by name (``enablePatchForce``), all values text.
        environ: Environment.

    Raises:
        PluginError: An option requires the official plugin.
    """

    def flag(name: str, variable: str) -> bool:
        return variables.get(name, environ.get(variable, "")) == "true"

    if variables.get("enableServerSideApply", environ.get("PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", "")) == "false":
        raise PluginError("the kubernetes stand-in only does server-side apply: install the official plugin")
    if variables.get("renderYamlToDirectory"):
        raise PluginError("the kubernetes stand-in does not render YAML: install the official plugin")
    return Settings(
        upsert=flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
        patch_force=flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
        config_map_mutable=flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
        secret_mutable=flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
        delete_unreachable=flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
        skip_update_unreachable=flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
        namespace=variables.get("namespace", ""),
    )


def find_cluster(properties: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Cluster:
    """Return the cluster of the provider's ``kubeconfig``, ``context`` and ``cluster``.

    Args:
        properties: Plain provider properties. ``kubeconfig`` is a path or the contents; without it
            ``$KUBECONFIG`` and then ``~/.kube/config`` count.
        environ: Environment.

    Raises:
        PluginError: There is no such file, context or cluster; the message lists the existing ones.
    """
    config, base, origin = _load(properties.get("kubeconfig") or "", environ)
    context_name = properties.get("context") or config.get("current-context") or ""
    contexts = _named(config, "contexts", "context")
    if context_name not in contexts:
        known = ", ".join(sorted(contexts)) or "none"
        raise PluginError(f"{origin} has no context '{context_name}' (it has: {known})")
    context = contexts[context_name]
    cluster_name = properties.get("cluster") or context.get("cluster", "")
    clusters = _named(config, "clusters", "cluster")
    if cluster_name not in clusters:
        raise PluginError(f"{origin} has no cluster '{cluster_name}', which context '{context_name}' names")
    entry = clusters[cluster_name]
    if properties.get("cluster"):
        config = {
            **config,
            "contexts": [{"name": context_name, "context": {**context, "cluster": cluster_name}}],
        }
    server = str(entry.get("server", ""))
    marked = any(item.get("name") == SANDBOX_EXTENSION for item in as_list(entry.get("extensions")))
    return Cluster(
        context=context_name,
        server=server,
        namespace=context.get("namespace") or "default",
        sandbox=marked and is_loopback(server),
        entry=entry,
        kubeconfig=config,
        base=base,
    )


def _load(kubeconfig: str | dict[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], Path | None, str]:
    if is_object(kubeconfig):
        return kubeconfig, None, "the kubeconfig"
    text = str(kubeconfig)
    named = text or environ.get("KUBECONFIG", "").split(os.pathsep)[0] or "~/.kube/config"
    path = None if "\n" in named or named.lstrip().startswith("{") else Path(named).expanduser()
    if path is not None:
        try:
            text = path.read_text()
        except OSError as error:
            raise PluginError(f"kubeconfig {path} cannot be read: {error.strerror}") from None
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError:
        config = None  # the error would quote the file with its credentials
    origin = f"kubeconfig {path}" if path else "the kubeconfig"
    if not is_object(config) or not is_list(config.get("contexts")):
        raise PluginError(f"{origin} is not a kubeconfig: it has no list of contexts")
    return config, path.parent if path else None, origin


def _named(config: dict[str, Any], section: str, key: str) -> dict[str, dict[str, Any]]:
    return {item["name"]: as_object(item.get(key)) for item in as_list(config.get(section))}


def is_loopback(server: str) -> bool:
    """Return whether a server's URL refers to this machine's loopback interface."""
    host = urlsplit(server).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_foreign(cluster: Cluster, version: str, environ: Mapping[str, str] = os.environ) -> None:
    """Refuse any cluster that is not a sandbox, unless the user allowed its context.

    Args:
        cluster: The cluster that the provider was configured with.
        version: Version of the official plugin, for the message.
        environ: Environment.

    Raises:
        PluginError: The cluster is not a sandbox.
    """
    if cluster.sandbox or environ.get(ALLOWED_CONTEXT_VARIABLE) == cluster.context:
        return
    raise PluginError(
        f"context '{cluster.context}' ({cluster.server}) is not a sandbox cluster, and the kubernetes stand-in "
        "is test equipment for the sandbox only. Install the official plugin (pulumi plugin install resource "
        f"kubernetes {version}), or set {ALLOWED_CONTEXT_VARIABLE}={cluster.context} to use the stand-in all the same"
    )


def connect(cluster: Cluster) -> "ApiClient":
    """Return a connection to a cluster.

    Raises:
        PluginError: The kubeconfig's credentials cannot be used.
    """
    from kubernetes import config as kube_config  # noqa: PLC0415 - slow, loaded beside the program
    from kubernetes.client import ApiClient, Configuration  # noqa: PLC0415

    configuration = Configuration()
    configuration.connection_pool_maxsize = 64  # operations run in parallel
    try:
        loader: Any = kube_config.kube_config.KubeConfigLoader(
            config_dict=cluster.kubeconfig,
            active_context=cluster.context,
            config_base_path=str(cluster.base or ""),
        )
        loader.load_and_set(configuration)
    except kube_config.ConfigException as error:
        raise PluginError(f"context '{cluster.context}' of the kubeconfig cannot be used: {error}") from None
    if is_loopback(cluster.server):
        configuration.proxy = None  # a proxy from the environment cannot reach this machine
    return ApiClient(configuration)


def config_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return (changed options, those of them that mean another cluster, where everything is replaced).

    As in the official provider, ``clusterIdentifier`` decides where both sides have one; otherwise a
    replacement is planned when the cluster entry that the kubeconfig leads to has changed.
    """
    changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    before, after = old.get("clusterIdentifier"), new.get("clusterIdentifier")
    if before and after:
        return changed, ["clusterIdentifier"] if before != after else []
    try:
        same = find_cluster(old).entry == find_cluster(new).entry
    except PluginError:
        same = True  # one of them refers to no cluster (any more): unknown
    return changed, [] if same else [key for key in _CLUSTER_KEYS if key in changed]
