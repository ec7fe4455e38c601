"""What the experiments of a solution show together, computed by one statement from what is published.

Every experiment counts alike, the abandoned and the inconclusive with the others. A result is comparable
when it is measured on the solution, has a class, a type from the shared list, a value, a year and a source,
and a unit that converts to that of its type. An experiment counts once for each type and class: its
independent measures before the others, then the latest; when two are left, nothing says which compares and
neither is counted. What is left out is counted, with the reason. Usage and means stand apart from effects.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from catalogue.models import Experiment, IndicatorType, Record
from catalogue.models.units import UNITS

SHOWN = 60
"""Most values of one indicator given one by one; of more, as many spread from the lowest to the highest."""
MEDIAN_FROM = 2
"""Values below which there is no median."""

# Experiments of a solution: the index of their foreign key; their indicators: that of theirs. The units
# are those of ``units``, spelt in SQL as ``units.normalise_unit`` spells them.
STATEMENT = """
WITH shown AS MATERIALIZED (
    SELECT r.id, r.slug, r.title, r.territory_id, e.status, e.outcome,
           t.name AS place, t.level, coalesce(t.epci_id, CASE WHEN t.level = 'epci' THEN t.id END) AS epci
    FROM catalogue_experiment e
    JOIN catalogue_record r ON r.id = e.record_ptr_id AND r.state = 'publiee'
    LEFT JOIN geo_territory t ON t.id = r.territory_id
    WHERE e.solution_id = %(solution)s
), units AS (
    SELECT * FROM unnest(%(spellings)s::text[], %(dimensions)s::text[], %(factors)s::numeric[])
        AS u (spelling, dimension, factor)
), results AS MATERIALIZED (
    SELECT i.id, i.experiment_id, i.type_id, i.value, i.baseline, i.year, i.is_third_party, i.kind,
           k.is_difference, i.unit AS given, coalesce(k.unit, '') AS wanted,
           CASE WHEN i.nature <> 'mesure' THEN 'annonce'
                WHEN i.subject = 'observation' THEN 'autre-objet'
                WHEN i.subject = '' OR i.kind = '' THEN 'sans-classe'
                WHEN i.value IS NULL THEN 'sans-valeur'
                WHEN i.type_id IS NULL THEN 'sans-type'
                WHEN i.year IS NULL OR i.document_id IS NULL
                     AND btrim(i.source_url) = '' AND btrim(i.source_citation) = '' THEN 'sans-source'
           END AS refused
    FROM shown s
    JOIN catalogue_indicator i ON i.experiment_id = s.id
    LEFT JOIN catalogue_indicatortype k ON k.id = i.type_id
), spelt AS MATERIALIZED (
    SELECT unit, {spelling} AS spelling
    FROM (SELECT given FROM results UNION SELECT wanted FROM results) AS x (unit)
), read AS (
    SELECT r.*, CASE WHEN given.spelling = '' THEN NULL
                     WHEN given.spelling = wanted.spelling THEN 1
                     WHEN a.dimension = b.dimension THEN a.factor / b.factor END AS factor
    FROM results r
    JOIN spelt given ON given.unit = r.given
    JOIN spelt wanted ON wanted.unit = r.wanted
    LEFT JOIN units a ON a.spelling = given.spelling
    LEFT JOIN units b ON b.spelling = wanted.spelling
), ranked AS (
    SELECT r.*, rank() OVER best AS place, count(*) OVER same AS tied
    FROM read r WHERE refused IS NULL AND factor IS NOT NULL
    WINDOW best AS (PARTITION BY experiment_id, type_id, kind ORDER BY is_third_party DESC, year DESC),
           same AS (PARTITION BY experiment_id, type_id, kind, is_third_party, year)
), kept AS (
    SELECT r.*, r.value * r.factor AS converted,
           CASE WHEN r.baseline <> 0 AND NOT r.is_difference
                THEN 100 * (r.value - r.baseline) / abs(r.baseline) END AS change
    FROM ranked r WHERE r.place = 1 AND r.tied = 1
), spread AS (
    SELECT v.*, row_number() OVER (PARTITION BY type_id, kind ORDER BY converted, id) - 1 AS turn,
           count(*) OVER (PARTITION BY type_id, kind) AS held
    FROM kept v
), left_out AS (
    SELECT refused AS reason, count(*) AS n FROM read WHERE refused IS NOT NULL GROUP BY refused
    UNION ALL SELECT 'unite', count(*) FROM read WHERE refused IS NULL AND factor IS NULL
    UNION ALL SELECT 'plus-ancienne', count(*) FROM ranked WHERE place > 1
    UNION ALL SELECT 'ambigue', count(*) FROM ranked WHERE place = 1 AND tied > 1
), compared AS (
    SELECT k.code, k.label, k.unit, k.direction, k.description, k.position, v.kind, count(*) AS n,
           count(*) FILTER (WHERE v.is_third_party) AS independent,
           count(DISTINCT s.territory_id) AS territories,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY v.converted) AS median,
           min(v.converted) AS low, max(v.converted) AS high,
           count(v.change) AS with_change, percentile_cont(0.5) WITHIN GROUP (ORDER BY v.change) AS change,
           array_agg(jsonb_build_object('value', v.converted, 'slug', s.slug, 'title', s.title,
                                        'place', s.place,
                'status', s.status, 'outcome', s.outcome, 'year', v.year, 'independent', v.is_third_party)
                ORDER BY v.turn) FILTER (WHERE v.turn %% ceil(v.held / %(most)s::numeric) = 0) AS points
    FROM spread v JOIN shown s ON s.id = v.experiment_id JOIN catalogue_indicatortype k ON k.id = v.type_id
    GROUP BY k.id, v.kind
)
SELECT jsonb_build_object(
    'statuses', (SELECT coalesce(jsonb_object_agg(status, n), '{{}}')
                 FROM (SELECT status, count(*) AS n FROM shown GROUP BY status) x),
    'failures', (SELECT count(*) FROM shown WHERE status = 'abandonne' OR outcome = 'non-concluant'),
    'communes', (SELECT count(DISTINCT territory_id) FROM shown WHERE level IN ('commune', 'arrondissement')),
    'places', (SELECT count(DISTINCT territory_id) FROM shown),
    'epcis', (SELECT count(DISTINCT epci) FROM shown),
    'left_out', (SELECT coalesce(jsonb_object_agg(reason, n), '{{}}') FROM left_out WHERE n > 0),
    'compared', (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.n DESC, c.position, c.label), '[]')
                 FROM compared c))::text
