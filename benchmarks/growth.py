"""Growth of the steps' times with the number of objects, for Pulumi and Terraform."""

from dataclasses import dataclass

from benchmarks.cluster import Kubectl
from benchmarks.contenders.pulumi import PulumiProject, object_count
from benchmarks.contenders.terraform import TerraformProject
from benchmarks.results import Results

PART = "growth"
_OBJECTS_OF_A_COPY = 5
"""The same in benchmarks/terraform/copies and benchmarks/programs/copies."""


@dataclass(frozen=True)
class Size:
    """Size of a deployment.

    Attributes:
        copies: Number of copies.
        models: Number of models in each copy.
        repeats: How often steps that change nothing are measured.
    """

    copies: int
    models: int = 0
    repeats: int = 1


def grow_pulumi(results: Results, project: PulumiProject, contender: str, size: Size) -> None:
    """Measure a program of benchmarks/programs with a number of copies, or of models in one copy."""
    project.configure({"copies": size.copies, "models": size.models})
    number = size.models or size.copies

    def note(step: str, *arguments: str) -> None:
        done = project.pulumi(*arguments)
        results.add(PART, contender, step, done.seconds, copies=number, objects=object_count(project.resources()))

    note("up", "up", "--yes", "--skip-preview")
    for _ in range(size.repeats):
        note("plan", "preview", "--expect-no-changes")
        note("refreshed plan", "preview", "--refresh", "--expect-no-changes")
    state = project.state()
    results.fact(
        f"{contender} {number}",
        state_bytes=state.size,
        state_bytes_plain=state.plain,
        state_entries=state.entries,
        objects=object_count(project.resources()),
    )
    note("destroy", "destroy", "--yes", "--skip-preview")


def grow_terraform(results: Results, project: TerraformProject, contender: str, size: Size) -> None:
    """Measure benchmarks/terraform/copies with a number of copies."""
    copies = size.copies
    project.variables["copies"] = str(copies)
    objects = _OBJECTS_OF_A_COPY * copies

    def note(step: str, *arguments: str) -> None:
        done = project.terraform(*arguments, "-no-color")
        results.add(PART, contender, step, done.seconds, copies=copies, objects=objects)

    note("up", "apply", "-auto-approve")
    for _ in range(size.repeats):
        note("plan", "plan", "-detailed-exitcode", "-lock=false")
    results.fact(
        f"{contender} {copies}",
        state_bytes=project.state_file.stat().st_size,
        state_entries=objects,
        objects=objects,
    )
    note("destroy", "destroy", "-auto-approve")


def clear_copies(kubectl: Kubectl) -> None:
    """Remove copies that an interrupted run left behind."""
    names = [item["metadata"]["name"] for item in kubectl.items("namespaces")]
    left = [name for name in names if name.startswith("copy-")]
    if left:
        kubectl.run("delete", "namespace", *left, "--timeout=600s")
