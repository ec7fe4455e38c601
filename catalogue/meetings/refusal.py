"""The one exception of the room: why a meeting cannot go on."""


class MeetingRefused(Exception):
    """The action is not possible; the message says why, in French."""
