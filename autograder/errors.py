"""The errors that a user of the autograder meets."""


class UsageError(Exception):
    """Unusable input: one sentence that says what happened and what to do.

    The command line prints it and exits with status 2; nothing was changed.
    """


class NoSandbox(UsageError):
    """Students' code cannot be run here as it should; nobody's work is to blame."""


class ForkServerEnded(RuntimeError):
    """The process that runs notebooks has ended, and all notebooks with it."""
