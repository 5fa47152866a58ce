"""What the Jobs for the models of one Ollama server have in common: pulls, custom models, pruning."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ...component import timeouts
from ...network.egress_rules import to_server
from ...network.peers import ServerPeer
from ...network.policy import network_policy
from ...scripts import script
from ...workload import manifests
from ...workload.settings import Pods
from ...workload.workload import Workload
from ..settings import MODEL_JOB_RESOURCES, Pull

if TYPE_CHECKING:
    from pulumi_kubernetes.batch.v1 import JobSpecArgsDict
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, VolumeArgsDict, VolumeMountArgsDict

COMPONENT = "model-pull"
"""The label `app.kubernetes.io/component` of the Jobs' pods."""

USER = 1000
GRACE_PERIOD_SECONDS = 5
HOME = "/nonexistent"
"""The client requires HOME, but neither reads nor writes there."""
MODELFILE_DIRECTORY = "/modelfile"
"""Where the ConfigMap with a Modelfile is mounted."""
DEADLINE_SLACK_SECONDS = 60
"""Pulumi waits this much longer than the Job, and the Job this much longer than its script, so that each of them can
report what went wrong."""
REPLACE_UNREADY = {"pulumi.com/replaceUnready": "true"}
"""A failed Job is replaced by the next `pulumi up` instead of being reported again."""
JOB_NAME_LENGTH = 63
"""A Job's name becomes a label of its pods."""
_CHECKSUM_LENGTH = 8
_READABLE_LENGTH = 40


def workload_name(server: str) -> str:
    """Return the name of the Jobs' service account, which is also the label of their pods.

    Args:
        server: Name of the server.
    """
    return f"{server}-model-pull"


def named(prefix: str, model: str, *origin: str) -> str:
    """Return the name of a Job for a model; the same model from the same origin has the same Job.

    Args:
        prefix: First part of the name.
        model: Name of the model.
        origin: What makes another Job necessary when it changes.
    """
    length = min(_READABLE_LENGTH, JOB_NAME_LENGTH - len(prefix) - _CHECKSUM_LENGTH - 2)
    readable = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:length].strip("-")
    return f"{prefix}-{readable}-{manifests.checksum(model, *origin)[:_CHECKSUM_LENGTH]}"


@dataclass(frozen=True, kw_only=True)
class ModelServer:
    """The Ollama server that the Jobs connect to.

    Attributes:
        workload: Its workload, whose names are the first part of the Jobs' names.
        image: Image of Ollama, which contains the client.
        base_url: Its URL.
        pods: Its pods.
        resource: Its Deployment or Helm release; the Jobs are created once it is Ready.
    """

    workload: Workload
    image: pulumi.Input[str]
    base_url: pulumi.Input[str]
    pods: ServerPeer
    resource: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class ModelJob:
    """One Job.

    Attributes:
        resource_name: Last part of its logical name.
        name: Name of the object.
        script: File in `scripts/` that it runs.
        environment: Variables of the script.
        model: Model that it is for; empty for a Job that is for all models.
        modelfile: Name of the ConfigMap with the Modelfile; None without one.
        depends_on: Jobs that have to finish before it.
    """

    resource_name: str
    name: str
    script: str
    environment: Mapping[str, str]
    model: str = ""
    modelfile: pulumi.Input[str] | None = None
    depends_on: Sequence[pulumi.Resource] = ()


@dataclass(frozen=True, kw_only=True)
class ModelJobs:
    """The Jobs of one server.

    Attributes:
        workload: What they share: namespace, labels, service account.
        account: Name of their service account.
        pull: Retries, deadlines, and whether `pulumi up` waits.
        server: The server.
        store: Existing claim with the models; empty for a claim of the stack.
    """

    workload: Workload
    account: pulumi.Input[str]
    pull: Pull
    server: ModelServer
    store: str

    @property
    def server_name(self) -> str:
        """Name of the server, the first part of the Jobs' names."""
        return self.server.workload.name

    @property
    def resource_name(self) -> str:
        """Logical name of the component, the first part of the Jobs' logical names."""
        return self.server.workload.resource_name

    @property
    def origin(self) -> tuple[str, ...]:
        """What makes another Job for the same model necessary: other deadlines, or a volume without the model."""
        return (self.pull.model_dump_json(), *filter(None, [self.store]))

    @property
    def script_seconds(self) -> int:
        """Seconds that a script may wait for something, so that it can still report what it waited for."""
        return max(self.pull.timeout_seconds - DEADLINE_SLACK_SECONDS, self.pull.timeout_seconds // 2)

    def create(self, job: ModelJob) -> k8s.batch.v1.Job:
        """Create a Job that runs once the server is Ready."""
        annotations = {"ollama.com/model": job.model} if job.model else {}
        awaiting = REPLACE_UNREADY if self.pull.wait else manifests.SKIP_AWAIT
        return k8s.batch.v1.Job(
            f"{self.resource_name}-{job.resource_name}",
            metadata=self.workload.metadata(job.name, annotations={**annotations, **awaiting}),
            spec=self._spec(job),
            opts=self.workload.options(
                depends_on=[self.server.resource, *job.depends_on],
                delete_before_replace=True,
                # A Job's template is immutable, and another image of Ollama is no reason to pull every model again.
                ignore_changes=["spec"],
                custom_timeouts=timeouts(self.pull.timeout_seconds + DEADLINE_SLACK_SECONDS),
            ),
        )

    def _spec(self, job: ModelJob) -> "JobSpecArgsDict":
        pods = Pods()
        spec = self.workload.pod_spec(pods, user=USER, service_account=self.account, grace_period=GRACE_PERIOD_SECONDS)
        # No ttlSecondsAfterFinished: a refresh would find the Job gone, and it would run again.
        return {
            "backoff_limit": self.pull.retries,
            "active_deadline_seconds": self.pull.timeout_seconds,
            "template": {
                "metadata": self.workload.template_metadata(pods),
                "spec": {
                    **spec,
                    "restart_policy": "Never",
                    "containers": [self._container(job)],
                    "volumes": _volumes(job),
                },
            },
        }

    def _container(self, job: ModelJob) -> "ContainerArgsDict":
        return {
            **manifests.base_container("pull", self.server.image, MODEL_JOB_RESOURCES),
            "command": ["/bin/bash", "-u", "-c", script(__package__, job.script)],
            "env": manifests.environment({"HOME": HOME, "OLLAMA_HOST": self.server.base_url, **job.environment}),
            "volume_mounts": _mounts(job),
        }


def _volumes(job: ModelJob) -> "list[VolumeArgsDict]":
    volumes = manifests.empty_dirs(["tmp"])
    if job.modelfile is not None:
        volumes.append({"name": "modelfile", "config_map": {"name": job.modelfile}})
    return volumes


def _mounts(job: ModelJob) -> "list[VolumeMountArgsDict]":
    mounts = [manifests.TMP_MOUNT]
    if job.modelfile is not None:
        mounts.append(manifests.mount("modelfile", MODELFILE_DIRECTORY, read_only=True))
    return mounts


def model_jobs(pull: Pull, server: ModelServer, *, store: str) -> ModelJobs:
    """Create what the Jobs of a server share: a service account without rights, and a NetworkPolicy.

    Args:
        pull: Retries, deadlines, and whether `pulumi up` waits.
        server: The server that they connect to.
        store: Existing claim with the models; empty for a claim of the stack.
    """
    workload = server.workload.part("model-pull", COMPONENT)
    network_policy(workload, egress=[to_server(server.pods)])
    return ModelJobs(workload=workload, account=workload.service_account(), pull=pull, server=server, store=store)
