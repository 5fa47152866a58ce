"""Whether Pulumi's download host is reachable, checked at most once an hour."""

import json
import os
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

from sandbox.cache import cache_dir

INSTALLER = "https://get.pulumi.com/install.sh"
"""Pulumi's own installer, which the SDK's ``PulumiCommand.install`` runs. Plugins come from the same host."""

RETRY_VARIABLE = "OLLAMA_LIBRECHAT_RETRY_DOWNLOADS"
"""Environment variable that, set to any value, retries a failed download at once."""

_TIMEOUT = 3.0
_REMEMBERED = 3600.0


def unreachable(*, retry: bool = False) -> str:
    """Return why nothing can be downloaded from Pulumi's host; empty if it is reachable.

    A failure is cached for an hour, so that not every command waits for the timeout.

    Args:
        retry: Whether to ignore a cached failure.
    """
    if not retry and not os.environ.get(RETRY_VARIABLE):
        remembered = _remembered()
        if remembered:
            return remembered
    problem = _probe()
    if problem:
        remember_failure(problem)
    else:
        _note().unlink(missing_ok=True)
    return problem


def remember_failure(problem: str) -> None:
    """Cache a failed download for an hour."""
    note = _note()
    note.parent.mkdir(parents=True, exist_ok=True)
    scratch = note.with_name(f"{note.name}.{os.getpid()}")
    scratch.write_text(json.dumps({"at": time.time(), "problem": problem}))
    scratch.replace(note)


def _remembered() -> str:
    try:
        noted = json.loads(_note().read_text())
        fresh = 0 <= time.time() - noted["at"] < _REMEMBERED
        return str(noted["problem"]) if fresh else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # no cached failure, or an unreadable one: check


def _note() -> Path:
    return cache_dir() / "download-failure.json"


def _probe() -> str:
    request = urllib.request.Request(INSTALLER, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - constant https address
            return "" if answer.status == HTTPStatus.OK else f"it answers with status {answer.status}"
    except urllib.error.HTTPError as error:
        return f"it answers with status {error.code}"
    except (urllib.error.URLError, OSError) as error:
        return str(getattr(error, "reason", error))
