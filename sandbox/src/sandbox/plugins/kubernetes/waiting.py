"""Waits until objects are ready or gone, and reports to the engine what they wait for."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import yaml

from sandbox.plugins.kubernetes import objects
from sandbox.plugins.kubernetes.api import Api, ApiError
from sandbox.plugins.kubernetes.readiness import (
    CHECKED_ON_READ,
    CHECKS,
    NOT_AWAITED_ON_DELETE,
    Check,
    Readiness,
    custom_condition,
    not_ready_text,
)
from sandbox.plugins.server import EngineLog, NotReadyError, PluginError
from sandbox.plugins.values import as_list, as_object, is_list

_DEFAULT_TIMEOUT = 600.0
_LOST_FOR = 30.0  # seconds without an answer from the API server after which waiting ends
_POLL_FAST, _POLL_SLOW, _FAST_FOR = 0.2, 1.0, 10.0

Object = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """An operation on a resource.

    Attributes:
        urn: URN of the resource.
        done: What was done: ``created`` or ``updated``.
        wanted: Wanted object; its annotations say how to wait.
        timeout: Seconds from the resource's customTimeouts; 0 if not set.
        to_state: Creates the state from the live object.
    """

    urn: str
    done: str
    wanted: Object
    timeout: float
    to_state: Callable[[Object], dict[str, Any]]


class Waiter:
    """Checks objects until they are as they should be.

    Args:
        api: The API server.
        log: The engine's log.
        cancelled: Set when the user cancels the operation.
    """

    def __init__(self, api: Api, log: EngineLog, cancelled: threading.Event) -> None:
        self._api = api
        self._log = log
        self._cancelled = cancelled

    def until_ready(self, live: Object, operation: Operation) -> Object:
        """Wait until an object is ready, and return it.

        Raises:
            NotReadyError: It did not become ready in time, cannot become ready, or the operation was cancelled.
        """
        checks = checks_for(operation.wanted, live)
        deadline = time.monotonic() + timeout_of(operation.timeout, operation.wanted)
        shown = ""
        lost_since = 0.0
        for pause in pauses() if checks else ():
            try:
                live = self._api.read(live) if shown else live
                results = [check(live, partial(self._related, live)) for check in checks]
                lost_since = 0.0
            except ApiError as error:
                # The object exists: even if the connection fails now, it must be in the state.
                lost_since = lost_since or time.monotonic()
                results = [Readiness(False, progress=str(error), reasons=[str(error)])]
                results[0].failed = error.not_found or time.monotonic() - lost_since > _LOST_FOR
            waiting = [result for result in results if not result.ready]
            if not waiting:
                break
            failed = any(result.failed for result in waiting)
            if failed or self._cancelled.is_set() or time.monotonic() > deadline:
                raise self._failure(live, operation, waiting, timed_out=not failed)
            if waiting[0].progress != shown:
                shown = waiting[0].progress
                self._log.status(operation.urn, shown)
            self._cancelled.wait(pause)
        if shown:
            self._log.status(operation.urn, "")
        return live

    def _failure(
        self, live: Object, operation: Operation, waiting: list[Readiness], *, timed_out: bool
    ) -> NotReadyError:
        if self._cancelled.is_set():
            what = f"Resource operation was cancelled for '{objects.shown(live)}'"
        else:
            what = not_ready_text(live, timed_out=timed_out)
        text = (
            f'resource "{operation.urn}" was successfully {operation.done}, but the Kubernetes API server '
            f"reported that it failed to fully initialize or become live: {what}"
        )
        reasons = [reason for result in waiting for reason in result.reasons]
        return NotReadyError(text, objects.identity(live), operation.to_state(live), reasons)

    def readiness_now(self, inputs: Object, live: Object) -> Readiness:
        """Return the current readiness of an object, as a refresh needs it, without waiting."""
        check = CHECKS.get((live["apiVersion"], live["kind"]))
        skip = objects.annotation(inputs, objects.SKIP_AWAIT) == "true"
        if check is None or skip or live["kind"] not in CHECKED_ON_READ:
            return Readiness(True)
        return check(live, partial(self._related, live))

    def until_gone(self, urn: str, inputs: Object, live: Object, timeout: float) -> str:
        """Wait until an object is deleted.

        Args:
            urn: URN of the resource.
            inputs: Inputs that the object was created from; their annotations say how to wait.
            live: Last known live object.
            timeout: Seconds from the resource's customTimeouts; 0 if not set.

        Returns:
            What prevents its deletion, if it still exists after the timeout; else an empty text.
        """
        skip = objects.annotation(inputs, objects.SKIP_AWAIT) == "true"
        if skip and live["kind"] in NOT_AWAITED_ON_DELETE:
            return ""
        uid = live["metadata"].get("uid")
        lost_since = 0.0
        deadline = time.monotonic() + timeout_of(timeout, inputs)
        shown = ""
        for pause in pauses():
            try:
                current = self._api.read(live)
                lost_since = 0.0
            except ApiError as error:
                if error.not_found:
                    break
                lost_since = lost_since or time.monotonic()
                if time.monotonic() - lost_since > _LOST_FOR:
                    return str(error)
                self._cancelled.wait(pause)
                continue
            if current["metadata"].get("uid") != uid:
                break  # deleted, and created again by somebody else
            held = held_by(current)
            if self._cancelled.is_set() or time.monotonic() > deadline:
                return held or "no finalizers"
            progress = "Waiting for deletion" + (f": {held}" if held else "")
            if progress != shown:
                shown = progress
                self._log.status(urn, shown)
            self._cancelled.wait(pause)
        if shown:
            self._log.status(urn, "")
        return ""

    def _related(self, obj: Object, api_version: str, kind: str) -> list[Object]:
        try:
            return self._api.items(api_version, kind, objects.namespace_of(obj))
        except ApiError as error:
            if error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
                return []  # not allowed to read them: use the object's own status
            raise


def checks_for(wanted: Object, live: Object) -> list[Check]:
    """Return what to wait for: nothing, the annotation ``pulumi.com/waitFor``, or the kind's own check.

    Raises:
        PluginError: The annotation requires the official plugin.
    """
    if objects.annotation(wanted, objects.SKIP_AWAIT) == "true":
        return []
    expressions = objects.annotation(wanted, objects.WAIT_FOR)
    if not expressions:
        check = CHECKS.get((live["apiVersion"], live["kind"]))
        return [check] if check else []
    try:
        found = yaml.safe_load(expressions) if expressions.lstrip().startswith("[") else expressions
        return [custom_condition(str(item)) for item in (found if is_list(found) else [found])]
    except (ValueError, yaml.YAMLError) as error:
        raise PluginError(f"annotation {objects.WAIT_FOR}: {error}; only the official plugin can do more") from None


def pauses() -> Iterator[float]:
    """Yield the seconds between checks of an object: short ones first."""
    started = time.monotonic()
    while True:
        yield _POLL_FAST if time.monotonic() - started < _FAST_FOR else _POLL_SLOW


def timeout_of(requested: float, inputs: Object) -> float:
    """Return the timeout in seconds: the resource's customTimeouts, else its annotation, else ten minutes."""
    if requested:
        return requested
    text = objects.annotation(inputs, objects.TIMEOUT_SECONDS)
    return float(text) if text.isdecimal() else _DEFAULT_TIMEOUT


def held_by(obj: Object) -> str:
    """Return what an object that is being deleted waits for: finalizers, and the contents of a namespace."""
    conditions = as_list(as_object(obj.get("status")).get("conditions"))
    left = [
        item["message"]
        for item in conditions
        if obj["kind"] == "Namespace" and item.get("status") == "True" and item.get("message")
    ]
    return ", ".join([*as_list(obj["metadata"].get("finalizers")), *left])
