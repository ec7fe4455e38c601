"""The SQL of the reverse match: which saved searches would list the records just published.

Each condition is that of the page: the queryset methods of the filters for the map and the list, the hard
constraints of ranking 2 for the grounds. A property test compares both ways.
"""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models.expressions import RawSQL

from catalogue.models import Record
from catalogue.models.querysets import RecordQuerySet
from catalogue.rankings.grounds.wish import CONSTRAINTS

# The records, with everything that a search may ask of them; ``g`` is the ground as ranking 2 sees it.
FRESH = """
fresh AS MATERIALIZED (
    SELECT r.id, r.kind, r.geometry, r.geog, r.published_at, coalesce(e.terms, '{}') AS terms, e.document,
           m.signs, m.numbers,
           ARRAY[t.id, t.commune_id, t.epci_id, t.ept_id, t.departement_id, t.region_id] AS within,
           g.id AS ground_id, ARRAY[g.id, g.epci_id, g.ept_id, g.departement_id] AS around,
           r.territory_id IS NULL AND r.geog IS NULL AS is_national
    FROM catalogue_record r
    LEFT JOIN catalogue_searchentry e ON e.record_id = r.id
    LEFT JOIN catalogue_recordmeaning m ON m.record_id = r.id
    LEFT JOIN geo_territory t ON t.id = r.territory_id
    LEFT JOIN geo_territory g ON g.id = coalesce(t.commune_id, t.id)
    WHERE r.id = ANY (%(records)s) AND r.state = 'publiee'
)"""

# Who may want a record ``f``, by index: the GiST of the zones, the territories, the terms, those without
# either; a need that stands nowhere is offered to every search of grounds.
CANDIDATES = """
SELECT * FROM catalogue_savedsearch WHERE zone && f.geometry
UNION ALL
SELECT * FROM catalogue_savedsearch WHERE territory_id = ANY (f.within) AND zone IS NULL
UNION ALL
SELECT * FROM catalogue_savedsearch
WHERE terms && f.terms AND zone IS NULL AND territory_id IS NULL AND facets > 0
UNION ALL
SELECT * FROM catalogue_savedsearch WHERE zone IS NULL AND territory_id IS NULL AND facets = 0
UNION ALL
SELECT * FROM catalogue_savedsearch
WHERE f.is_national AND target = 'terrain' AND (zone IS NOT NULL OR territory_id IS NOT NULL)
"""

# What an index carries, then <conditions>: the other filters, as their querysets have them.
WANTED_ON_MAP = """
s.target = 'carte'
AND (s.kinds = '{}' OR f.kind = ANY (s.kinds))
AND (s.facets = 0 OR s.facets = (
    SELECT count(DISTINCT split_part(term, ':', 1)) FROM unnest(s.terms) AS term WHERE term = ANY (f.terms)
))
AND (s.words = '' OR f.document @@ s.words::tsquery OR (<meant>))
AND (s.territory_id IS NULL OR s.territory_id = ANY (f.within))
AND (s.twins IS NULL OR s.twins && f.within)
AND (s.zone IS NULL OR EXISTS (SELECT FROM ST_Dump(s.zone) AS part WHERE part.geom && f.geometry))
AND (s.centre IS NULL OR ST_DWithin(f.geog, s.centre, s.radius_m))
AND (s.asked = '{}' OR (<conditions>))
"""
# The same meaning, and the phrases and excluded words kept to. Few signs differ when the cosine is high: the
# function reads the numbers of these alone.
MEANT = """
bit_count(s.signs # f.signs) <= %(most_signs)s
AND (s.restriction = '' OR f.document @@ s.restriction::tsquery)
AND catalogue_cosine(s.numbers, f.numbers) >= %(least_cosine)s
"""
INDEXED = {"type", "q", "territoire", "jumeaux", "autour", "bbox"}
"""Parameters that have columns of their own, facets aside."""

