"""The one error that a user of the autograder meets."""


class UsageError(Exception):
    """Unusable input: one sentence that says what happened and what to do.

    The command line prints it and exits with status 2; nothing was changed.
    """
