"""What is wrong with the words of a command."""


class UsageError(Exception):
    """The words of the command do not fit; told with exit code 2."""
