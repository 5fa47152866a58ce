"""Types of settings that say when something runs."""

import difflib
import functools
import re
import zoneinfo
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

_CRON_MACROS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_CRON_FIELDS = (
    ("minute", 0, 59, ""),
    ("hour", 0, 23, ""),
    ("day of month", 1, 31, ""),
    ("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    ("day of week", 0, 6, "SUN MON TUE WED THU FRI SAT"),
)
_CRON_PART = re.compile(r"(?:[*?]|(?P<first>[0-9A-Z]+)(?:-(?P<last>[0-9A-Z]+))?)(?:/(?P<step>[0-9]{1,3}))?")


def _cron_schedule(value: str) -> str:
    """Check a cron expression as Kubernetes reads it (robfig/cron, standard parser)."""
    if value in _CRON_MACROS:
        return value
    fields = value.split()
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError("not a cron expression of five fields, write for example `30 2 * * *` for 2:30 every day")
    for text, (name, least, most, names) in zip(fields, _CRON_FIELDS, strict=True):
        numbers = {word: number for number, word in enumerate(names.split(), least)}
        if not all(_cron_part(part, least, most, numbers) for part in text.upper().split(",")):
            raise ValueError(f"the {name} has to be {least} to {most}, for example `*`, `1,2`, `1-5` or `*/5`")
    return value


def _cron_part(part: str, least: int, most: int, names: Mapping[str, int]) -> bool:
    match = _CRON_PART.fullmatch(part)
    if not match or (match["step"] and not int(match["step"])):
        return False
    ends = [names.get(end, int(end) if end.isdigit() else -1) for end in (match["first"], match["last"]) if end]
    return all(least <= end <= most for end in ends) and ends == sorted(ends)


@functools.cache
def _time_zones() -> frozenset[str]:
    """Return the names of the time zones that this machine knows, cached because it reads hundreds of files."""
    return frozenset(zoneinfo.available_timezones())


def _time_zone(value: str) -> str:
    known = _time_zones()
    # Without any data about time zones, the API server has the last word.
    if known and value not in known:
        near = difflib.get_close_matches(value, known, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else "write for example `Europe/Zurich` or `Etc/UTC`"
        raise ValueError(f"not the name of a time zone, {hint}")
    return value


CronSchedule = Annotated[str, AfterValidator(_cron_schedule)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
