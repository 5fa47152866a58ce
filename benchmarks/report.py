"""Tables and plots of docs/benchmarks.md, from the results of a run."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import growth, lifecycle, preview
from benchmarks.errors import BenchmarkError
from benchmarks.plots import bar_plot, line_plot
from benchmarks.results import Results
from benchmarks.statistics import slope, summary
from benchmarks.targets import TARGETS, growth_points

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "docs" / "benchmarks.md"
PLOTS = PROJECT / "docs" / "benchmarks"
_SERIES = {"baseline": ("pulumi", "terraform", "helm", "kubectl"), "full": ("pulumi full", "helm full", "kubectl full")}
_GROWTH = {"pulumi": "copies, Pulumi", "terraform": "copies, Terraform", "components": "component Ollama",
           "models": "models of one Ollama"}  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def targets(results: Results) -> str:
    """Return the targets with their results."""
    rows: list[list[str]] = []
    for target in TARGETS:
        try:
            ratio = target.ratio(results)
        except ValueError as error:
            rows.append([target.what, f"<= {target.most:g}", "not run", str(error)])
        else:
            met = "met" if ratio <= target.most else "**missed**"
            rows.append([target.what, f"<= {target.most:g}", f"{ratio:.2f}", met])
    return table(["what", "target", "measured", ""], rows)


def steps(results: Results, series: str) -> str:
    """Return the steps of a series: median and range, in seconds."""
    names = [name for name in _SERIES[series] if name in results.facts]
    empty = ["pulumi empty", "terraform empty"] if series == "baseline" else []
    names += [name for name in empty if name in results.facts]
    rows = [[step, *(_cell(results, name, step) for name in names)] for step in lifecycle.STEPS]
    return table(["seconds", *names], rows)


def _cell(results: Results, contender: str, step: str) -> str:
    found = results.seconds(lifecycle.PART, contender, step)
    has_none = step in {"refreshed plan", "drift"} and results.facts[contender].get("drift_found", "") is None
    return "no such command" if has_none else str(summary(found)) if found else ""


def behaviour(results: Results, series: str) -> str:
    """Return observations of a series other than times."""
    names = [name for name in _SERIES[series] if name in results.facts]
    facts = [results.facts[name] for name in names]
    rows = [
        ["drift of the replicas found", *(_word(fact.get("drift_found"), none="no such command") for fact in facts)],
        ["finds a difference without drift too", *(_alarm(fact.get("false_alarm")) for fact in facts)],
        ["repaired by deploying again", *(_word(fact.get("drift_repaired")) for fact in facts)],
        ["image change", *("in place" if fact.get("image_in_place") else "replaced" for fact in facts)],
        ["the new pod is Ready when it ends", *(_word(fact.get("image_ready"), none="not seen") for fact in facts)],
        ["after a rollback too", *(_word(fact.get("rollback_ready"), none="not seen") for fact in facts)],
        ["pods started anew by it", *(f"{fact.get('pods_restarted')} of {fact.get('pods')}" for fact in facts)],
        ["state, bytes", *(_number(fact.get("state_bytes")) for fact in facts)],
        ["state before compression, bytes", *(_plain(fact) for fact in facts)],
        ["state, entries", *(_number(fact.get("state_entries")) for fact in facts)],
        ["lines that a person writes", *(_number(fact.get("lines")) for fact in facts)],
    ]
    return table(["", *names], rows)


def _word(value: Any, none: str = "") -> str:
    return none if value is None else "yes" if value else "**no**"


def _plain(fact: Mapping[str, Any]) -> str:
    """Return the size before compression; Helm's Secrets are compressed too, but only their stored size is measured."""
    return _number(fact.get("state_bytes_plain")) if fact.get("state_bytes_plain") else ""


def _alarm(value: Any) -> str:
    return "**yes**" if value else "no"


def _number(value: Any) -> str:
    return "none" if value is None else f"{value:,}"


def growth_table(results: Results) -> str:
    """Return the growth of the steps: their times at the fewest and the most objects, and the slope."""
    rows: list[list[str]] = []
    for name, title in _GROWTH.items():
        for step in ("up", "plan", "refreshed plan", "destroy"):
            points = growth_points(results, name, step)
            if len(points) > 1:
                least, most = min(points), max(points)
                ends = [f"{points[end]:.2f} at {end:g}" for end in (least, most)]
                rows.append([title, step, *ends, f"{slope(points) * 1000:.1f} ms"])
        sizes = state_points(results, name)
        if len(sizes) > 1:
            ends = [f"{sizes[end] / 1000:.0f} KB at {end:g}" for end in (min(sizes), max(sizes))]
            rows.append([title, "state", *ends, f"{slope(sizes):,.0f} bytes"])
    return table(["what", "step", "fewest objects", "most objects", "for each object more"], rows)


def state_points(results: Results, contender: str) -> dict[float, float]:
    """Return the bytes of the state by the number of objects."""
    found = {name: fact for name, fact in results.facts.items() if re.fullmatch(rf"{contender} \d+", name)}
    return {fact["objects"]: fact["state_bytes"] for fact in found.values()}


