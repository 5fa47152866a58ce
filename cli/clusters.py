"""Access to clusters: whether one answers, and which namespaces it has."""

import logging
import os
import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from kubernetes import client, config
from kubernetes.config import ConfigException
from urllib3.exceptions import HTTPError, InsecureRequestWarning

from cli.errors import CommandError
from cli.project import PROJECT
from components.stack.kubeconfig import check_context

ANSWER_WITHIN = 5.0
"""Seconds after which a cluster counts as unreachable."""


@dataclass(frozen=True)
class Answer:
    """Result of asking a cluster for its version.

    Attributes:
        version: Version of the server; empty if it did not answer.
        server: URL of the server; empty if the kubeconfig has no such context.
        problem: Why the server did not answer; empty if it did.
    """

    version: str
    server: str
    problem: str


def connect(kubeconfig: Path | None, context: str) -> client.ApiClient:
    """Return a client for a context. It does not retry requests, because a retry would take too long.

    Raises:
        ConfigException: The kubeconfig or the context is missing.
    """
    configuration = client.Configuration()
    path = str(kubeconfig) if kubeconfig else None
    load: Callable[..., None] = cast("Any", config).load_kube_config
    load(config_file=path, context=context or None, client_configuration=configuration)
    configuration.retries = False
    if not configuration.verify_ssl:
        # `insecure-skip-tls-verify` was set on purpose: no warnings.
        warnings.filterwarnings("ignore", category=InsecureRequestWarning)
    return client.ApiClient(configuration)


def server_of(api: client.ApiClient) -> str:
    """Return the URL of the API server that a client uses."""
    return str(cast("Any", api).configuration.host)


def status_of(error: client.ApiException) -> int | None:
    """Return the HTTP status of an API server's refusal; None if the server did not answer."""
    return cast("Any", error).status


def refusal_of(error: client.ApiException) -> str:
    """Return the HTTP reason of an API server's refusal, for example `Forbidden`."""
    return str(cast("Any", error).reason)


@contextmanager
def _login_problems() -> Generator[list[str]]:
    """Collect why an `exec` credential plugin failed: the client only logs it and continues as anonymous."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    collector = Collector(logging.ERROR)
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield found
    finally:
        root.removeHandler(collector)


def ask(kubeconfig: Path | None, context: str) -> Answer:
    """Ask a cluster for its version and whether it accepts the credentials, with a timeout of a few seconds."""
    for finding in check_context(str(kubeconfig or ""), context, os.environ, PROJECT):
        # The caller says what to do about it.
        return Answer("", "", f"{finding.path} {finding.value} {finding.rule.partition(', ')[0]}")
    with _login_problems() as problems:
        try:
            api = connect(kubeconfig, context)
        except (ConfigException, OSError, TypeError, ValueError) as error:
            return Answer("", "", f"its credentials cannot be used: {str(error).strip().splitlines()[0]}")
    server = server_of(api)
    if problems:
        return Answer("", server, f"the kubeconfig's login command fails: {problems[0].strip().splitlines()[0]}")
    try:
        found: Any = client.VersionApi(api).get_code(_request_timeout=ANSWER_WITHIN)
        # The version is public; this request needs an authenticated user.
        client.CoreApi(api).get_api_versions(_request_timeout=ANSWER_WITHIN)
    except Exception as error:  # noqa: BLE001 - any failure means that it does not answer
        return Answer("", server, reason(error, server))
    return Answer(str(found.git_version), server, "")


def user_namespaces(api: client.ApiClient) -> list[str]:
    """Return the namespaces of a cluster that users created and that are not being deleted."""
    found: list[Any] = cast("Any", client.CoreV1Api(api).list_namespace()).items
    names: Iterable[str] = (item.metadata.name for item in found if not item.metadata.deletion_timestamp)
    return sorted(name for name in names if name != "default" and not name.startswith("kube-"))


@contextmanager
def readable_api_errors(api: client.ApiClient, context: str) -> Generator[None]:
    """Turn a failed request into a `CommandError`: the cluster became unreachable, or the user lacks a permission.

    Raises:
        CommandError: A request failed. The message says why.
    """
    try:
        yield
    except (client.ApiException, HTTPError) as error:
        server = server_of(api)
        raise CommandError(f"The cluster of context {context!r} ({server}): {reason(error, server)}.") from error


def reason(error: Exception, server: str) -> str:
    """Return why a request to an API server failed, as text.

    Args:
        error: The exception of the client.
        server: URL of the server.
    """
    host = urlsplit(server).netloc or server
    status = getattr(error, "status", None)
    if status in {401, 403}:
        return f"{host} refuses the credentials of the kubeconfig ({status} {getattr(error, 'reason', '')})"
    if status:
        return f"{host} answers {status} {getattr(error, 'reason', '')}".strip()
    text = str(getattr(error, "reason", None) or error)
    for sign, words in (
        ("Connection refused", "refuses connections"),
        ("timed out", f"gives no answer within {ANSWER_WITHIN:.0f} s"),
        ("Name or service not known", "is not known: its name does not resolve"),
        ("Temporary failure in name resolution", "is not known: its name does not resolve"),
        ("No route to host", "is not reachable: no route to it"),
        ("Network is unreachable", "is not reachable: no route to it"),
        ("CERTIFICATE_VERIFY_FAILED", "has a certificate that the kubeconfig does not trust"),
    ):
        if sign in text:
            return f"{host} {words}"
    return f"{host}: {type(error).__name__}"