# The hard constraints of ranking 2 on a ground, and no place that has the solution.
ACCEPTED = """
(SELECT <constraints> FROM (SELECT f.ground_id) one (id) LEFT JOIN geo_territory t USING (id))
AND (s.centre IS NULL OR ST_DWithin(f.geog, s.centre, s.radius_m))
AND NOT EXISTS (
    SELECT FROM catalogue_experiment x
    JOIN catalogue_record xr ON xr.id = x.record_ptr_id AND xr.state = 'publiee'
    JOIN geo_territory u ON u.id = xr.territory_id
    WHERE x.solution_id = s.solution_id AND (u.id = ANY (f.around) OR u.commune_id = ANY (f.around))
)
"""
WANTED_AS_GROUND = """
s.target = 'terrain'
AND (s.solution_id IS NULL OR EXISTS (
    SELECT FROM catalogue_record sr WHERE sr.id = s.solution_id AND sr.state = 'publiee'
))
AND CASE f.kind
    WHEN 'site' THEN EXISTS (
        SELECT FROM catalogue_testsite site
        WHERE site.record_ptr_id = f.id AND site.site_state IN ('ouvert', 'reserve', 'historique')
          AND (site.available_until IS NULL OR site.available_until >= %(today)s)
          AND (NOT s.asked ? 'grounds' OR site.ground_kinds && <grounds>)
    ) AND <accepted>
    WHEN 'besoin' THEN (
        <answered> OR CASE
            WHEN s.signs IS NOT NULL THEN (<near_subject>)
            WHEN s.words <> '' THEN s.terms && f.terms AND f.document @@ s.words::tsquery
            ELSE s.terms && f.terms
        END
    ) AND (f.is_national OR <accepted>)
    ELSE false
END
"""
# Somebody said that the solution answers the need.
ANSWERED = """EXISTS (
            SELECT FROM catalogue_needanswer a WHERE a.need_id = f.id AND a.solution_id = s.solution_id
        )"""
# The rule of records.affinity on the meaning of the solution; themes alone are the rest of the CASE.
NEAR_SUBJECT = """
bit_count(s.signs # f.signs) <= CASE WHEN s.terms && f.terms THEN %(themed_signs)s ELSE %(subject_signs)s END
AND catalogue_cosine(s.numbers, f.numbers)
    >= CASE WHEN s.terms && f.terms THEN %(themed_floor)s ELSE %(subject_floor)s END
"""

# The reason: the place, the terms that the record bears, the rest; else the criteria themselves.
REASON = """
concat_ws(', ',
    CASE WHEN f.published_at < s.created_at THEN %(updated)s END,
    CASE WHEN s.target = 'carte' AND s.words <> '' AND NOT f.document @@ s.words::tsquery THEN %(near)s END,
    coalesce(nullif(concat_ws(', ',
        nullif(s.reason_words ->> 'solution', ''),
        nullif(s.reason_words ->> 'place', ''),
        (SELECT string_agg(s.reason_words -> 'terms' ->> wanted.term, ', ' ORDER BY wanted.turn)
         FROM unnest(s.terms) WITH ORDINALITY AS wanted (term, turn) WHERE wanted.term = ANY (f.terms)),
        nullif(s.reason_words ->> 'others', '')
    ), ''), s.criteria),
    CASE WHEN s.target = 'terrain' AND f.kind = 'besoin' THEN
        CASE WHEN <answered> THEN %(answers)s WHEN s.signs IS NOT NULL THEN %(on_subject)s END
    END
)"""

# OFFSET 0: the conditions are planned once, over all candidates, rather than for each kind of them.
MATCHES = """
FROM fresh f CROSS JOIN LATERAL (<candidates> OFFSET 0) s
WHERE s.is_readable AND ((<on_map>) OR (<as_ground>))
"""


@cache
def find_sql() -> str:
    """Return the statement that finds the pairs of a search and a record."""
    return f"WITH {FRESH}\nSELECT s.id, f.id {_matches()}"


