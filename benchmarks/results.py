"""Measurements, written to a file after each part so that an interrupted run can be continued."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cli.data import is_list


@dataclass
class Results:
    """Measurements of one run.

    Attributes:
        about: Versions, machine and commit; a run with other values starts anew.
        done: Completed parts, for example `lifecycle/terraform/3`.
        samples: Measurements: part, contender, step, copies if any, seconds, and the load average.
        facts: Observations by contender, for example whether an image change was in place.
        not_run: Reasons by what was left out.
    """

    path: Path
    about: dict[str, Any]
    done: list[str] = field(default_factory=list[str])
    samples: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    facts: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    not_run: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def open(cls, path: Path, about: dict[str, Any]) -> "Results":
        """Continue the results in a file if versions, machine and commit are the same; else start anew."""
        if path.exists():
            found = json.loads(path.read_text())
            if found["about"] == about:
                return cls(path=path, **found)
        return cls(path, about)

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read the results of a completed run."""
        return cls(path=path, **json.loads(path.read_text()))

    def save(self) -> None:
        """Write the file atomically."""
        content = {key: value for key, value in asdict(self).items() if key != "path"}
        scratch = self.path.with_suffix(".partial")
        parts = (f"{json.dumps(key)}: {_text(value)}" for key, value in content.items())
        scratch.write_text("{\n" + ",\n".join(parts) + "\n}\n")
        scratch.rename(self.path)

    def add(self, part: str, contender: str, step: str, seconds: float, **more: Any) -> None:
        """Add a measurement."""
        sample = {"part": part, "contender": contender, "step": step, "seconds": round(seconds, 4), **more}
        self.samples.append({**sample, "load": round(os.getloadavg()[0], 1)})

    def fact(self, contender: str, **values: Any) -> None:
        """Record an observation."""
        self.facts.setdefault(contender, {}).update(values)

    def seconds(self, part: str, contender: str, step: str, **more: Any) -> list[float]:
        """Return the measurements of a step."""
        wanted = {"part": part, "contender": contender, "step": step, **more}
        return [s["seconds"] for s in self.samples if all(s.get(key) == value for key, value in wanted.items())]

    def loads(self) -> list[float]:
        """Return the load averages of all measurements."""
        return [sample["load"] for sample in self.samples]


def _text(value: Any) -> str:
    """Return JSON with one list entry a line."""
    if not is_list(value):
        return json.dumps(value)
    return "[\n" + ",\n".join(f" {json.dumps(entry)}" for entry in value) + "\n]"
