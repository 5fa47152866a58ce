"""Jobs that a user starts from a CronJob's template, and their results."""

import copy
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, cast

from kubernetes import client

from cli.clusters import refusal_of, status_of
from cli.data import sequence
from cli.errors import CommandError
from cli.status import pod_reasons

NOT_FOUND = 404
Tell = Callable[[str], None]
"""Prints one line."""
POLL_SECONDS = 1.0
LOG_SECONDS = 10.0
"""Seconds for reading a log."""


@dataclass(frozen=True)
class Outcome:
    """Result of a Job.

    Attributes:
        succeeded: Whether it succeeded.
        message: Termination message of its containers; empty if there is none.
        container: The container that failed; empty if none failed or none was started.
        log: Log of its containers, without lines that were printed while they ran.
        problem: Why the log cannot be read; empty if it can.
    """

    succeeded: bool
    message: str
    container: str
    log: str
    problem: str


def create_job(
    api: client.ApiClient, namespace: str, cron_job: str, variables: Mapping[str, str], keep_seconds: int | None = None
) -> str:
    """Create a Job from the template of a CronJob, like `kubectl create job --from`, and return its name.

    Args:
        api: Client of the cluster.
        namespace: Namespace of the CronJob.
        cron_job: Name of the CronJob.
        variables: Environment variables for all containers.
        keep_seconds: `ttlSecondsAfterFinished` of the Job; None for a Job that counts towards the CronJob's history
            limit.

    Raises:
        CommandError: The CronJob does not exist.
    """
    batch = client.BatchV1Api(api)
    try:
        source: Any = batch.read_namespaced_cron_job(cron_job, namespace)
    except client.ApiException as error:
        if status_of(error) != NOT_FOUND:
            raise
        raise CommandError(
            f"There are no backups: namespace {namespace} has no CronJob {cron_job}. Set "
            "`mongodb.backup.enabled: true` and run `make up`."
        ) from error
    plain: dict[str, Any] = cast("Any", api).sanitize_for_serialization(source)
    spec = with_variables(plain["spec"]["jobTemplate"]["spec"], variables)
    template = plain["spec"]["jobTemplate"].get("metadata", {})
    metadata: dict[str, Any] = {
        "name": f"{cron_job}-{datetime.now(timezone.utc):%Y%m%d-%H%M%S}",
        "labels": template.get("labels", {}),
        "annotations": {**template.get("annotations", {}), "cronjob.kubernetes.io/instantiate": "manual"},
    }
    if keep_seconds is None:
        owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": cron_job, "uid": plain["metadata"]["uid"]}
        metadata["ownerReferences"] = [{**owner, "controller": True, "blockOwnerDeletion": True}]
    else:
        spec["ttlSecondsAfterFinished"] = keep_seconds
    cast("Any", batch).create_namespaced_job(namespace, {"metadata": metadata, "spec": spec})
    return str(metadata["name"])


def with_variables(spec: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the specification of a Job with additional environment variables in its containers."""
    result = copy.deepcopy(dict(spec))
    pod = result["template"]["spec"]
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        own = [entry for entry in container.get("env", []) if entry["name"] not in variables]
        container["env"] = [*own, *({"name": name, "value": value} for name, value in variables.items())]
    return result


def delete_job(api: client.ApiClient, namespace: str, name: str) -> None:
    """Delete a Job and its pods."""
    client.BatchV1Api(api).delete_namespaced_job(name, namespace, propagation_policy="Background")


def active_jobs(api: client.ApiClient, namespace: str, selector: str) -> list[str]:
    """Return the names of the running Jobs that match a label selector."""
    jobs: Any = client.BatchV1Api(api).list_namespaced_job(namespace, label_selector=selector)
    return [job.metadata.name for job in jobs.items if not _ended(job)]


def follow_job(api: client.ApiClient, namespace: str, name: str, tell: Tell) -> Outcome:
    """Wait until a Job ends and report its progress. The only time limit is the Job's own deadline.

    Args:
        api: Client of the cluster.
        namespace: Namespace of the Job.
        name: Name of the Job.
        tell: Receives what its pods wait for, and each line of their logs.
    """
    batch, core = client.BatchV1Api(api), client.CoreV1Api(api)
    said: set[str] = set()
    logs = Logs(core, namespace)
    while True:
        job: Any = batch.read_namespaced_job_status(name, namespace)
        found: Any = core.list_namespaced_pod(namespace, label_selector=f"batch.kubernetes.io/job-name={name}")
        pods: list[Any] = found.items
        pods.sort(key=lambda pod: pod.metadata.creation_timestamp)
        ended = _ended(job)
        for pod in pods:
            for line in [*_progress(pod), *logs.new_lines(pod)]:
                if line not in said:
                    said.add(line)
                    tell(line)
        if ended:
            container, message = _last_words(pods[-1:])
            message = message or (ended.message or "" if ended.type == "Failed" else "")
            succeeded = ended.type == "Complete"
            return Outcome(succeeded, message, "" if succeeded else container, logs.text, logs.problem)
        time.sleep(POLL_SECONDS)


class Logs:
    """Reads the logs of pods as they grow.

    Attributes:
        text: Everything that was read.
        problem: Why the last attempt failed; empty if it did not.
    """

    def __init__(self, core: client.CoreV1Api, namespace: str) -> None:
        self._core, self._namespace = core, namespace
        self._read: dict[tuple[str, str], int] = {}
        self._given_up: set[tuple[str, str]] = set()
        self.text = ""
        self.problem = ""

    def new_lines(self, pod: Any) -> list[str]:
        """Return what the containers of a pod have written since the last call."""
        found: list[str] = []
        for status in _statuses(pod):
            key = (pod.metadata.name, status.name)
            if not (status.state.running or status.state.terminated) or key in self._given_up:
                continue
            try:
                text: str = self._core.read_namespaced_pod_log(
                    pod.metadata.name, self._namespace, container=status.name, _request_timeout=LOG_SECONDS
                )
            except client.ApiException as error:
                self._given_up.add(key)
                self.problem = f"the log of {pod.metadata.name} cannot be read ({status_of(error)} {refusal_of(error)})"
                continue
            whole = text if status.state.terminated else text[: text.rfind("\n") + 1]
            new = whole[self._read.get(key, 0) :]
            self._read[key] = len(whole)
            self.text += new
            found += new.splitlines()
        return found


def _statuses(pod: Any) -> list[Any]:
    return [*sequence(pod.status.init_container_statuses), *sequence(pod.status.container_statuses)]


def _progress(pod: Any) -> Iterable[str]:
    """Return what a pod waits for, and which of its containers are running."""
    yield from pod_reasons(pod)
    for status in _statuses(pod):
        if status.state.running:
            yield f"{pod.metadata.name}: {status.name} runs"


def _ended(job: Any) -> Any:
    """Return the condition that ended a Job; None if it is still running."""
    conditions = sequence(job.status.conditions)
    return next((c for c in conditions if c.type in {"Complete", "Failed"} and c.status == "True"), None)


def _last_words(pods: Iterable[Any]) -> tuple[str, str]:
    """Return the container that ended last with a message or that failed, and its message."""
    container, message = "", ""
    for pod in pods:
        for status in _statuses(pod):
            ended = status.state.terminated
            if ended and (ended.message or ended.exit_code):
                container, message = status.name, (ended.message or f"exit code {ended.exit_code}").strip()
            if ended and ended.exit_code:
                return container, message
    return container, message
