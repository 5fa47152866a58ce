"""A thread that watches the cluster while the engine changes a stack."""

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from kubernetes.client import ApiException
from typing_extensions import Self
from urllib3.exceptions import HTTPError

from cli import event_log
from cli.clusters import ANSWER_WITHIN, connect
from cli.diagnosis import Live, read
from cli.handover import ReleaseWatch, servers
from cli.rollout import Judge, Verdict, under_way
from cli.session import Session

INTERVAL_SECONDS = 2
"""Interval of the checks, short enough to see a crashing container long before a deadline."""


class Watch:
    """Records why pods of releases do not start, and interrupts the engine when it waits for an object in vain.

    Args:
        namespaces: Namespaces of the stack.
        reader: Reads the live objects of a namespace.
        log: Event log of the engine.
        releases: Records problems of Helm releases.
        judge: Decides what cannot become ready.
    """

    def __init__(
        self,
        namespaces: Collection[str],
        reader: Callable[[str], Live],
        log: Path,
        releases: ReleaseWatch,
        judge: Judge,
    ) -> None:
        self.releases = releases
        self.verdict: Verdict | None = None
        """Why the engine was interrupted; None if it was not."""
        self._namespaces = namespaces
        self._read = reader
        self._log = log
        self._judge = judge
        self._interrupt: Callable[[], None] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(ANSWER_WITHIN)  # a cluster that does not answer must not block the end

    def started(self, interrupt: Callable[[], None]) -> None:
        """Receive the function that interrupts the running engine."""
        self._interrupt = interrupt

    def _run(self) -> None:
        while True:
            with suppress(ApiException, HTTPError):  # the engine reports an unreachable cluster; try again
                self.look()
            if self._ended.wait(INTERVAL_SECONDS):
                return

    def look(self) -> None:
        """Check the cluster once."""
        lives = {namespace: self._read(namespace) for namespace in self._namespaces}
        for namespace, live in lives.items():
            self.releases.note(namespace, live)
        verdict = self._judge.look(lives, under_way(event_log.read(self._log)))
        # A second signal would end the engine at once, without completing running operations.
        if verdict and not self.verdict and self._interrupt and not self._ended.is_set():
            self.verdict = verdict
            self._interrupt()


def watch(session: Session, log: Path) -> Watch:
    """Return the watch over an operation on a stack.

    Args:
        session: The stack.
        log: Event log of the engine.
    """
    api = connect(session.stack.kubeconfig_path, session.stack.context)

    def reader(namespace: str) -> Live:
        return read(api, namespace)

    releases = ReleaseWatch(servers(session.stack.settings()[0]), reader)
    return Watch(session.stack.namespaces, reader, log, releases, Judge())
