"""Clusters: does one answer, and what is in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubernetes import client, config
from kubernetes.config import ConfigException

ANSWER_WITHIN = 5.0
"""Seconds after which a cluster counts as unreachable."""


@dataclass(frozen=True)
class Answer:
    """What came of asking a cluster for its version.

    version: its version; empty if it did not answer.
    server: its URL; empty if the kubeconfig has no such context.
    problem: why it did not answer; empty if it did.
    """

    version: str
    server: str
    problem: str


def connect(kubeconfig: Path | None, context: str) -> client.ApiClient:
    """Give a client for a context.

    Raises ConfigException when the kubeconfig or the context is missing.
    """
    path = str(kubeconfig) if kubeconfig else None
    return config.new_client_from_config(config_file=path, context=context or None)


def ask(kubeconfig: Path | None, context: str) -> Answer:
    """Ask a cluster for its version, within seconds."""
    try:
        api = connect(kubeconfig, context)
    except (ConfigException, OSError, TypeError, ValueError) as error:
        return Answer("", "", str(error).strip().splitlines()[0])
    server = str(api.configuration.host)
    api.configuration.retries = False
    try:
        found: Any = client.VersionApi(api).get_code(_request_timeout=ANSWER_WITHIN)
    except Exception as error:  # noqa: BLE001 - any failure means the same: it does not answer
        return Answer("", server, _reason(error, server))
    return Answer(str(found.git_version), server, "")


def _reason(error: Exception, server: str) -> str:
    status = getattr(error, "status", None)
    if status:
        return f"{server} answers {status} {getattr(error, 'reason', '')}".strip()
    host = urlsplit(server).netloc
    text = str(getattr(error, "reason", error))
    for sign, words in (
        ("Connection refused", "refuses connections"),
        ("timed out", f"gives no answer within {ANSWER_WITHIN:.0f} s"),
        ("Name or service not known", "is not known: its name does not resolve"),
        ("No route to host", "is not reachable: no route to it"),
        ("CERTIFICATE_VERIFY_FAILED", "has a certificate that the kubeconfig does not trust"),
    ):
        if sign in text:
            return f"{host} {words}"
    return f"{host}: {type(error).__name__}"