"""
# the same as units.spelling: exponents, accents and capitals aside, no space around a sign
SPELLING = (
    r"regexp_replace(regexp_replace(btrim(lower(unaccent(translate(unit, '²³₂’', '232''')))),"
    r" '\s+', ' ', 'g'), '\s*([/.()])\s*', '\1', 'g')"
)
QUERY = STATEMENT.format(spelling=SPELLING)


@dataclass(frozen=True)
class Value:
    """One measure, in the unit of its type, and the experiment that it comes from."""

    value: Decimal
    slug: str
    title: str
    place: str
    status: str
    outcome: str
    year: int
    is_independent: bool

    @property
    def failed(self) -> bool:
        """True when the experiment was abandoned or reported as inconclusive."""
        return self.status == Experiment.Status.ABANDONED or self.outcome == Experiment.Outcome.NEGATIVE


@dataclass(frozen=True)
class Comparison:
    """One shared indicator of one class over the experiments: ``median`` is None below two values."""

    code: str
    label: str
    unit: str
    kind: str
    direction: str
    description: str
    n: int
    independent: int
    territories: int
    median: Decimal | None
    low: Decimal
    high: Decimal
    change: Decimal | None
    with_change: int
    values: tuple[Value, ...]

    @property
    def is_truncated(self) -> bool:
        """Whether there are more values than those shown."""
        return self.n > len(self.values)


@dataclass(frozen=True)
class Synthesis:
    """What is known of a solution from its published experiments."""

    statuses: dict[str, int]
    failures: int
    places: int
    communes: int
    epcis: int
    comparisons: tuple[Comparison, ...]
    left_out: dict[str, int]

    @property
    def experiments(self) -> int:
        return sum(self.statuses.values())


def synthesis_of(solution: Record) -> Synthesis:
    """The synthesis of a solution, in one statement; empty where nothing is published."""
    parameters: dict[str, Any] = {
        "solution": solution.pk,
        "most": SHOWN,
        "spellings": list(UNITS),
        "dimensions": [unit.dimension for unit in UNITS.values()],
        "factors": [unit.factor for unit in UNITS.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, parameters)
        found = json.loads(cursor.fetchone()[0], parse_float=Decimal)
    return Synthesis(
        statuses=found["statuses"],
        failures=found["failures"],
        places=found["places"],
        communes=found["communes"],
        epcis=found["epcis"],
        comparisons=tuple(_comparison(row) for row in found["compared"]),
        left_out=found["left_out"],
    )


AS_THEY_ARE = (
    "code",
    "label",
    "unit",
    "kind",
    "description",
    "n",
    "independent",
    "territories",
    "with_change",
)
"""Columns of a comparison that need no conversion."""


def _comparison(row: dict[str, Any]) -> Comparison:
    as_they_are = {name: row[name] for name in AS_THEY_ARE}
    has_median = row["n"] >= MEDIAN_FROM
    return Comparison(
        direction=IndicatorType.Direction(row["direction"]),
        median=Decimal(row["median"]) if has_median else None,
        low=Decimal(row["low"]),
        high=Decimal(row["high"]),
        change=None if row["change"] is None else Decimal(row["change"]),
        values=tuple(_value(point) for point in row["points"]),
        **as_they_are,
    )


def _value(point: dict[str, Any]) -> Value:
    return Value(
        value=Decimal(point["value"]),
        slug=point["slug"],
        title=point["title"],
        place=point["place"] or "",
        status=point["status"],
        outcome=point["outcome"],
        year=point["year"],
        is_independent=point["independent"],
    )
