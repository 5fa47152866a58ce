"""Errors that are printed without a stack trace."""


class CommandError(Exception):
    """Something that the user can fix. The message says where, what is wrong, and what to do."""
