"""Pulls of models: one visible Job a model, with logs, retries and a deadline of its own."""

from collections.abc import Sequence

import pulumi_kubernetes as k8s

from .jobs import PRELUDE, ModelJobs, named

_PULL = r"""
# A pull asks the registry even when the model is there: without this a restart offline would fail.
if ollama show "$MODEL" > /dev/null 2>&1; then
    echo "$MODEL is there already"
    exit 0
fi

echo "pulling $MODEL"
ollama pull "$MODEL" > "$log" 2>&1 &
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
    # What comes after the last byte is the server's own work: checksums of a large model take minutes.
    case "$line" in verifying* | writing* | removing*) still=0 ;; esac
    # A registry that freezes leaves the client hanging for ever. What cannot be killed has ended by itself.
    if [ "$still" -ge "$STALL_SECONDS" ] && kill "$pull" 2> /dev/null; then
        fail "$MODEL: no progress for $STALL_SECONDS s at: $line"
    fi
done
wait "$pull" || fail "$MODEL: $(reason)"

# A pull ends with 0 even if the server was killed in the middle.
ollama show "$MODEL" > /dev/null 2>&1 || fail "$MODEL: the pull ended without the model, last line: $(last_line)"
echo "$MODEL is there"
"""

PULL_SCRIPT = PRELUDE + _PULL
"""What a pull Job runs in the image of Ollama. Each guard stands for a case that was measured: see its comment."""


def job_name(model: str, *origin: str, server: str = "ollama") -> str:
    """Give the name of the Job that pulls a model: the same model from the same origin, the same Job.

    origin: what makes it another pull: mirror, deadline, retries, volume.
    server: name of the server, the first part of the Job's.
    """
    return named(f"{server}-pull", model, *origin)


def pull_models(jobs: ModelJobs, models: Sequence[str], registry: str = "") -> dict[str, k8s.batch.v1.Job]:
    """Create a Job for each model, and give the Jobs by model. None of them depends on another.

    registry: mirror of the images; another one is another Job. The image's tag is not, or an upgrade of Ollama would
        run every pull again.
    """
    return {
        model: jobs.create(
            f"pull-{model}",
            job_name(model, registry, *jobs.origin, server=jobs.server_name),
            _PULL,
            environment={"MODEL": model, "STALL_SECONDS": str(jobs.pull.stall_seconds)},
            annotations={"ollama.com/model": model},
        )
        for model in models
    }
