"""Store how far the job of an import is, beside its transaction, so that a page sees it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

ReportProgress = Callable[[str, int, int], None]
BEAT_S = 15.0

# both through the primary key; the row is not locked by the job before its end
STORE_PROGRESS = """
UPDATE catalogue_importbatch SET job_step = %s, job_done = %s, job_total = %s, job_at = now() WHERE id = %s
"""
STORE_HEARTBEAT = "UPDATE catalogue_importbatch SET job_at = now() WHERE id = %s AND job <> ''"


@contextmanager
def progress_reporter(batch: int) -> Iterator[ReportProgress]:
    """Yield a function that stores a step, how many are done and of how many, on its own connection.

    Meanwhile a thread sends a heartbeat now and then: without one, the process is dead.
    """
    own, done = connection.copy(), threading.Event()

    def report_progress(step: str, done: int, total: int) -> None:
        with own.cursor() as cursor:
            cursor.execute(STORE_PROGRESS, [step[:80], done, total, batch])

    heart = threading.Thread(target=_send_heartbeats, args=(batch, done), daemon=True)
    heart.start()
    try:
        yield report_progress
    finally:
        done.set()
        heart.join()
        own.close()


def _send_heartbeats(batch: int, done: threading.Event) -> None:
    """Send heartbeats until the job is done; the connection is that of this thread."""
    try:
        while not done.wait(BEAT_S):
            with connection.cursor() as cursor:
                cursor.execute(STORE_HEARTBEAT, [batch])
    except DatabaseError:
        return  # the database is away: the job itself will fail
    finally:
        connection.close()
