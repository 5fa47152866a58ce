"""The process of the program: quick to start, silent when it is interrupted."""

import os
import subprocess
import sys

from components.stack.process import NOTHING_TO_ADD
from tests.unit.programs import ROOT


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code in an interpreter of its own, which tuning may change."""
    values = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=values, capture_output=True, text=True, check=False
    )


TUNED = (
    "import gc, os, pulumi; before = pulumi.log.debug\n"
    "from components.stack.process import tune; tune()\n"
    "print(gc.get_threshold()[0], os.environ['PYDANTIC_DISABLE_PLUGINS'], pulumi.log.debug is before)"
)


def test_what_costs_time_is_turned_off() -> None:
    assert python(TUNED).stdout.split() == ["100000", "__all__", "False"]


def test_debug_messages_stay_if_they_are_asked_for() -> None:
    assert python(TUNED, OLLAMA_LIBRECHAT_SDK_DEBUG="1").stdout.split() == ["100000", "__all__", "True"]


def test_a_program_that_is_interrupted_says_nothing() -> None:
    code = (
        "import os, signal, time\n"
        "from components.stack.process import exit_silently_on_interrupt\n"
        "exit_silently_on_interrupt()\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "time.sleep(60)"
    )
    done = python(code)
    assert (done.returncode, done.stdout, done.stderr) == (NOTHING_TO_ADD, "", "")
