"""Dead links: the addresses that the public pages name, asked a few each night, politely.

Off unless the operator sets CHECK_LINKS: it makes requests to servers of third parties. One request at a
time; what fails is asked again on other days, and is dead after DAYS of them.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from catalogue.models import LinkState
from catalogue.workshop.quality import statements as sql
from catalogue.workshop.quality.asking import Asker, Reply
from catalogue.workshop.quality.refresh import refresh

A_NIGHT = 500
DAYS = 3
"""Days of failure, one request each, that make an address dead."""
ASK_AGAIN = datetime.timedelta(days=30)
"""How long an address that answers is left alone."""
PAUSE_S = 1.0
"""Between two requests to one server."""
BUDGET_S = 45 * 60
"""After which the rest waits for the next night."""

# The addresses that the published records name, and no others.
NAMED = f"""
WITH named AS MATERIALIZED (
    SELECT DISTINCT url FROM ({sql.ADDRESSES}) a WHERE url ~* '^https?://' AND length(url) <= 600
), gone AS (
    DELETE FROM catalogue_linkstate k WHERE NOT EXISTS (SELECT FROM named WHERE named.url = k.url)
)
INSERT INTO catalogue_linkstate (url, host, failures, fault, is_dead)
SELECT url, '', 0, '', false FROM named
ON CONFLICT (url) DO NOTHING
"""  # noqa: S608 (a constant)
OF_DEAD = f"""
SELECT DISTINCT a.id FROM ({sql.ADDRESSES}) a WHERE a.url = ANY (%(urls)s)
"""  # noqa: S608 (a constant)


def check(ask: Callable[[str], Reply] | None = None, *, pause: Callable[[float], None] = time.sleep) -> int:
    """Ask the addresses whose turn it is; how many were asked. Nothing when the operator did not want it."""
    if not settings.CHECK_LINKS:
        return 0
    ask = ask or Asker().ask
    _name_addresses()
    began, last = time.monotonic(), dict[str, float]()
    changed: list[str] = []
    asked = 0
    for link in _turn():
        if time.monotonic() - began > BUDGET_S:
            break
        host = urlsplit(link.url).hostname or ""
        if (since := time.monotonic() - last.get(host, float("-inf"))) < PAUSE_S:
            pause(PAUSE_S - since)
        was_dead = link.is_dead
        _keep(link, host, ask(link.url))
        last[host] = time.monotonic()
        asked += 1
        if link.is_dead != was_dead:
            changed.append(link.url)
    refresh(_naming(changed))
    return asked


def _name_addresses() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute(NAMED.format(scope="r.state = 'publiee'"))


def _turn() -> list[LinkState]:
    """Those to ask tonight: the failing ones, one day apart, then those never or longest unasked."""
    today = timezone.localdate()
    never, failing = Q(asked_on__isnull=True), Q(failures__gt=0, asked_on__lt=today)
    rested = Q(failures=0, asked_on__lte=today - ASK_AGAIN)
    rows = LinkState.objects.filter(never | failing | rested)
    return list(rows.order_by(F("failures").desc(), F("asked_on").asc(nulls_first=True), "pk")[:A_NIGHT])


def _keep(link: LinkState, host: str, reply: Reply) -> None:
    """What an address answered; a failure counts once a day."""
    link.host, link.asked_on = host[:255], timezone.localdate()
    link.status, link.fault = reply.status, reply.fault
    if reply.fault:
        link.failures = min(link.failures + 1, 1000)
        link.failing_since = link.failing_since or link.asked_on
    else:
        link.failures, link.failing_since = 0, None
    link.is_dead = link.failures >= DAYS
    link.save()


def _naming(urls: list[str]) -> list[int]:
    """The published records that name these addresses."""
    if not urls:
        return []
    with connection.cursor() as cursor:
        cursor.execute(OF_DEAD.format(scope="r.state = 'publiee'"), {"urls": urls})
        return [row[0] for row in cursor.fetchall()]
