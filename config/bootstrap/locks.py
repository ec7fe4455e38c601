"""Locks between the commands of one checkout: the kernel drops them with their process, even killed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.bootstrap.messages import say


@contextmanager
def exclusive(path: Path, *, waiting: str) -> Iterator[None]:
    """Hold a lock alone; say ``waiting`` and wait while another process has it."""
    descriptor = _open(path)
    try:
        if not _take(descriptor, fcntl.LOCK_EX):
            say(waiting)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone_or_none(path: Path, content: str = "") -> Iterator[bool]:
    """Hold a lock that also carries a line of text; yields False when another process has it."""
    descriptor = _open(path)
    try:
        taken = _take(descriptor, fcntl.LOCK_EX)
        if taken:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, content.encode(), 0)
        yield taken
        if taken:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


class Shared:
    """A count of users kept by the kernel: whoever leaves can know whether it is the last."""

    def __init__(self, path: Path) -> None:
        self._descriptor = _open(path)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_alone(self) -> bool:
        """True when nobody else holds it now; others may come in afterwards."""
        alone = _take(self._descriptor, fcntl.LOCK_EX)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        return alone

    def is_last(self) -> bool:
        """True when nobody else holds it; it is then held alone, so that nobody can come in."""
        return _take(self._descriptor, fcntl.LOCK_EX)

    def leave(self) -> None:
        os.close(self._descriptor)


def holder(path: Path) -> str | None:
    """The text left by the process that holds the lock, None when nobody does."""
    if not path.exists():
        return None
    descriptor = _open(path)
    try:
        if _take(descriptor, fcntl.LOCK_SH):
            return None
        return os.pread(descriptor, 1000, 0).decode()
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _take(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
