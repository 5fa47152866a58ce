"""The kubeconfig files of a cluster."""

import base64
from typing import Any

import yaml

from sandbox.marker import SANDBOX_EXTENSION

CONTEXT = "sandbox"
"""Name of the context (and the cluster) in the kubeconfig of every embedded cluster."""


def render_kubeconfig(server: str, user: str, ca: bytes, certificate: bytes, key: bytes) -> str:
    """Return a self-contained kubeconfig, with certificates and keys embedded.

    Args:
        server: Address of the API server, such as ``https://127.0.0.1:21432``.
        user: Name of the user entry.
        ca: Certificate (PEM) of the authority that signed the server's certificate.
        certificate: Client certificate (PEM).
        key: Private key (PEM) of the client certificate.
    """

    def encoded(data: bytes) -> str:
        return base64.b64encode(data).decode()

    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": CONTEXT,
                "cluster": {
                    "server": server,
                    "certificate-authority-data": encoded(ca),
                    "extensions": [{"name": SANDBOX_EXTENSION, "extension": {}}],
                },
            }
        ],
        "users": [
            {
                "name": user,
                "user": {"client-certificate-data": encoded(certificate), "client-key-data": encoded(key)},
            }
        ],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": user}}],
        "current-context": CONTEXT,
    }
    return yaml.safe_dump(config, sort_keys=False)
