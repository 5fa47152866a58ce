"""The no-change preview of the full stack compared with an empty program's, by toolchain, and its time in Python."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.commands import run
from benchmarks.contenders import pulumi
from benchmarks.contenders.pulumi import PROGRAMS, PulumiProject
from benchmarks.results import Results
from sandbox.engine.engine import Engine

PART = "preview"
PROGRAM = "python"
IMPORT = "import"
_SDKS = ("pulumi", "pulumi_kubernetes", "pulumi_random")


def timed_preview(project: PulumiProject) -> dict[str, Any]:
    """Preview through benchmarks/programs/timed, and return the recorded times."""
    main, program, times = (project.directory / name for name in ("__main__.py", "program.py", "times.json"))
    shutil.copyfile(main, program)
    for name in ("__main__.py", "clock.py"):
        shutil.copyfile(PROGRAMS / "timed" / name, project.directory / name)
    project.env["BENCH_TIMES"] = str(times)
    try:
        project.pulumi("preview", "--expect-no-changes")
    finally:
        shutil.move(program, main)
    return dict(json.loads(times.read_text()))


def knows_toolchains(engine: Engine) -> bool:
    """Return whether the language host reads `toolchain` from Pulumi.yaml; the one built here does not."""
    return engine.origin != "built from Go modules"


def measure(directory: Path, engine: Engine, kubeconfig: Path, results: Results, rounds: int) -> None:
    """Deploy the full stack and the empty program, preview them in turn, and remove them."""
    full = pulumi.native(directory / "full", engine, kubeconfig)
    empty = pulumi.empty(directory / "empty", engine)
    for contender in (full, empty):
        contender.up()
    noted = timed_preview(full.project)
    modules = [name for name in noted["modules"] if name.split(".")[0] in _SDKS]
    lines = ["from clock import since_start", *(f"import {name}" for name in modules), "print(since_start())"]
    toolchains = ("uv", "pip") if knows_toolchains(engine) else ("uv",)
    if "pip" not in toolchains:
        results.not_run["toolchain pip"] = "the language host that is built from Go modules knows no toolchains"
    for _ in range(rounds):
        for toolchain in toolchains:
            for contender in (full, empty):
                contender.project.set_toolchain(toolchain)
                done = contender.project.pulumi("preview", "--expect-no-changes")
                results.add(PART, contender.name, toolchain, done.seconds)
        full.project.set_toolchain("uv")
        noted = timed_preview(full.project)
        results.add(PART, full.name, PROGRAM, noted["registrations"][-1])
        imported = run([sys.executable, "-c", "\n".join(lines)], full.project.directory, full.project.env)
        results.add(PART, full.name, IMPORT, float(imported.output))
    results.fact(
        "python",
        sdk_modules=len(modules),
        own_modules=len(noted["components"]),
        registrations=len(noted["registrations"]),
        program_begins=round(noted["program"], 3),
        program_returns=round(noted["ended"], 3),
        first_registration=round(noted["registrations"][0], 3),
        last_registration=round(noted["registrations"][-1], 3),
    )
    for contender in (full, empty):
        contender.destroy()
