"""Findings about settings: gathered all at once, shown with key path, value and rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "unknown", "ok"]
"""`error`: `up` fails. `warning`: `up` succeeds, and something does not work as the settings say. `unknown`: it cannot
be told from here. `ok`: as it should be."""

LEVELS: tuple[Level, ...] = ("error", "warning", "unknown", "ok")
"""Every level, the gravest first."""


@dataclass(frozen=True)
class Finding:
    """What a check found: where, what is wrong there, and what to do.

    Attributes:
        path: Where: the key path of a setting, for example `ollama.gpu.count`, or what was looked at in a cluster.
        value: The value of the setting as shown to a person; never that of a secret.
        rule: What is wrong. Of a setting also what it should be and, where it helps, what to write instead.
        level: How grave it is.
        why: Why it matters, where that is not plain.
        fix: What to do, where `rule` does not say it.
    """

    path: str
    value: str
    rule: str
    level: Level = "error"
    why: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.path} = {self.value}: {self.rule}" if self.value else f"{self.path}: {self.rule}"


class SettingsError(ValueError):
    """Settings that were refused. The message holds every finding.

    Attributes:
        findings: The findings, in the order of the settings.
    """

    def __init__(self, findings: Sequence[Finding], source: str = "the configuration") -> None:
        self.findings = tuple(findings)
        count = "1 setting" if len(findings) == 1 else f"{len(findings)} settings"
        lines = "\n".join(f"  {finding}" for finding in self.findings)
        super().__init__(f"{count} of {source} refused, nothing was changed:\n{lines}")
