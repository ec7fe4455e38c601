"""Searches that find nothing, counted by day without knowing by whom, for the curators of the thesaurus.

No account, no address, no session: a line is a day, the words and a number. What looks personal is left out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from catalogue.models import SearchMiss
from catalogue.records import audience

SHOWN_FROM = 2
"""Times that words must have been searched before anybody is shown them."""
MOST_A_DAY = 1000
"""Different questions stored in one day."""
LONGEST = 200
STORED_FOR = datetime.timedelta(days=396)
"""Thirteen months: twelve that can be compared, and the present one."""
PERSONAL = re.compile(r"@|https?:|www\.|\w\.(?:com|eu|fr|io|net|org)\b|\d(?:[ .\-/]?\d){5}")
"""An e-mail address, a URL, or six digits in a row as telephone numbers and identifiers have."""

# searchmiss_once carries the conflict and the count of the day; a line that is held is waited for 250 ms.
COUNT = """
    INSERT INTO catalogue_searchmiss AS miss (day, words, missing, count)
    SELECT today, typed, %s::text[], 1 FROM (VALUES (%s::date, %s::text)) AS asked (today, typed)
    WHERE set_config('lock_timeout', '250ms', true) IS NOT NULL
      AND ((SELECT count(*) FROM catalogue_searchmiss WHERE day = today) < %s
           OR EXISTS (SELECT FROM catalogue_searchmiss WHERE day = today AND words = typed))
    ON CONFLICT (day, words) DO UPDATE SET count = miss.count + 1, missing = excluded.missing
"""

# searchmiss_once holds the days; what is before the first of the months is one slice, whose month is null
BY_MONTH = """
    SELECT month, count(*), sum(times) FROM (
        SELECT CASE WHEN day >= %s THEN date_trunc('month', day)::date END AS month, sum(count) AS times
        FROM catalogue_searchmiss GROUP BY 1, words HAVING sum(count) >= %s
    ) shown GROUP BY month
"""


def count_miss(request: HttpRequest, typed: str, missing: Sequence[str]) -> None:
    """Count words that found nothing, unless a robot searched them or they look personal."""
    words = " ".join(typed.lower().split())
    if words and len(words) <= LONGEST and not PERSONAL.search(words) and audience.is_person(request):
        folded = list(dict.fromkeys(word.lower() for word in missing))
        audience.count_quietly(COUNT, folded, timezone.localdate(), words, MOST_A_DAY)


def filter_misses(since: datetime.date | None = None, until: datetime.date | None = None) -> QuerySet[Any]:
    """Return the words searched SHOWN_FROM times or more in these days (``until`` excluded).

    Each row has ``words``, ``times`` and ``last``, the day of the last time; the most searched come first.
    """
    rows = SearchMiss.objects.all()
    if since is not None:
        rows = rows.filter(day__gte=since)
    if until is not None:
        rows = rows.filter(day__lt=until)
    found = rows.values("words").annotate(times=Sum("count"), last=Max("day")).filter(times__gte=SHOWN_FROM)
    return found.order_by("-times", "-last", "words")


def count_by_month(first: datetime.date) -> dict[datetime.date | None, tuple[int, int]]:
    """Return how many rows ``filter_misses`` has in each month, and their times; None: before ``first``."""
    with connection.cursor() as cursor:
        cursor.execute(BY_MONTH, [first, SHOWN_FROM])
        return {month: (questions, int(times)) for month, questions, times in cursor.fetchall()}


def find_missing_words(words: Sequence[str]) -> dict[str, list[str]]:
    """Return for each of these searches the words that no record contained, the last time."""
    rows = SearchMiss.objects.filter(words__in=words).order_by("words", "-day").distinct("words")
    return dict(rows.values_list("words", "missing"))


def delete_old_misses() -> int:
    """Delete what was counted before STORED_FOR; return how many lines."""
    deleted, _by_model = SearchMiss.objects.filter(day__lt=timezone.localdate() - STORED_FOR).delete()
    return deleted
