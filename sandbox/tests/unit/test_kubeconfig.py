"""The kubeconfig is complete in itself and holds no password or token."""

import base64

import yaml

from sandbox.cluster.kubeconfig import CONTEXT, render_kubeconfig
from sandbox.marker import SANDBOX_EXTENSION


def test_render() -> None:
    text = render_kubeconfig("https://127.0.0.1:21000", "admin", b"ca", b"certificate", b"key")
    config = yaml.safe_load(text)
    assert config["current-context"] == CONTEXT == "sandbox"
    assert config["contexts"] == [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "admin"}}]
    (cluster,) = config["clusters"]
    assert cluster["cluster"]["server"] == "https://127.0.0.1:21000"
    assert base64.b64decode(cluster["cluster"]["certificate-authority-data"]) == b"ca"
    assert [entry["name"] for entry in cluster["cluster"]["extensions"]] == [SANDBOX_EXTENSION]
    (user,) = config["users"]
    assert {key: base64.b64decode(value) for key, value in user["user"].items()} == {
        "client-certificate-data": b"certificate",
        "client-key-data": b"key",
    }
