"""Pulls of models: one Job for each model, with logs, retries and a deadline of its own."""

from collections.abc import Sequence

import pulumi_kubernetes as k8s

from .jobs import ModelJob, ModelJobs, named


def job_name(model: str, *origin: str, server: str = "ollama") -> str:
    """Return the name of the Job that pulls a model; the same model from the same origin has the same Job.

    Args:
        model: Name of the model.
        origin: What makes another pull necessary: mirror, deadline, retries, volume.
        server: Name of the server, the first part of the Job's name.
    """
    return named(f"{server}-pull", model, *origin)


def pull_models(jobs: ModelJobs, models: Sequence[str], registry: str = "") -> dict[str, k8s.batch.v1.Job]:
    """Create a Job for each model, and return the Jobs by model. None of them depends on another.

    Args:
        jobs: The Jobs of the server.
        models: Names of the models.
        registry: Mirror of the images; another mirror means another Job. The tag of Ollama's image does not: an upgrade
            would run every pull again.
    """
    return {
        model: jobs.create(
            ModelJob(
                resource_name=f"pull-{model}",
                name=job_name(model, registry, *jobs.origin, server=jobs.server_name),
                script="pull.sh",
                environment={"MODEL": model, "STALL_SECONDS": str(jobs.pull.stall_seconds)},
                model=model,
            )
        )
        for model in models
    }
