"""Findings of the checks of `make doctor`."""

from components.settings.findings import Finding, Level


def diagnosis(level: Level, check: str, what: str, why: str, fix: str) -> Finding:
    """Return a finding: a problem, or something that cannot be checked.

    Args:
        level: Severity.
        check: What was checked, in a word or two.
        what: What was found.
        why: Why it matters.
        fix: What to do.
    """
    return Finding(check, "", what, level, why, fix)


def ok(check: str, what: str) -> Finding:
    """Return a finding that everything is as it should be."""
    return Finding(check, "", what, "ok")


def can_succeed(found: list[Finding]) -> bool:
    """Return whether `up` can succeed, as far as the findings say."""
    return all(finding.level != "error" for finding in found)
