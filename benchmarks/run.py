"""One run: its own cluster, every contender in turn, round after round."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from benchmarks import growth, lifecycle, preview
from benchmarks.about import PROJECT, about
from benchmarks.cluster import Kubectl, clear, kubectl_of
from benchmarks.contenders import pulumi, terraform
from benchmarks.contenders.base import Contender
from benchmarks.contenders.helm import Helm
from benchmarks.contenders.kubectl import KubectlApply
from benchmarks.errors import BenchmarkError
from benchmarks.results import Results
from sandbox.build import build
from sandbox.cluster.cluster import Cluster
from sandbox.cluster.options import ClusterOptions
from sandbox.engine.engine import Engine
from sandbox.engine.resolution import resolve
from sandbox.helm import HELM

DIRECTORY = PROJECT / ".bench"
CLUSTER = "bench"
STATE_AT_THE_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""Makes the engine write the state once, not twice for each object, which takes quadratic time."""


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        name: Name of the file with the results.
        rounds: How often every step is measured.
        copies: Numbers of copies and of models.
        repeats: How often a preview is measured at each number.
        large: Copies of the component in the large run, on 200 nodes; 0 for none.
    """

    name: str
    rounds: int
    copies: tuple[int, ...]
    repeats: int
    large: int

    @classmethod
    def full(cls) -> "Plan":
        """Return the plan for docs/benchmarks.md."""
        return cls("full", 7, (1, 2, 5, 10, 20, 50), 3, 112)

    @classmethod
    def quick(cls) -> "Plan":
        """Return a plan that takes a few minutes."""
        return cls("quick", 2, (1, 5), 1, 0)


@dataclass(frozen=True)
class Bench:
    """What all parts of a run need."""

    plan: Plan
    engine: Engine
    cluster: Cluster
    kubectl: Kubectl
    plugins: Path | None
    results: Results
    console: Console

    def directory(self, name: str) -> Path:
        """Return the directory of a contender; a new one is empty."""
        return DIRECTORY / "work" / name.replace(" ", "-")

    def once(self, part: str) -> bool:
        """Return whether a part is still to be measured, and print it."""
        if part in self.results.done:
            return False
        self.console.print(part)
        return True

    def finished(self, part: str) -> None:
        """Save the measurements of a part."""
        self.results.done.append(part)
        self.results.save()


def measure(plan: Plan, only: str, console: Console) -> Results:
    """Measure what has not been measured yet.

    Args:
        plan: What to measure.
        only: The one part to measure; empty for all.
        console: Console for progress messages.

    Raises:
        BenchmarkError: A step fails, or another run is in progress.
        SandboxError: There is no cluster or no engine.
    """
    DIRECTORY.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(DIRECTORY / "lock", blocking=False):
            return _measure(plan, only, console)
    except Timeout:
        raise BenchmarkError("another benchmark is running here: two would measure each other") from None


def _measure(plan: Plan, only: str, console: Console) -> Results:
    engine = resolve(allow_stand_ins=True, console=console)
    provider = terraform.find_provider() if shutil.which("terraform") else None
    results = Results.open(DIRECTORY / f"{plan.name}.json", about(engine, provider))
    shutil.rmtree(DIRECTORY / "work", ignore_errors=True)
    plugins = terraform.provider_mirror(*provider, DIRECTORY / "plugins") if provider else None
    cluster = Cluster(CLUSTER)
    cluster.delete()
    cluster.start(ClusterOptions())
    console.print(engine.describe())
    try:
        bench = Bench(plan, engine, cluster, kubectl_of(cluster), plugins, results, console)
        parts = {"preview": _preview, "lifecycle": _lifecycle, "growth": _growth, "large": _large}
        for name, part in parts.items():
            if only in {"", name}:
                part(bench)
    finally:
        cluster.delete()
        shutil.rmtree(DIRECTORY / "work", ignore_errors=True)
    return results


def _contenders(bench: Bench) -> tuple[list[Contender], list[Contender]]:
    """Return the contenders with objects, and those without any."""
    kubeconfig = bench.cluster.kubeconfig
    full = pulumi.native(bench.directory("pulumi full"), bench.engine, kubeconfig)
    small = pulumi.baseline(bench.directory("pulumi"), bench.engine, kubeconfig)
    found: list[Contender] = [full, small]
    empty: list[Contender] = [pulumi.empty(bench.directory("pulumi empty"), bench.engine)]
    helm = build(HELM, bench.console)
    for contender, name in ((full, "full"), (small, "baseline")):
        suffix = " full" if name == "full" else ""
        # The other tools deploy the same objects, exported from our deployment.
        clear(bench.kubectl)
        contender.up()
        objects = pulumi.manifests(contender.project)
        contender.destroy()
        directory = bench.directory(f"kubectl{suffix}")
        found.append(KubectlApply(f"kubectl{suffix}", name, directory, objects, bench.kubectl))
        chart = Helm(f"helm{suffix}", name, bench.directory(f"helm{suffix}"), helm, bench.kubectl)
        if name == "full":
            chart.add_objects(objects)
        found.append(chart)
    if has_terraform(bench):
        found.append(terraform.baseline(bench.directory("terraform"), kubeconfig, bench.plugins))
        empty.append(terraform.empty(bench.directory("terraform empty"), bench.plugins))
    return found, empty


def has_terraform(bench: Bench) -> bool:
    """Return whether Terraform can be measured; records why not, without stopping the run."""
    if shutil.which("terraform") is None:
        bench.results.not_run["Terraform"] = "there is no `terraform` on PATH"
        return False
    try:
        terraform.empty(bench.directory("terraform trial"), bench.plugins)
    except BenchmarkError:
        bench.results.not_run["Terraform"] = (
            f"its Kubernetes provider is neither on PATH ({terraform.PROVIDER}_v<version>) nor had from its registry"
        )
        return False
    return True


def _lifecycle(bench: Bench) -> None:
    rounds = range(1, bench.plan.rounds + 1)
    if f"lifecycle/{rounds[-1]}" in bench.results.done:
        return
    found, empty = _contenders(bench)
    for number in rounds:
        for contender in _rotated([*found, *empty], number):
            part = f"lifecycle/{number}/{contender.name}"
            if bench.once(part):
                if contender.series == "empty":
                    lifecycle.live_empty(contender, bench.results)
                else:
                    lifecycle.live(contender, bench.kubectl, bench.results)
                bench.finished(part)
        bench.finished(f"lifecycle/{number}")


def _rotated(contenders: Sequence[Contender], number: int) -> list[Contender]:
    """Start every round with another contender, so that none is always measured first or last."""
    first = number % len(contenders)
    return [*contenders[first:], *contenders[:first]]


def _preview(bench: Bench) -> None:
    if bench.once("preview"):
        clear(bench.kubectl)
        preview.measure(bench.directory("preview"), bench.engine, bench.cluster.kubeconfig, bench.results,
                        bench.plan.rounds)  # fmt: skip
        bench.finished("preview")


def _growth(bench: Bench) -> None:
    access = {"kubeconfig": str(bench.cluster.kubeconfig), "context": "sandbox"}
    copies, components = (
        pulumi.PulumiProject(bench.directory(name), pulumi.PROGRAMS / name, bench.engine)
        for name in ("copies", "components")
    )
    for project in (copies, components):
        project.configure(access)
    theirs = None
    if has_terraform(bench):
        theirs = terraform.TerraformProject(bench.directory("tf-copies"), "copies", access, bench.plugins)
    for number in bench.plan.copies:
        size = growth.Size(number, repeats=bench.plan.repeats)
        models = growth.Size(1, number, bench.plan.repeats)
        for name, project, wanted in (
            ("pulumi", copies, size),
            ("components", components, size),
            ("models", components, models),
        ):
            if bench.once(f"growth/{name}/{number}"):
                growth.clear_copies(bench.kubectl)
                growth.grow_pulumi(bench.results, project, name, wanted)
                bench.finished(f"growth/{name}/{number}")
        if theirs and bench.once(f"growth/terraform/{number}"):
            growth.clear_copies(bench.kubectl)
            growth.grow_terraform(bench.results, theirs, "terraform", size)
            bench.finished(f"growth/terraform/{number}")


def _large(bench: Bench) -> None:
    if bench.plan.large and bench.once("large"):
        bench.cluster.start(ClusterOptions(nodes=199, gpu_nodes=1))
        growth.clear_copies(bench.kubectl)
        project = pulumi.PulumiProject(bench.directory("large"), pulumi.PROGRAMS / "components", bench.engine)
        project.env.update(STATE_AT_THE_END)
        project.configure({"kubeconfig": str(bench.cluster.kubeconfig), "context": "sandbox"})
        growth.grow_pulumi(bench.results, project, "large", growth.Size(bench.plan.large))
        bench.finished("large")