@cache
def store_sql() -> str:
    """Return the statement that stores these pairs, each once, with the reason."""
    return f"""
WITH {FRESH}
INSERT INTO catalogue_alertmatch (search_id, record_id, reason, matched_at)
SELECT s.id, f.id, {REASON.replace("<answered>", ANSWERED)}, %(now)s {_matches()}
ORDER BY s.id, f.id
ON CONFLICT (search_id, record_id) DO NOTHING
"""


def _matches() -> str:
    names = [name for name in RecordQuerySet.conditions if name not in INDEXED]
    constraints = [
        _unless_unasked(one.name, one.condition.format(value=_stored(one.name, one.kind)))
        for one in CONSTRAINTS
    ]
    parts = {
        "<candidates>": CANDIDATES,
        "<on_map>": WANTED_ON_MAP.replace("<meant>", MEANT),
        "<as_ground>": WANTED_AS_GROUND,
        "<answered>": ANSWERED,
        "<near_subject>": NEAR_SUBJECT,
        "<accepted>": ACCEPTED,
        "<conditions>": " AND ".join(_unless_unasked(name, _condition(name)) for name in names),
        "<constraints>": " AND ".join(constraints),
        "<grounds>": _stored("grounds", "varchar[]"),
    }
    text = MATCHES
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _unless_unasked(name: str, condition: str) -> str:
    return f"(NOT s.asked ? '{name}' OR {condition})"


def _stored(name: str, kind: str) -> str:
    """The SQL of what a search ``s`` asks under this name."""
    if kind.endswith("[]"):
        return f"ARRAY(SELECT jsonb_array_elements_text(s.asked -> '{name}'))::{kind}"
    return f"(s.asked ->> '{name}')::{kind}"


def _condition(name: str) -> str:
    """The SQL that the record ``f`` satisfies a filter: its own queryset method, for the stored value."""
    condition = RecordQuerySet.conditions[name]
    field = condition.stored_as()
    value = RawSQL(_stored(name, str(field.db_type(connection))), (), output_field=field)  # noqa: S611
    this = Record.objects.filter(pk=RawSQL("f.id", ()))
    query = condition.narrow(this, value).order_by().values("pk").query
    sql = connection.ops.compose_sql(*query.sql_with_params())  # type: ignore[attr-defined]
    return f"EXISTS ({sql.replace('%', '%%')})"


# Searches whose words would be read otherwise today: a word of these records ends the last one in a way not
# known when it was read (savedsearch_completed), is of the family of one (savedsearch_families), or a word
# was unknown then; and those of a solution among these records, whose themes may have changed.
READ_OTHERWISE = """
WITH word AS MATERIALIZED (
    SELECT DISTINCT k.key, k.stem, k.family
    FROM catalogue_searchentry e
    CROSS JOIN LATERAL unnest(tsvector_to_array(e.document)) AS lexeme
    JOIN catalogue_searchword k ON k.stem = lexeme
    WHERE e.record_id = ANY (%(records)s)
), beginning AS MATERIALIZED (
    SELECT DISTINCT left(word.key, n) AS key, word.stem
    FROM word CROSS JOIN LATERAL generate_series(%(shortest)s, length(word.key)) AS n
)
SELECT s.id FROM catalogue_savedsearch s
JOIN beginning b ON b.key = s.completed
WHERE s.completed <> '' AND b.stem <> ALL (s.stems)
UNION
SELECT s.id FROM catalogue_savedsearch s
JOIN word w ON w.family = ANY (s.families) AND w.stem <> ALL (s.stems)
WHERE s.families && ARRAY(SELECT family::text FROM word)
UNION
SELECT s.id FROM catalogue_savedsearch s WHERE s.has_unknown_words
UNION
SELECT s.id FROM catalogue_savedsearch s WHERE s.solution_id = ANY (%(records)s)
"""
