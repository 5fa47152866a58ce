"""Errors that are told to the person in a sentence, without a stack trace."""


class CommandError(Exception):
    """Something the person can mend. The message says what is wrong, where, and what to do."""
