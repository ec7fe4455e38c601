"""Dead links: the URLs on the public pages, a few requested each night, politely.

Off unless the operator sets CHECK_LINKS: it makes requests to servers of third parties. One request at a
time; what fails is requested again on other days, and is dead after DAYS_UNTIL_DEAD of them.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from catalogue.models import LinkState
from catalogue.records.long_transactions import long_transaction
from catalogue.workshop.quality import statements as sql
from catalogue.workshop.quality.link_probe import LinkProbe, Reply
from catalogue.workshop.quality.refresh import refresh_findings

Ask = Callable[[str], Reply]
MAX_LINKS = 500
DAYS_UNTIL_DEAD = 3
"""Days of failure, one request each, after which a link is dead."""
RECHECK_AFTER = datetime.timedelta(days=30)
"""How long a link that answers is not requested again."""
PAUSE_S = 1.0
"""Between two requests to one server."""
BUDGET_S = 45 * 60
"""After which the rest waits for the next night."""

# A row for each URL of the published records, and for no other.
SYNC_LINK_STATES = f"""
WITH named AS MATERIALIZED (
    SELECT DISTINCT url FROM ({sql.LINKS}) a WHERE url ~* '^https?://' AND length(url) <= 600
), gone AS (
    DELETE FROM catalogue_linkstate k WHERE NOT EXISTS (SELECT FROM named WHERE named.url = k.url)
)
INSERT INTO catalogue_linkstate (url, host, failures, fault, is_dead)
SELECT url, '', 0, '', false FROM named
ON CONFLICT (url) DO NOTHING
"""  # noqa: S608 (a constant)
RECORDS_WITH_LINKS = f"""
SELECT DISTINCT a.id FROM ({sql.LINKS}) a WHERE a.url = ANY (%(urls)s)
"""  # noqa: S608 (a constant)


def check_links(ask: Ask | None = None, *, pause: Callable[[float], None] = time.sleep) -> int:
    """Request the URLs that are due and return how many; none when the operator did not want it."""
    if not settings.CHECK_LINKS:
        return 0
    ask = ask or LinkProbe().ask
    _sync_link_states()
    began, last = time.monotonic(), dict[str, float]()
    changed: list[str] = []
    asked = 0
    for link in _list_due_links():
        if time.monotonic() - began > BUDGET_S:
            break
        host = urlsplit(link.url).hostname or ""
        if (since := time.monotonic() - last.get(host, float("-inf"))) < PAUSE_S:
            pause(PAUSE_S - since)
        was_dead = link.is_dead
        _save_reply(link, host, ask(link.url))
        last[host] = time.monotonic()
        asked += 1
        if link.is_dead != was_dead:
            changed.append(link.url)
    refresh_findings(_find_records(changed))
    return asked


def _sync_link_states() -> None:
    with long_transaction(), connection.cursor() as cursor:
        cursor.execute(SYNC_LINK_STATES.format(scope="r.state = 'publiee'"))


def _list_due_links() -> list[LinkState]:
    """Return those to request tonight: the failing ones, a day apart, then the longest unchecked."""
    today = timezone.localdate()
    never, failing = Q(asked_on__isnull=True), Q(failures__gt=0, asked_on__lt=today)
    rested = Q(failures=0, asked_on__lte=today - RECHECK_AFTER)
    rows = LinkState.objects.filter(never | failing | rested)
    return list(rows.order_by(F("failures").desc(), F("asked_on").asc(nulls_first=True), "pk")[:MAX_LINKS])


def _save_reply(link: LinkState, host: str, reply: Reply) -> None:
    """Save the reply of a URL; a failure counts once a day."""
    link.host, link.asked_on = host[:255], timezone.localdate()
    link.status, link.fault = reply.status, reply.fault
    if reply.fault:
        link.failures = min(link.failures + 1, 1000)
        link.failing_since = link.failing_since or link.asked_on
    else:
        link.failures, link.failing_since = 0, None
    link.is_dead = link.failures >= DAYS_UNTIL_DEAD
    link.save()


def _find_records(urls: list[str]) -> list[int]:
    if not urls:
        return []
    with connection.cursor() as cursor:
        cursor.execute(RECORDS_WITH_LINKS.format(scope="r.state = 'publiee'"), {"urls": urls})
        return [row[0] for row in cursor.fetchall()]
