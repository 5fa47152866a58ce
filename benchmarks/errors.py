"""Errors of a benchmark."""


class BenchmarkError(Exception):
    """A command of a contender failed, or its result is not the expected one."""
