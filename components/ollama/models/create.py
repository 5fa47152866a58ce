"""Custom models: a Job for each Modelfile, which runs again only when the Modelfile changes."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from ...workload.names import name_of
from ..settings import CustomModel
from .jobs import ModelJob, ModelJobs, named
from .rules import base_models, with_tag

FILE = "Modelfile"
"""Key in the ConfigMap, and name of the file that `create.sh` reads."""


def create_models(
    jobs: ModelJobs, models: Sequence[CustomModel], pulls: Mapping[str, pulumi.Resource]
) -> dict[str, k8s.batch.v1.Job]:
    """Create a Job for each custom model, after the Job of its base model, and return the Jobs by model.

    Args:
        jobs: The Jobs of the server.
        models: The custom models; each may be based on one before it.
        pulls: Jobs that pull models, by model.
    """
    created: dict[str, k8s.batch.v1.Job] = {}
    for model in models:
        base = with_tag(base_models(model.modelfile)[0])
        base_job = {name.lower(): job for name, job in {**pulls, **created}.items()}.get(base.lower())
        name = named(f"{jobs.server_name}-create", model.name, model.modelfile, *jobs.origin)
        created[model.name] = jobs.create(
            ModelJob(
                resource_name=f"create-{model.name}",
                name=name,
                script="create.sh",
                environment={"MODEL": model.name, "BASE": base, "WAIT_SECONDS": str(jobs.script_seconds)},
                model=model.name,
                modelfile=_modelfile(jobs, model, name),
                depends_on=[base_job] if base_job else (),
            )
        )
    return created


def _modelfile(jobs: ModelJobs, model: CustomModel, name: str) -> pulumi.Output[str]:
    """Create the ConfigMap with a Modelfile, and return its name."""
    config_map = k8s.core.v1.ConfigMap(
        f"{jobs.resource_name}-modelfile-{model.name}",
        metadata=jobs.workload.metadata(name),
        data={FILE: model.modelfile},
        opts=jobs.workload.options(delete_before_replace=True),
    )
    return name_of(config_map.metadata, name)
