"""The error of the sandbox that is shown to the user."""


class SandboxError(RuntimeError):
    """Something in the sandbox failed; the message says where, what is wrong, and what to do."""
