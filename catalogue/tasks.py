"""What the worker does: each task is a thin call of a function that can be tested without a queue.

Tasks are named, so that a job queued by one version is understood by the next.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from catalogue import mailing
from catalogue.accounts import retention
from catalogue.alerts import matching, saving, sending
from catalogue.contributions import photos
from catalogue.imports.wizard import batches as wizard
from catalogue.imports.wizard import jobs as steps
from catalogue.meetings import results
from catalogue.models import Job
from catalogue.records import completeness, files, meaning, misses
from catalogue.workshop.duplicates import candidates
from catalogue.workshop.quality import confirmation, links
from catalogue.workshop.quality import refresh as quality
from catalogue.workshop.queue import assignment

TRIES = 8
BACKOFF = RetryStrategy(max_attempts=TRIES, exponential_wait=4)
"""4 s, 16 s, 64 s … 18 h: about a day in all for a server that is down."""


AWAITED = 10
"""The priority of what somebody waits for in front of a page; the others have 0, in the order asked."""


def task(name: str, cron: str | None = None, priority: int = 0) -> Callable[[Callable[..., Any]], Any]:
    """Register a function under ``name``, tried again when it fails; ``cron`` repeats it."""

    def register(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def fresh(*arguments: Any, **named: Any) -> Any:
            if not connection.in_atomic_block:  # as in a test
                close_old_connections()  # the database may have restarted since the last job
            return function(*arguments, **named)

        registered: Any = app.task(name=name, retry=BACKOFF, priority=priority)(fresh)
        return app.periodic(cron=cron)(registered) if cron else registered

    return register


@task("send_mail")
def send_mail(mail: int) -> None:
    mailing.send(mail)


@task("forget_mails", cron="17 3 * * *")
def forget_mails(timestamp: int) -> None:
    """Delete the e-mails sent more than a month ago."""
    mailing.delete_old_mails()


@task("ask_results", cron="37 6 * * *")
def ask_results(timestamp: int) -> None:
    """Ask for what was measured where an accepted application has come to its end."""
    results.ask_for_results()


@task("treat_photo")
def treat_photo(document: int) -> None:
    """Reduce the photo of a document and take its metadata away."""
    photos.reduce_photo(document)


@task("import_step", priority=AWAITED)
def import_step(batch: int, job: str) -> None:
    """Try a file, write it, publish what it wrote, or undo it."""
    steps.run_job(batch, job)


@task("forget_import_files", cron="57 3 * * *")
def forget_import_files(timestamp: int) -> None:
    wizard.delete_old_files()


@task("sweep_files", cron="47 3 * * *")
def sweep_files(timestamp: int) -> None:
    """Delete the files that no document holds any more."""
    files.delete_orphans()


@task("match_alerts")
def match_alerts(records: list[int]) -> None:
    """Compare records that were just published or changed with the saved searches; send immediate alerts."""
    matching.match_published(records)
    sending.send_immediate()


@task("find_duplicates")
def find_duplicates(records: list[int]) -> None:
    """Find likely duplicates of records that were just submitted, published or imported."""
    meaning.encode_lacking(records)
    candidates.refresh(records)


@task("encode_meanings", cron="*/5 * * * *")
def encode_meanings(timestamp: int) -> None:
    """Compute what the records mean where a title or a summary changed."""
    meaning.encode_lacking()


@task("find_all_duplicates", cron="7 2 * * *")
def find_all_duplicates(timestamp: int) -> None:
    """Find the likely duplicates of the whole catalogue anew."""
    candidates.refresh_all()


@task("send_daily_alerts", cron="23 5 * * *")
def send_daily_alerts(timestamp: int) -> None:
    """Send each account what its daily searches found."""
    sending.send_digests("quotidien")


@task("send_weekly_alerts", cron="43 5 * * 1")
def send_weekly_alerts(timestamp: int) -> None:
    """Send each account what its weekly searches found."""
    sending.send_digests("hebdomadaire")


@task("read_searches_again", cron="27 4 * * *")
def read_searches_again(timestamp: int) -> None:
    """Derive anew, in turn, what the saved searches are compared by."""
    saving.refresh_oldest()


@task("read_words_again")
def read_words_again() -> None:
    """Derive anew the saved searches that have words, unless a later change of the concepts will."""
    if not Job.objects.filter(task_name="read_words_again", status="todo").exists():
        saving.refresh_words()


@task("forget_misses", cron="53 3 * * *")
def forget_misses(timestamp: int) -> None:
    misses.delete_old_misses()


@task("check_quality")
def check_quality(records: list[int]) -> None:
    quality.refresh_findings(records)


@task("check_quality_of_all", cron="7 2 * * *")
def check_quality_of_all(timestamp: int) -> None:
    """Check every record, and reload the map when some became stale."""
    quality.refresh_findings()
    quality.touch_map_if_stale()


@task("ask_confirmations", cron="7 6 * * *")
def ask_confirmations(timestamp: int) -> None:
    """Ask the owners of the records whose truth comes to its end."""
    confirmation.ask_owners()


@task("check_links", cron="7 1 * * *")
def check_links(timestamp: int) -> None:
    """Request some of the URLs that the catalogue names, when the operator wants it."""
    links.check_links()


@task("measure_waiting", cron="27 2 * * *")
def measure_waiting(timestamp: int) -> None:
    """Measure how complete each record of the curators' queue is."""
    completeness.measure_waiting()


@task("release_abandoned", cron="33 2 * * *")
def release_abandoned(timestamp: int) -> None:
    """Return to the queue what is assigned to former curators."""
    assignment.release_abandoned_records()


@task("tidy_accounts", cron="37 4 * * *")
def tidy_accounts(timestamp: int) -> None:
    """Warn the accounts that are not used, erase those that were warned."""
    retention.tidy_accounts()


@app.periodic(cron="* * * * *")
@app.task(name="rescue_jobs", queueing_lock="rescue_jobs", pass_context=False)
async def rescue_jobs(timestamp: int) -> None:
    """Queue again the jobs of a worker that died."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
