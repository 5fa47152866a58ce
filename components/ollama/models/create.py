"""Custom models: a Job a Modelfile, which runs again only when the Modelfile changes."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from ...workload.names import name_of
from ..settings import CustomModel
from .jobs import PRELUDE, ModelJobs, named
from .rules import base_models, with_tag

DIRECTORY = "/modelfile"
FILE = "Modelfile"

_CREATE = rf"""
# Its pull is a Job of its own, which `pulumi up` does not have to wait for.
until ollama show "$BASE" > /dev/null 2>&1; do
    waiting=$((${{waiting:-0}} + 5))
    [ "$waiting" -lt "$WAIT_SECONDS" ] || fail "$MODEL: its base model $BASE is not there, see the Job of $BASE"
    sleep 5
done

echo "creating $MODEL from $BASE"
ollama create "$MODEL" -f "${{MODELFILE:-{DIRECTORY}/{FILE}}}" > "$log" 2>&1 || fail "$MODEL: $(reason)"
# A client whose server was killed ends with 0 too, and an older model of this name would still be there.
[ "$(last_line)" = success ] || fail "$MODEL: not created, last line: $(last_line)"
ollama show "$MODEL" > /dev/null 2>&1 || fail "$MODEL: created, but the server does not have it"
echo "$MODEL is there"
"""

CREATE_SCRIPT = PRELUDE + _CREATE
"""What the Job of a custom model runs in the image of Ollama."""


def create_models(
    jobs: ModelJobs, models: Sequence[CustomModel], pulls: Mapping[str, pulumi.Resource]
) -> dict[str, k8s.batch.v1.Job]:
    """Create a Job for each custom model, after that of its base model, and give the Jobs by model.

    pulls: Jobs by model.
    """
    created: dict[str, k8s.batch.v1.Job] = {}
    for model in models:
        base = with_tag(base_models(model.modelfile)[0])
        first = {name.lower(): job for name, job in {**pulls, **created}.items()}.get(base.lower())
        name = named(f"{jobs.server_name}-create", model.name, model.modelfile, *jobs.origin)
        file = k8s.core.v1.ConfigMap(
            f"{jobs.resource_name}-modelfile-{model.name}",
            metadata=jobs.workload.metadata(name),
            data={FILE: model.modelfile},
            opts=jobs.workload.options(delete_before_replace=True),
        )
        created[model.name] = jobs.create(
            f"create-{model.name}",
            name,
            _CREATE,
            environment={"MODEL": model.name, "BASE": base, "WAIT_SECONDS": str(jobs.script_seconds)},
            annotations={"ollama.com/model": model.name},
            volumes=[{"name": "modelfile", "config_map": {"name": name_of(file.metadata, name)}}],
            mounts=[{"name": "modelfile", "mount_path": DIRECTORY, "read_only": True}],
            depends_on=[first] if first else (),
        )
    return created
