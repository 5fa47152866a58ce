"""What stops a benchmark."""


class BenchmarkError(Exception):
    """A command of a contender failed, or gave another result than the step asks for."""
