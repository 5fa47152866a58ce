"""What the Jobs that tend the models of one Ollama server have in common: pulls, custom models, pruning."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ...component import timeouts
from ...network.egress_rules import to_server
from ...network.peers import ServerPeer
from ...network.policy import network_policy
from ...workload import manifests
from ...workload.settings import Pods
from ...workload.workload import Workload
from ..settings import MODEL_JOB_RESOURCES, Pull

if TYPE_CHECKING:
    from pulumi_kubernetes.batch.v1 import JobSpecArgsDict
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

COMPONENT = "model-pull"
"""The label `app.kubernetes.io/component` of the Jobs' pods."""

USER = 1000
GRACE_PERIOD_SECONDS = 5
HOME = "/nonexistent"
"""The client wants it set, and neither reads nor writes there."""
DEADLINE_SLACK_SECONDS = 60
"""Pulumi waits this much longer than the Job, and the Job this much longer than its script, so that each of them can
say what went wrong."""
REPLACE_UNREADY = {"pulumi.com/replaceUnready": "true"}
"""A Job that failed is replaced by the next `pulumi up` instead of being reported again."""
JOB_NAME_LENGTH = 63
"""A Job's name becomes a label of its pods."""
_CHECKSUM_LENGTH = 8
_READABLE_LENGTH = 40

CLIENT_OUTPUT = r"""
log=${TMPDIR:-/tmp}/client.log
escape=$(printf '\033')
# The client moves the cursor without a terminal too: each frame goes back to where the last one began, and each of its
# lines ends with blanks.
lines() {
    sed "s/$escape\[[0-9]*[AG]/\n/g; s/$escape\[[0-9;?]*[A-Za-z]//g" "$log" | tr '\r' '\n' |
        sed 's/[[:blank:]]*$//; /^$/d'
}
last_line() { lines | tail -n 1; }
# A registry's page may follow the status in the client's last words.
reason() { error=$(lines | sed -n '/^Error: /p' | tail -n 1); echo "${error:-$(last_line)}"; }
"""
"""Functions that read what Ollama's client wrote to `$log`. What it writes is recorded beside their tests."""

PRELUDE = (
    CLIENT_OUTPUT
    + r"""
fail() { echo "$1"; echo "$1" > "${TERMINATION_LOG:-/dev/termination-log}"; exit 1; }

# The client does not wait for its server.
until ollama ls > "$log" 2>&1; do
    waited=$((${waited:-0} + 2))
    [ "$waited" -lt 300 ] || fail "$MODEL: no answer from $OLLAMA_HOST: $(reason)"
    sleep 2
done
"""
)
"""How each of the Jobs begins, in the image of Ollama. The last words of a failure are the container's termination
message, which `pulumi up` shows."""


def workload_name(server: str) -> str:
    """Give the name of the service account and of what selects the Jobs' pods, for the server with a name."""
    return f"{server}-model-pull"


def named(prefix: str, model: str, *origin: str) -> str:
    """Give the name of a Job for a model: the same model from the same origin, the same Job.

    origin: what makes it another Job.
    """
    length = min(_READABLE_LENGTH, JOB_NAME_LENGTH - len(prefix) - _CHECKSUM_LENGTH - 2)
    readable = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:length].strip("-")
    return f"{prefix}-{readable}-{manifests.checksum(model, *origin)[:_CHECKSUM_LENGTH]}"


