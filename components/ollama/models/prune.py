"""Deletion of models that are in no list any more, by a Job that runs once for each change of the lists."""

from collections.abc import Iterable, Sequence

import pulumi
import pulumi_kubernetes as k8s

from ...workload import manifests
from .jobs import PRELUDE, ModelJobs

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"

_PRUNE = r"""
# A model that is being pulled has layers on the disk and no manifest yet: a deletion would take shared layers away.
for model in $MODELS; do
    until ollama show "$model" > /dev/null 2>&1; do
        waiting=$((${waiting:-0} + 5))
        [ "$waiting" -lt "$WAIT_SECONDS" ] || fail "nothing is deleted: $model is not there, see its Job"
        sleep 5
    done
done

ollama ls > "$log" 2>&1 || fail "nothing is deleted: $(reason)"
cp "$log" "$log.models"
while read -r name _; do
    # Every model has a tag, so this can only be the heading.
    if [ "$name" = NAME ]; then continue; fi
    case " $KEEP " in
        *" ${name,,} "*) echo "$name stays" ;;
        *)
            ollama rm "$name" > "$log" 2>&1 || fail "$name: $(reason)"
            echo "$name is deleted"
            ;;
    esac
done < "$log.models"
"""

PRUNE_SCRIPT = PRELUDE + _PRUNE
"""What the Job runs in the image of Ollama."""


def shown_as(model: str) -> str:
    """Give the name that `ollama ls` shows for a model, in lower case, because Ollama knows no other.

    It leaves out its own registry, and there the namespace `library`; of another registry it shows all three parts.
    Source: ollama/ollama, types/model/name.go, DisplayShortest.
    """
    parts = model.lower().split("/")
    host = parts.pop(0) if len(parts) > 1 and _is_host(parts[0]) else DEFAULT_HOST
    name, namespace = parts[-1], "/".join(parts[:-1]) or DEFAULT_NAMESPACE
    if host != DEFAULT_HOST:
        return f"{host}/{namespace}/{name}"
    return name if namespace == DEFAULT_NAMESPACE else f"{namespace}/{name}"


def _is_host(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost"


def prune_models(jobs: ModelJobs, models: Sequence[str], depends_on: Iterable[pulumi.Resource]) -> k8s.batch.v1.Job:
    """Create the Job that deletes every model but these. Its name follows the list: another list, another Job.

    depends_on: the Jobs of these models.
    """
    keep = sorted({shown_as(model) for model in models})
    return jobs.create(
        "prune",
        f"{jobs.server_name}-prune-{manifests.checksum(*keep, *filter(None, [jobs.store]))[:8]}",
        _PRUNE,
        environment={
            "MODEL": "prune",
            "MODELS": " ".join(models),
            "KEEP": " ".join(keep),
            "WAIT_SECONDS": str(jobs.script_seconds),
        },
        depends_on=depends_on,
    )
