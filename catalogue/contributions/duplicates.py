"""Records that may be the one being written: told while its title is typed, each with why it is thought so.

Published records are told to everybody, unpublished ones only to those they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.records import permissions
from catalogue.records.wording import distance_words, place_words

NEAR_M = 500
SHOWN = 5
SHORTEST = 4
"""Characters of a title under which it resembles too many."""
LIKELY = 35
"""Score from which a record is worth telling, of about 150."""
CANDIDATES = 30
ALIKE = 0.45
"""Trigram similarity from which a title alone makes a candidate: under it, the place must tell."""
TITLE_POINTS, NEAR_POINTS, COMMUNE_POINTS, SOLUTION_POINTS, OWNER_POINTS = 60, 30, 10, 20, 15

# A few candidates by each way, then judged together: the title by record_title_trigrams, what is near by
# record_geog_published, the commune by record_territory_kind, the solution by its foreign key, one's own
# records by their author or organisation (%(own)s, a short list of keys).
TWINS = """
WITH asked AS (
    SELECT f_unaccent(lower(%(title)s::text)) AS title, ST_GeogFromWKB(%(point)s) AS point
), candidate AS (
    (SELECT r.id FROM catalogue_record r
     WHERE r.state = 'publiee' AND r.kind = %(kind)s AND length(%(title)s::text) >= %(shortest)s
       AND f_unaccent(lower(r.title)) %% f_unaccent(lower(%(title)s::text))
     ORDER BY similarity(f_unaccent(lower(r.title)), f_unaccent(lower(%(title)s::text))) DESC, r.id
     LIMIT %(candidates)s)
    UNION
    (SELECT r.id FROM catalogue_record r, asked a
     WHERE r.state = 'publiee' AND r.kind = %(kind)s AND ST_DWithin(r.geog, a.point, %(near)s)
       AND r.location_precision = ANY(%(precise)s)
     ORDER BY r.geog <-> a.point
     LIMIT %(candidates)s)
    UNION
    (SELECT r.id FROM catalogue_record r
     WHERE r.territory_id = %(territory)s AND r.kind = %(kind)s AND r.state = 'publiee'
     ORDER BY similarity(f_unaccent(lower(r.title)), f_unaccent(lower(%(title)s::text))) DESC, r.id
     LIMIT %(candidates)s)
    UNION
    (SELECT r.id FROM catalogue_experiment e JOIN catalogue_record r ON r.id = e.record_ptr_id
     WHERE e.solution_id = %(solution)s AND r.kind = %(kind)s AND r.state = 'publiee'
     ORDER BY r.id LIMIT %(candidates)s)
    UNION
    SELECT unnest(%(own)s::bigint[])
)
SELECT r.id,
       similarity(f_unaccent(lower(r.title)), a.title),
       CASE WHEN r.location_precision = ANY(%(precise)s) THEN ST_Distance(r.geog, a.point) END,
       coalesce(r.territory_id = %(territory)s, false),
       coalesce(e.solution_id = %(solution)s, false),
       coalesce(r.owner_id = %(owner)s, false)
FROM candidate c
JOIN catalogue_record r ON r.id = c.id
CROSS JOIN asked a
LEFT JOIN catalogue_experiment e ON e.record_ptr_id = r.id
WHERE r.id IS DISTINCT FROM %(besides)s
"""


@dataclass(frozen=True)
class Sought:
    """What is known of the record being written; ``point`` when it says more than its commune."""

    kind: str
    title: str
    point: Point | None = None
    territory: int | None = None
    solution: int | None = None
    owner: int | None = None
    besides: int | None = None


@dataclass(frozen=True)
class Twin:
    """A record that may be the same, how likely (0 to about 150) and why, in words."""

    record: Record
    score: int
    reasons: list[str]
    place: str
    is_own: bool

    @property
    def address(self) -> str:
        """The public page, or for one's own unpublished record the page where it is written."""
        return self.record.get_absolute_url() if self.record.is_published else ""


def sought(record: Any) -> Sought:
    """What a record being written says of itself."""
    return Sought(
        kind=record.kind,
        title=record.title,
        point=record.point if record.location_precision in Record.PRECISE else None,
        territory=record.territory_id,
        solution=getattr(record, "solution_id", None),
        owner=record.owner_id,
        besides=record.pk,
    )


def likely_duplicates(user: User, asked: Sought) -> list[Twin]:
    """The records most likely to be the one being written, the likeliest first, of those the account sees."""
    own = Record.objects.filter(permissions.own(user), kind=asked.kind).exclude(state=Record.State.PUBLISHED)
    owned = set(own.order_by("-updated_at").values_list("pk", flat=True)[:CANDIDATES])
    judged = [(_reasons(row, asked), row[0]) for row in _rows(asked, owned)]
    best = sorted((one for one in judged if one[0][0] >= LIKELY), key=lambda one: (-one[0][0], one[1]))
    best = best[:SHOWN]
    visible = Record.objects.published() | Record.objects.filter(pk__in=owned)
    records = (
        visible.select_related("territory__departement")
        .defer("geometry", "description", "territory__geometry", "territory__departement__geometry")
        .in_bulk([pk for _judged, pk in best])
    )
    return [
        Twin(records[pk], score, reasons, place_words(records[pk]), pk in owned)
        for (score, reasons), pk in best
        if pk in records
    ]


def _rows(asked: Sought, own: set[int]) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
        cursor.execute(
            TWINS,
            {
                "kind": asked.kind,
                "title": asked.title.strip()[:250],
                "point": bytes(asked.point.wkb) if asked.point is not None else None,
                "territory": asked.territory,
                "solution": asked.solution,
                "owner": asked.owner,
                "besides": asked.besides,
                "own": sorted(own),
                "near": NEAR_M,
                "precise": list(Record.PRECISE),
                "shortest": SHORTEST,
                "candidates": CANDIDATES,
            },
        )
        return list(cursor.fetchall())


def _reasons(row: tuple[Any, ...], asked: Sought) -> tuple[int, list[str]]:
    """The score of a candidate, and the words of what makes it."""
    _pk, alike, metres, same_commune, same_solution, same_owner = row
    score, words = TITLE_POINTS * alike, []
    if alike >= 0.95:
        words.append(_("même titre"))
    elif alike >= 0.6:
        words.append(_("titre très proche"))
    elif alike >= 0.35:
        words.append(_("titre proche"))
    if metres is not None and metres <= NEAR_M:
        score += NEAR_POINTS * (1 - metres / (2 * NEAR_M))
        words.append(distance_words(metres) if metres >= 10 else _("au même endroit"))
    for holds, points, said in (
        (same_commune, COMMUNE_POINTS, _("même territoire")),
        (same_solution, SOLUTION_POINTS, _("même solution")),
        (same_owner, OWNER_POINTS, _("même organisation")),
    ):
        if holds:
            score += points
            words.append(said)
    return round(score), words