@dataclass(frozen=True, kw_only=True)
class Server:
    """The Ollama server whose models the Jobs tend.

    Attributes:
        workload: Its workload; its names are the first part of the Jobs'.
        image: Image of Ollama, which holds the client.
        base_url: Its URL.
        pods: Its pods.
        resource: Its Deployment or Helm release, which is Ready on its own.
    """

    workload: Workload
    image: pulumi.Input[str]
    base_url: pulumi.Input[str]
    pods: ServerPeer
    resource: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class ModelJobs:
    """The Jobs of one server.

    Attributes:
        workload: What they share: namespace, labels, service account.
        account: Their service account.
        pull: Retries, deadlines, and whether `pulumi up` waits.
        server: The server.
        store: Claim that was there already and holds the models; empty for the stack's own.
    """

    workload: Workload
    account: pulumi.Input[str]
    pull: Pull
    server: Server
    store: str

    @property
    def server_name(self) -> str:
        """Name of the server, the first part of the Jobs' names."""
        return self.server.workload.name

    @property
    def resource_name(self) -> str:
        """Pulumi's name of the component, the first part of the Jobs'."""
        return self.server.workload.resource_name

    @property
    def origin(self) -> tuple[str, ...]:
        """What makes a Job for the same model another one: other deadlines, or a volume without the model."""
        return (self.pull.model_dump_json(), *filter(None, [self.store]))

    @property
    def script_seconds(self) -> int:
        """Seconds that a script may wait for something, so that it still tells what it waited for."""
        return max(self.pull.timeout_seconds - DEADLINE_SLACK_SECONDS, self.pull.timeout_seconds // 2)

    def create(
        self,
        resource_name: str,
        name: str,
        script: str,
        *,
        environment: Mapping[str, str],
        annotations: Mapping[str, str] | None = None,
        volumes: Sequence[Mapping[str, Any]] = (),
        mounts: Sequence[Mapping[str, Any]] = (),
        depends_on: Iterable[pulumi.Resource] = (),
    ) -> k8s.batch.v1.Job:
        """Create a Job.

        script: what it runs after `PRELUDE`.
        volumes, mounts: besides `/tmp`.
        depends_on: what has to be done before, besides the server.
        """
        awaiting = REPLACE_UNREADY if self.pull.wait else manifests.SKIP_AWAIT
        return k8s.batch.v1.Job(
            f"{self.resource_name}-{resource_name}",
            metadata=self.workload.metadata(name, annotations={**(annotations or {}), **awaiting}),
            spec=self._spec(script, environment, volumes, mounts),
            opts=self.workload.options(
                depends_on=[self.server.resource, *depends_on],
                delete_before_replace=True,
                # A Job's template is immutable, and another image of Ollama is no reason to pull every model again.
                ignore_changes=["spec"],
                custom_timeouts=timeouts(self.pull.timeout_seconds + DEADLINE_SLACK_SECONDS),
            ),
        )

    def _spec(
        self,
        script: str,
        environment: Mapping[str, str],
        volumes: Sequence[Mapping[str, Any]],
        mounts: Sequence[Mapping[str, Any]],
    ) -> "JobSpecArgsDict":
        container: ContainerArgsDict = {
            **manifests.base_container("pull", self.server.image, MODEL_JOB_RESOURCES),
            "command": ["/bin/bash", "-u", "-c", PRELUDE + script],
            "env": manifests.environment({"HOME": HOME, "OLLAMA_HOST": self.server.base_url, **environment}),
            "volume_mounts": [manifests.TMP_MOUNT, *mounts],  # type: ignore[typeddict-item]
        }
        pods = Pods()
        spec = self.workload.pod_spec(pods, user=USER, service_account=self.account, grace_period=GRACE_PERIOD_SECONDS)
        # No time to live after it: a refresh would find the Job gone, and it would run again.
        return {
            "backoff_limit": self.pull.retries,
            "active_deadline_seconds": self.pull.timeout_seconds,
            "template": {
                "metadata": self.workload.template_metadata(pods),
                "spec": {
                    **spec,
                    "restart_policy": "Never",
                    "containers": [container],
                    "volumes": [*manifests.empty_dirs(["tmp"]), *volumes],  # type: ignore[typeddict-item]
                },
            },
        }


def model_jobs(pull: Pull, server: Server, *, store: str) -> ModelJobs:
    """Create what the Jobs of a server share: a service account without rights, and a policy that lets them reach it.

    Args:
        pull: Retries, deadlines, and whether `pulumi up` waits.
        server: The server whose models they are.
        store: Claim that was there already and holds the models; empty for the stack's own.
    """
    workload = server.workload.part("model-pull", COMPONENT)
    network_policy(workload, egress=[to_server(server.pods)])
    return ModelJobs(workload=workload, account=workload.service_account(), pull=pull, server=server, store=store)
