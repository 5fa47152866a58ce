"""Entry point of the plugin ``pulumi-resource-kubernetes``."""

import importlib
import threading

from sandbox.plugins.kubernetes.provider import KubernetesStandIn
from sandbox.plugins.server import serve


def _load_client() -> None:
    """Import the Kubernetes client, which takes half a second, while the engine is still starting the program."""
    importlib.import_module("kubernetes.config")  # for the module cache


if __name__ == "__main__":
    threading.Thread(target=_load_client, daemon=True).start()
    serve(KubernetesStandIn)
