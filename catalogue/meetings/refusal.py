"""The one exception of the package: what somebody is told when a meeting cannot go on."""


class Refused(Exception):
    """The action is not possible; the message says why, in French."""
