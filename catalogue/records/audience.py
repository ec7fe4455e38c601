"""How much a record is read and answered, counted by day without knowing by whom.

No cookie, no IP address, no identifier: a line is a record, a day and two numbers. Counting never makes a
page fail or wait: on a read-only database, or a line that is locked, the view is simply not counted.
"""

from __future__ import annotations

import datetime
import logging
import re
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncWeek
from django.http import HttpRequest
from django.utils import timezone

from catalogue.models import AudienceDay, Record
from catalogue.records import permissions

logger = logging.getLogger(__name__)

WEEKS = 12
"""Weeks shown to the owners of a record."""
ROBOTS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|scan|monitor|headless|curl|wget|python|java/|httpx|go-http",
    re.IGNORECASE,
)

# audienceday_once carries the conflict; a line that somebody holds is waited for a quarter of a second.
COUNT_VIEW = """
    INSERT INTO catalogue_audienceday AS day (record_id, day, views, contacts)
    SELECT %s, %s, 1, 0 WHERE set_config('lock_timeout', '250ms', true) IS NOT NULL
    ON CONFLICT (record_id, day) DO UPDATE SET views = day.views + 1
"""
COUNT_CONTACT = """
    INSERT INTO catalogue_audienceday AS day (record_id, day, views, contacts) VALUES (%s, %s, 0, 1)
    ON CONFLICT (record_id, day) DO UPDATE SET contacts = day.contacts + 1
"""


@dataclass(frozen=True)
class Week:
    monday: datetime.date
    views: int
    contacts: int


def count_view(request: HttpRequest, record: Record) -> None:
    """Count one view of a public page, unless by a robot, an owner or a curator of the record."""
    if is_person(request) and not is_concerned(request, record):
        count_quietly(COUNT_VIEW, record.pk, timezone.localdate())


def count_contact(record: Record) -> None:
    """Count one contact made through the page of a record."""
    count_quietly(COUNT_CONTACT, record.pk, timezone.localdate())


def is_person(request: HttpRequest) -> bool:
    """Return False for what evidently is a program, or a page fetched in case somebody opens it."""
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and bool(agent) and not ROBOTS.search(agent) and "prefetch" not in ahead


def is_concerned(request: HttpRequest, record: Record) -> bool:
    """Return True for the owners of the record and for its curators."""
    if not request.user.is_authenticated:
        return False
    return bool(permissions.get_ties(request.user, record) & permissions.CONCERNED)


def count_quietly(statement: str, *values: Any) -> None:
    """Run a statement that counts; when the database refuses or a line is held, nothing is counted."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as error:
        logger.warning("audience not counted: %s", type(error).__name__)


def sum_audience(record: Record) -> dict[str, int]:
    """Return the views and contacts since the record exists."""
    found: dict[str, Any] = AudienceDay.objects.filter(record=record.pk).aggregate(
        views=Sum("views", default=0), contacts=Sum("contacts", default=0)
    )
    return found


def list_weeks(record: Record) -> list[Week]:
    """Return the last twelve weeks, the present one included, oldest first; none is left out."""
    today = timezone.localdate()
    this_monday = today - datetime.timedelta(days=today.weekday())
    mondays = [this_monday - datetime.timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    rows = (
        AudienceDay.objects.filter(record=record.pk, day__gte=mondays[0])
        .annotate(monday=TruncWeek("day"))
        .values("monday")
        .annotate(seen=Sum("views"), reached=Sum("contacts"))
        .order_by("monday")
    )
    found = {row["monday"]: Week(row["monday"], row["seen"], row["reached"]) for row in rows}
    return [found.get(monday, Week(monday, 0, 0)) for monday in mondays]
