"""The CronJobs that write and restore archives."""

from collections.abc import Callable
from typing import Any

from components.mongodb.backup.names import NAME, RESTORE
from tests.unit.pods import environment
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


VOLUME: dict[str, Any] = {"mongodb": {"backup": {"enabled": True}}}


def job(program: Recording, name: str) -> dict[str, Any]:
    return program.object("CronJob", name).spec["jobTemplate"]["spec"]


def test_the_schedule_and_the_retention_are_those_of_the_settings(execute: Execute) -> None:
    backup = {
        "enabled": True,
        "schedule": "0 */6 * * *",
        "timeZone": "Europe/Zurich",
        "retention": {"count": 3, "days": 30},
        "timeoutSeconds": 90,
    }
    program = execute(mongodb={"backup": backup})
    spec = program.object("CronJob", NAME).spec
    assert (spec["schedule"], spec["timeZone"], spec["suspend"]) == ("0 */6 * * *", "Europe/Zurich", False)
    assert spec["concurrencyPolicy"] == "Forbid"
    assert job(program, NAME)["activeDeadlineSeconds"] == 90
    values = environment(program.object("CronJob", NAME), "backup")
    assert (values["RETENTION_COUNT"], values["RETENTION_DAYS"], values["TIMEOUT_MINUTES"]) == ("3", "30", "2")


def test_a_restore_never_starts_by_itself_and_never_twice(execute: Execute) -> None:
    program = execute(**VOLUME)
    assert program.object("CronJob", RESTORE).spec["suspend"] is True
    assert job(program, RESTORE)["backoffLimit"] == 0
