"""The one error of the sandbox that a person is meant to read."""


class SandboxError(RuntimeError):
    """Something in the sandbox went wrong; the message says what, where, and what to do about it."""
