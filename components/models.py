"""Pulls of models: one visible Job a model, with logs, retries and a deadline of its own."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from components import kubernetes
from components.common import CommonArgs, timeouts
from components.network_policy import ServerPeer, network_policy, settings_of, to_server
from components.settings.ollama import Pull
from components.settings.workload import Pods, resources
from components.workload import Workload

if TYPE_CHECKING:
    from pulumi_kubernetes.batch.v1 import JobSpecArgsDict
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

NAME = "ollama-model-pull"
"""Name of the service account, and what selects the pods."""

COMPONENT = "model-pull"
"""The label `app.kubernetes.io/component` of the Jobs' pods."""

USER = 1000
GRACE_PERIOD_SECONDS = 5
HOME = "/nonexistent"
"""The client wants it set, and neither reads nor writes there."""
RESOURCES = resources(cpu="50m", memory="64Mi", memory_limit="256Mi")
"""The client only waits; it is the server that downloads."""
DEADLINE_SLACK_SECONDS = 60
"""Pulumi waits this much longer than the Job, so that it is the Job that says what went wrong."""

PULL_SCRIPT = r"""
server_log=${TMPDIR:-/tmp}/server.log
pull_log=${TMPDIR:-/tmp}/pull.log
fail() { echo "$1"; echo "$1" > "${TERMINATION_LOG:-/dev/termination-log}"; exit 1; }
last_line() { tr '\r' '\n' < "$pull_log" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | grep -v '^ *$' | tail -n 1; }

# The client does not wait for its server.
until ollama ls > "$server_log" 2>&1; do
    waited=$((${waited:-0} + 2))
    [ "$waited" -lt 300 ] || fail "$MODEL: no answer from $OLLAMA_HOST: $(tail -n 1 "$server_log")"
    sleep 2
done

# A pull asks the registry even when the model is there: without this a restart offline would fail.
if ollama show "$MODEL" > /dev/null 2>&1; then
    echo "$MODEL is there already"
    exit 0
fi

echo "pulling $MODEL"
ollama pull "$MODEL" > "$pull_log" 2>&1 &
pull=$!
seen="" still=0
while kill -0 "$pull" 2> /dev/null; do
    sleep 5
    line=$(last_line)
    # Speed and remaining time change even while nothing arrives.
    progress=$(echo "$line" | grep -oE '[0-9.]+ [KMGT]?B/ *[0-9.]+ [KMGT]?B|[0-9]+%' | tail -n 1)
    if [ "$progress" != "$seen" ]; then
        echo "$line"
        seen=$progress still=0
    else
        still=$((still + 5))
    fi
    # A registry that freezes leaves the client hanging for ever.
    if [ "$still" -ge "$STALL_SECONDS" ]; then
        kill "$pull"
        fail "$MODEL: no progress for $STALL_SECONDS s at: $line"
    fi
done
wait "$pull" || fail "$MODEL: $(last_line)"

# A pull ends with 0 even if the server was killed in the middle.
ollama show "$MODEL" > /dev/null 2>&1 || fail "$MODEL: the pull ended without the model, last line: $(last_line)"
echo "$MODEL is there"
"""
"""What a pull Job runs in the image of Ollama. Each guard stands for a case that was measured: see its comment."""


def job_name(model: str, *origin: str) -> str:
    """Give the name of the Job that pulls a model: the same model from the same origin, the same Job.

    origin: what makes it another pull: mirror, deadline, retries. Not the image's tag, or an upgrade of Ollama
        would run every pull again.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:40].strip("-")
    return f"ollama-pull-{readable}-{kubernetes.checksum(model, *origin)[:8]}"


def pull_models(
    models: Sequence[str],
    pull: Pull,
    *,
    parent: pulumi.Resource,
    resource_name: str,
    namespace: pulumi.Input[str],
    args: CommonArgs,
    image: pulumi.Input[str],
    base_url: pulumi.Input[str],
    server: pulumi.Resource,
    pods: ServerPeer,
) -> dict[str, k8s.batch.v1.Job]:
    """Create a Job for each model, and give the Jobs by model. None of them depends on another.

    image: image of Ollama, which holds the client.
    base_url: URL of the server.
    server: the server's Deployment, which is Ready on its own.
    pods: the server's pods.
    """
    if not models:
        return {}
    workload = Workload(
        name=NAME,
        component=COMPONENT,
        resource_name=f"{resource_name}-model-pull",
        parent=parent,
        namespace=namespace,
        args=args,
    )
    account = workload.service_account()
    network_policy(workload, settings_of(args), egress=[to_server(pods)])
    # A Job that failed is replaced by the next `pulumi up` instead of being reported again.
    awaiting = {"pulumi.com/replaceUnready": "true"} if pull.wait else kubernetes.SKIP_AWAIT
    return {
        model: k8s.batch.v1.Job(
            f"{resource_name}-pull-{model}",
            metadata=workload.metadata(
                job_name(model, args.get("image_registry", ""), pull.model_dump_json()),
                annotations={"ollama.com/model": model, **awaiting},
            ),
            spec=_job_spec(workload, pull, model, image, base_url, account),
            opts=workload.options(
                depends_on=[server],
                delete_before_replace=True,
                ignore_changes=["spec"],
                custom_timeouts=timeouts(pull.timeout_seconds + DEADLINE_SLACK_SECONDS),
            ),
        )
        for model in models
    }


def _job_spec(  # noqa: PLR0917 - all of them at its only call
    workload: Workload,
    pull: Pull,
    model: str,
    image: pulumi.Input[str],
    base_url: pulumi.Input[str],
    account: pulumi.Input[str],
) -> "JobSpecArgsDict":
    environment = {
        "HOME": HOME,
        "MODEL": model,
        "OLLAMA_HOST": base_url,
        "STALL_SECONDS": str(pull.stall_seconds),
    }
    container: ContainerArgsDict = {
        "name": "pull",
        "image": image,
        "command": ["/bin/bash", "-u", "-c", PULL_SCRIPT],
        "env": kubernetes.environment(environment),
        "resources": kubernetes.container_resources(RESOURCES),
        "security_context": kubernetes.security_context(),
        "volume_mounts": [kubernetes.TMP_MOUNT],
    }
    pods = Pods()
    spec = workload.pod_spec(pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    # No time to live after it: a refresh would find the Job gone, and it would run again.
    return {
        "backoff_limit": pull.retries,
        "active_deadline_seconds": pull.timeout_seconds,
        "template": {
            "metadata": workload.template_metadata(pods),
            "spec": {
                **spec,
                "restart_policy": "Never",
                "containers": [container],
                "volumes": kubernetes.empty_dirs(["tmp"]),
            },
        },
    }
