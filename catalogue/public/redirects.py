"""Where the URL of a merged record leads: to the record that stayed, through any number of merges."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

LONGEST = 50
"""Merges followed: a chain has no loop, since a merged record cannot be merged again."""
CACHED_S = 60
"""Seconds for which the redirection may be cached: a merge can be undone."""

# from record_slug, then merge_one_standing at each step
FOLLOW = """
WITH RECURSIVE chain AS (
    SELECT r.slug AS asked, m.survivor_id AS id, 1 AS step
    FROM catalogue_record r JOIN catalogue_merge m ON m.loser_id = r.id AND m.undone_at IS NULL
    WHERE r.slug = ANY(%s) AND r.published_at IS NOT NULL
    UNION ALL
    SELECT c.asked, m.survivor_id, c.step + 1
    FROM chain c JOIN catalogue_merge m ON m.loser_id = c.id AND m.undone_at IS NULL
    WHERE c.step < %s
)
SELECT DISTINCT ON (c.asked) c.asked, r.slug, r.state
FROM chain c JOIN catalogue_record r ON r.id = c.id
ORDER BY c.asked, c.step DESC
"""


def find_survivors(slugs: Sequence[str]) -> dict[str, str]:
    """Return the slug of the published record that each of these was merged into, for those that were.

    A record that the public never saw has no old URL, and nothing leads to one that it may not see.
    """
    if not slugs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, [list(slugs), LONGEST])
        return {asked: slug for asked, slug, state in cursor.fetchall() if state == "publiee"}


def redirect_to_survivor(slug: str, route: str) -> HttpResponse:
    """Redirect an old URL for good, on the same route; Http404 when it leads nowhere."""
    target = find_survivors([slug]).get(slug)
    if target is None:
        raise Http404
    response = HttpResponsePermanentRedirect(reverse(route, args=[target]))
    response["Cache-Control"] = f"public, max-age={CACHED_S}"
    return response
