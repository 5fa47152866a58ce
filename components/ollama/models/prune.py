"""Deletion of models that are not listed any more, by a Job that runs once for each change of the lists."""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as k8s

from ...workload import manifests
from .jobs import ModelJob, ModelJobs

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"


def shown_as(model: str) -> str:
    """Return a model's name as `ollama ls` shows it, in lower case, because Ollama ignores case.

    The client leaves out its own registry, and there the namespace `library`; for any other registry it shows all three
    parts. Source: ollama/ollama, types/model/name.go, DisplayShortest.
    """
    parts = model.lower().split("/")
    host = parts.pop(0) if len(parts) > 1 and _is_host(parts[0]) else DEFAULT_HOST
    name, namespace = parts[-1], "/".join(parts[:-1]) or DEFAULT_NAMESPACE
    if host != DEFAULT_HOST:
        return f"{host}/{namespace}/{name}"
    return name if namespace == DEFAULT_NAMESPACE else f"{namespace}/{name}"


def _is_host(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost"


def prune_models(jobs: ModelJobs, models: Sequence[str], depends_on: Sequence[pulumi.Resource]) -> k8s.batch.v1.Job:
    """Create the Job that deletes every other model. Its name depends on the list, so another list runs another Job.

    Args:
        jobs: The Jobs of the server.
        models: Models to keep.
        depends_on: Jobs that pull or create these models.
    """
    keep = sorted({shown_as(model) for model in models})
    return jobs.create(
        ModelJob(
            resource_name="prune",
            name=f"{jobs.server_name}-prune-{manifests.checksum(*keep, *filter(None, [jobs.store]))[:8]}",
            script="prune.sh",
            environment={
                "MODEL": "prune",
                "MODELS": " ".join(models),
                "KEEP": " ".join(keep),
                "WAIT_SECONDS": str(jobs.script_seconds),
            },
            depends_on=depends_on,
        )
    )
