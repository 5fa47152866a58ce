"""The Kubernetes provider of a stack."""

import os
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from .settings import Settings

CLIENT_QPS = 200
"""Sustained requests a second to the API server."""
CLIENT_BURST = 400
"""Requests at once to the API server."""


def cluster_provider(name: str, settings: Settings) -> k8s.Provider:
    """Create the provider for the kubeconfig and the context in the settings.

    - `cluster_identifier` is the stack. A stack belongs to one cluster, and another path or name of the same kubeconfig
      must not replace everything in it.
    - ConfigMaps and Secrets are updated in place; a checksum in the pod template rolls the pods.
    - Patches are forced: a field that somebody else took over is taken back, so that `pulumi up` repairs what a refresh
      found.
    - The client's rate limit is raised from 50 requests a second (120 at once), which slows down a refresh of more than
      60 objects. API servers protect themselves (API Priority and Fairness).
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
    """Return the provider's `kubeconfig`; None lets the provider use KUBECONFIG or `~/.kube/config`."""
    if not setting:
        return None
    return os.fspath(Path.cwd() / Path(setting).expanduser())
