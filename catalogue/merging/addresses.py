"""Where the address of a merged record leads: to the record that stayed, through any number of merges."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

LONGEST = 50
"""Merges followed: a chain has no loop, since a merged record cannot be merged again."""
KEPT_S = 60
"""Seconds for which the redirection may be kept: a merge can be undone."""

# from record_slug, then merge_one_standing at each step
FOLLOW = """
WITH RECURSIVE chain AS (
    SELECT m.survivor_id AS id, 1 AS step
    FROM catalogue_record r JOIN catalogue_merge m ON m.loser_id = r.id AND m.undone_at IS NULL
    WHERE r.slug = %s AND r.published_at IS NOT NULL
    UNION ALL
    SELECT m.survivor_id, c.step + 1
    FROM chain c JOIN catalogue_merge m ON m.loser_id = c.id AND m.undone_at IS NULL
    WHERE c.step < %s
)
SELECT r.slug, r.state FROM chain c JOIN catalogue_record r ON r.id = c.id ORDER BY c.step DESC LIMIT 1
"""


def stayed(slug: str) -> str | None:
    """The address word of the published record into which this one was merged; None when there is none.

    A record that the public never saw has no old address, and nothing leads to one that it may not see.
    """
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, [slug, LONGEST])
        row = cursor.fetchone()
    return str(row[0]) if row is not None and row[1] == "publiee" else None


def redirection(slug: str, route: str) -> HttpResponse:
    """The permanent redirection of an old address, on the same route; Http404 when it leads nowhere."""
    target = stayed(slug)
    if target is None:
        raise Http404
    response = HttpResponsePermanentRedirect(reverse(route, args=[target]))
    response["Cache-Control"] = f"public, max-age={KEPT_S}"
    return response
