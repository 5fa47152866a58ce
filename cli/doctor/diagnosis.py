"""What the checks of `make doctor` find."""

from components.settings.findings import Finding, Level


def diagnosis(level: Level, check: str, what: str, why: str, fix: str) -> Finding:
    """Return what a check found that is not as it should be, or that it cannot tell.

    Args:
        level: How grave it is.
        check: What was looked at, in a word or two.
        what: What was found.
        why: Why it matters.
        fix: What to do.
    """
    return Finding(check, "", what, level, why, fix)


def ok(check: str, what: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(check, "", what, "ok")


def can_succeed(found: list[Finding]) -> bool:
    """Tell whether `up` can succeed, as far as that is known."""
    return all(finding.level != "error" for finding in found)
