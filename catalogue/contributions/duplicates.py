"""Records that may be the one being written, shown while its title is typed, each with its reasons.

Published records are shown to everybody, unpublished ones only to those they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from catalogue.models import Record
from catalogue.records import near_duplicates, permissions
from catalogue.records.near_duplicates import ALIKE, WRITING, Description, find_near_duplicates, understand
from catalogue.records.wording import place_words

SHOWN = 5
SHORTEST = 4
"""Characters of a title under which it resembles too many."""
CANDIDATES = 30
"""Records compared, of those found in each way."""

# A few candidates by each way, then judged together: the title by record_title_trigrams, what is near by
# record_geog_published, the commune by record_territory_kind, the solution by its foreign key, one's own
# records by their author or organisation (%(own)s, a short list of keys); what means nearly the same by its
# signs, read in one scan of narrow rows, for the kinds whose meaning counts.
PAIRS = """
pair AS MATERIALIZED (
    SELECT g.id AS first, c.id AS second FROM given g CROSS JOIN LATERAL (
        (SELECT r.id FROM catalogue_record r
         WHERE r.state = 'publiee' AND r.kind = g.kind AND length(%(asked_title)s::text) >= %(shortest)s
           AND f_unaccent(lower(r.title)) %% f_unaccent(lower(%(asked_title)s::text))
         ORDER BY similarity(f_unaccent(lower(r.title)), f_unaccent(lower(%(asked_title)s::text))) DESC, r.id
         LIMIT %(candidates)s)
        UNION
        (SELECT r.id FROM catalogue_record r
         WHERE r.state = 'publiee' AND r.kind = g.kind AND ST_DWithin(r.geog, g.geog, %(near)s)
           AND r.location_precision = ANY(%(precise)s)
         ORDER BY r.geog <-> g.geog
         LIMIT %(candidates)s)
        UNION
        (SELECT r.id FROM catalogue_record r
         WHERE r.territory_id = g.territory_id AND r.kind = g.kind AND r.state = 'publiee'
         ORDER BY similarity(f_unaccent(lower(r.title)), g.title) DESC, r.id
         LIMIT %(candidates)s)
        UNION
        (SELECT r.id FROM catalogue_experiment e JOIN catalogue_record r ON r.id = e.record_ptr_id
         WHERE e.solution_id = g.solution_id AND r.kind = g.kind AND r.state = 'publiee'
         ORDER BY r.id LIMIT %(candidates)s)
        UNION
        (SELECT m.record_id FROM catalogue_recordmeaning m
         JOIN catalogue_record r ON r.id = m.record_id AND r.state = 'publiee' AND r.kind = g.kind
         WHERE g.signs IS NOT NULL
         ORDER BY bit_count(m.signs # g.signs), m.record_id
         LIMIT %(candidates)s)
        UNION
        SELECT unnest(%(own)s::bigint[])
    ) c
    WHERE c.id IS DISTINCT FROM %(besides)s
)
"""


@dataclass(frozen=True)
class LikelyDuplicate:
    """A record that may be the one being written, and why, in words."""

    record: Record
    reasons: list[str]
    place: str
    is_own: bool

    @property
    def address(self) -> str:
        """Return the public page; none for one's own unpublished record."""
        return self.record.get_absolute_url() if self.record.is_published else ""


def describe(record: Any) -> Description:
    """Return what a record being written says of itself."""
    precise = record.point if record.location_precision in Record.PRECISE else None
    return Description(
        kind=record.kind,
        title=record.title,
        summary=record.summary,
        territory=record.territory_id,
        position=(precise.x, precise.y) if precise is not None else None,
        owner=record.owner_id,
        solution=getattr(record, "solution_id", None),
    )


def likely_duplicates(
    user: User, description: Description, record_key: int | None = None
) -> list[LikelyDuplicate]:
    """Return the records most likely to be the one described, the likeliest first, of those the account sees.

    ``record_key`` is that of the record being written, when it is stored already.
    """
    own = Record.objects.filter(permissions.own_records(user), kind=description.kind)
    own = own.exclude(state=Record.State.PUBLISHED).order_by("-updated_at")
    own_keys = set(own.values_list("pk", flat=True)[:CANDIDATES])
    found = _find(description, own_keys, record_key)
    visible = Record.objects.published() | Record.objects.filter(pk__in=own_keys)
    records = (
        visible.select_related("territory__departement")
        .defer("geometry", "description", "territory__geometry", "territory__departement__geometry")
        .in_bulk([pair.second for pair in found])
    )
    return [
        LikelyDuplicate(
            record, near_duplicates.reasons(pair.factors), place_words(record), record.pk in own_keys
        )
        for pair in found
        if (record := records.get(pair.second))
    ]


def _find(
    description: Description, own_keys: set[int], record_key: int | None
) -> list[near_duplicates.NearDuplicate]:
    title = description.title.strip()[:250]
    asked = replace(description, title=title)
    if len(title) >= SHORTEST:
        (asked,) = understand([asked])
    parameters = {
        "asked_title": title,
        "own": sorted(own_keys),
        "besides": record_key,
        "shortest": SHORTEST,
        "candidates": CANDIDATES,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
        found = find_near_duplicates(PAIRS, parameters, WRITING, [asked])
    return found[:SHOWN]
