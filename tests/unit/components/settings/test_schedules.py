"""Cron schedules and time zones."""

import pytest
from pydantic import TypeAdapter, ValidationError

from components.settings.schedules import CronSchedule, TimeZone

SCHEDULE: TypeAdapter[str] = TypeAdapter(CronSchedule)
ZONE: TypeAdapter[str] = TypeAdapter(TimeZone)


@pytest.mark.parametrize("text", ["30 2 * * *", "@daily", "*/5 0-6 1,15 JAN-MAR mon", "0 0 ? * 1-5/2"])
def test_what_kubernetes_accepts_is_accepted(text: str) -> None:
    assert SCHEDULE.validate_python(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30 2 * *", "five fields"),
        ("60 2 * * *", "the minute has to be 0 to 59"),
        ("0 24 * * *", "the hour has to be 0 to 23"),
        ("0 0 0 * *", "the day of month has to be 1 to 31"),
        ("0 0 * FOO *", "the month has to be 1 to 12"),
        ("0 0 * * 5-1", "the day of week has to be 0 to 6"),
        ("*/0 * * * *", "the minute"),
    ],
)
def test_what_it_refuses_is_refused_with_the_field(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SCHEDULE.validate_python(text)


def test_a_misspelled_time_zone_is_told_the_nearest_one() -> None:
    assert ZONE.validate_python("Europe/Zurich") == "Europe/Zurich"
    with pytest.raises(ValidationError, match="did you mean `Europe/Zurich`"):
        ZONE.validate_python("Europe/Zuerich")
