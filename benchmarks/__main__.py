"""Command line of the benchmarks: `run` measures, `report` writes docs/benchmarks.md from the results."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.errors import BenchmarkError
from benchmarks.report import DOCUMENT, summarise, write_document
from benchmarks.results import Results
from benchmarks.run import Plan, measure
from sandbox.errors import SandboxError

RESULTS = Path(__file__).resolve().parent / "results.json"
"""What docs/benchmarks.md shows."""

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
out = Console(highlight=False, soft_wrap=True)


@app.command()
def run(
    quick: Annotated[bool, typer.Option("--quick", help="A look in a few minutes: two rounds, small numbers.")] = False,
    only: Annotated[str, typer.Option(help="Measure one part: lifecycle, preview, growth or large.")] = "",
) -> None:
    """Measure. An interrupted run of the same commit is continued."""
    try:
        results = measure(Plan.quick() if quick else Plan.full(), only, out)
    except (BenchmarkError, SandboxError) as error:
        out.print("[bold red]error:[/]", end=" ")
        out.print(str(error), markup=False)
        sys.exit(1)
    out.print(summarise(results), markup=False)
    if not quick and not only:
        shutil.copyfile(results.path, RESULTS)
        write_document(results)
        out.print(f"written: {DOCUMENT.name}")


@app.command()
def report(results: Annotated[Path, typer.Option(help="Measurements.")] = RESULTS) -> None:
    """Update the tables and plots of docs/benchmarks.md."""
    write_document(Results.read(results))


if __name__ == "__main__":
    app()