def large(results: Results) -> str:
    """Return the result of the large run."""
    found = [s for s in results.samples if s["contender"] == "large"]
    if not found:
        return "Not run."
    fact = next(value for name, value in results.facts.items() if name.startswith("large "))
    rows = [[s["step"], f"{s['seconds']:.1f} s"] for s in found]
    rows += [["Kubernetes objects", _number(fact["objects"])], ["entries of the state", _number(fact["state_entries"])],
             ["bytes of the state", _number(fact["state_bytes"])]]  # fmt: skip
    return table(["200 nodes", ""], rows)


def python_part(results: Results) -> str:
    """Return how the time of a preview is spent."""
    fact = results.facts.get("python", {})
    rows: list[list[str]] = []
    for contender, step, title in (
        ("pulumi empty", "uv", "preview of an empty program"),
        ("pulumi full", "uv", "preview of the full stack"),
        ("pulumi full", "pip", "the same with toolchain pip"),
        ("pulumi empty", "pip", "empty program with toolchain pip"),
        ("pulumi full", preview.PROGRAM, "of that in Python: interpreter start to last registration"),
        ("pulumi full", preview.IMPORT, "bare import of the SDK modules"),
    ):
        found = results.seconds(preview.PART, contender, step)
        rows.append([title, str(summary(found)) if found else "not run"])
    moments = {"program_begins": "the program begins", "first_registration": "its first registration",
               "program_returns": "its last line is done", "last_registration": "its last registration"}  # fmt: skip
    rows += [
        [f"after interpreter start, last sample: {text}", f"{fact[key]:.2f}"]
        for key, text in moments.items()
        if key in fact
    ]
    return table(["seconds", ""], rows)


def about(results: Results) -> str:
    """Return the environment of the run."""
    machine, loads = results.about["machine"], results.loads()
    rows = [[name, version or "not there"] for name, version in results.about["versions"].items()]
    commit = results.about["commit"] + (" and uncommitted changes" if results.about["uncommitted"] else "")
    rows += [
        ["commit", commit],
        ["machine", f"{machine['cores']} cores, {machine['processor'] or machine['system']}"],
        ["load average at the measurements", f"median {median(loads):.1f}, {min(loads)} to {max(loads)}"],
    ]
    return table(["", ""], rows)


def not_run(results: Results) -> str:
    """Return what was left out, and why."""
    return "\n".join(f"- {what}: {why}." for what, why in results.not_run.items()) or "Nothing was left out."


def sections(results: Results) -> dict[str, str]:
    """Return the generated sections by their name in the page."""
    return {
        "targets": targets(results),
        "baseline": f"{steps(results, 'baseline')}\n\n{behaviour(results, 'baseline')}",
        "full": f"{steps(results, 'full')}\n\n{behaviour(results, 'full')}",
        "growth": growth_table(results),
        "large": large(results),
        "preview": python_part(results),
        "about": about(results),
        "not run": not_run(results),
    }


def plots(results: Results) -> dict[str, str]:
    """Return the plots by file name."""
    found: dict[str, str] = {}
    for step, title in (("plan", "No-change preview or plan"), ("up", "First up or apply")):
        series = {text: growth_points(results, name, step) for name, text in _GROWTH.items() if name != "models"}
        series = {text: points for text, points in series.items() if points}
        if series:
            found[f"growth-{step}.svg"] = line_plot(title, "Kubernetes objects", "seconds", series)
    sizes = {text: {x: y / 1000 for x, y in state_points(results, name).items()} for name, text in _GROWTH.items()}
    if any(sizes.values()):
        drawn = {text: points for text, points in sizes.items() if points}
        found["growth-state.svg"] = line_plot("State", "Kubernetes objects", "KB", drawn)
    for series, names in _SERIES.items():
        rows: dict[str, dict[str, float]] = {}
        for step in lifecycle.STEPS:
            row = {name: results.seconds(lifecycle.PART, name, step) for name in names}
            cells = {name: median(values) for name, values in row.items() if values}
            if cells:
                rows[step] = cells
        if rows:
            found[f"steps-{series}.svg"] = bar_plot(f"Steps, {series}", "seconds, median", rows)
    return found


def write_document(results: Results) -> None:
    """Update the generated sections of the page, and write the plots beside it.

    Raises:
        BenchmarkError: The page has no place for a section.
    """
    text = DOCUMENT.read_text()
    for name, content in sections(results).items():
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise BenchmarkError(f"{DOCUMENT.name} has no place for {name!r}")
        text = pattern.sub(lambda match, new=content: f"{match[1]}{new}\n{match[2]}", text)
    DOCUMENT.write_text(text)
    PLOTS.mkdir(exist_ok=True)
    for name, drawing in plots(results).items():
        (PLOTS / name).write_text(drawing)


def summarise(results: Results) -> str:
    """Return a summary for a terminal."""
    keys = dict.fromkeys((s["part"], s["contender"], s["step"], s.get("copies")) for s in results.samples)
    lines: list[str] = []
    for part, contender, step, copies in keys:
        more = {} if copies is None else {"copies": copies}
        found = summary(results.seconds(part, contender, step, **more))
        lines.append(f"{part:10}{contender:17}{step:16}{copies or '':>4} {found}")
    return "\n".join([*lines, "", targets(results)])


__all__ = ["DOCUMENT", "growth", "sections", "summarise", "write_document"]
