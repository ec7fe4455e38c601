"""Ranking 1: which proven solutions are there for my territory?

One SQL query. Of the published experiments, the nearest of each niveau de preuve are taken by KNN,
the radius widens until enough proven solutions stand in it, and each experiment is scored

    score = proof × nearness^(1-w) × resemblance^w × freshness × theme × currency

where w goes from 0 (« proche de moi ») to 1 (« qui me ressemble »).
Every factor lies in 0..1, is kept and is shown in words. A solution ranks as its best experiment.

- proof      0.1, 0.25, 0.35, 0.7, 0.85 and 1 for the levels 0 to 5: a measured result counts twice a
             finished experiment without one; an experiment with a measured result counts 5 when its
             solution is confirmed in several EPCI
- nearness   1 / (1 + km / 50): 1 in the territory itself, one half at 50 km
- resemblance  1 / (1 + d / 2), d the distance between the profiles of the two territories in standard
             deviations (geo.twins): 1 for the territory itself, one half at two deviations; 0.25 when the
             place has no profile. Twins further than the radius stand as well when w > 0.
- freshness  0.94 ^ years since the last year known (of its period, its results, its source or its
             verification), never under 0.4; 0.5 when no year is known
- theme      1 when a theme asked for is borne (or none is asked for), 0.3 otherwise
- currency   0.8 when the day before which the experiment had to be confirmed is past, 1 otherwise
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Experiment, Record
from catalogue.models.querysets import STALE
from catalogue.public.search.record_search import EVERYTHING, RecordSearch
from catalogue.records import proof
from catalogue.records.expiry import date_status, is_final, of_month
from catalogue.records.wording import distance_words, period_words
from geo.models import Territory

RADII_KM = (10, 25, 50, 100, 200, 500, 1000, 20100)
"""Steps of the widening; the last one is half the Earth's girth, everywhere."""
EVERYWHERE_KM = RADII_KM[-1]
ENOUGH_PROVEN = 5
PROOF_WEIGHTS = (0.1, 0.25, 0.35, 0.7, 0.85, 1.0)
MOST_LESSONS = 6
PER_LEVEL = 60
TWINS = 40
PER_TWIN = 6
DEFAULT_WEIGHT = 0.25
"""Share of resemblance when the visitor does not move the slider."""

PROFILED = {
    "commune": ("commune", "commune_id", "coalesce(t.commune_id, t.id)"),
    "arrondissement": ("commune", "commune_id", "coalesce(t.commune_id, t.id)"),
    "epci": ("epci", "epci_id", "coalesce(t.epci_id, t.id)"),
    "departement": ("departement", "departement_id", "coalesce(t.departement_id, t.id)"),
}
"""For a level: whose profiles compare, the column that leads to them, the profile of a record's territory."""

# record_experiment_knn (geog, proof_level; published experiments only) carries the five KNN scans,
# profile_knn_<level> the twins and record_territory_proof their experiments; everything after works on
# at most 5 × PER_LEVEL + TWINS × PER_TWIN rows. The names in braces come from PROFILED,
# and {narrowed} from the queryset methods of the filters in use.
RANK_SOLUTIONS = """
WITH asked AS (
    SELECT profile FROM geo_territoryprofile WHERE territory_id = %(territory)s AND %(weight)s > 0
), close_by AS MATERIALIZED (
    SELECT near.id
    FROM unnest('{{4,3,2,1,0}}'::smallint[]) AS level (proof)
    CROSS JOIN LATERAL (
        SELECT r.id FROM catalogue_record r
        WHERE r.state = 'publiee' AND r.kind = 'experimentation' AND r.proof_level = level.proof {narrowed}
        ORDER BY r.geog <-> %(point)s::geography
        LIMIT %(per_level)s
    ) near
), twin AS MATERIALIZED (
    SELECT r.id
    FROM asked
    CROSS JOIN LATERAL (
        SELECT p.territory_id FROM geo_territoryprofile p
        WHERE p.level = '{level}'
        ORDER BY p.profile <-> asked.profile
        LIMIT %(twins)s
    ) p
    JOIN geo_territory t ON t.id = p.territory_id OR t.{parent} = p.territory_id
    CROSS JOIN LATERAL (
        SELECT r.id FROM catalogue_record r
        WHERE r.territory_id = t.id AND r.kind = 'experimentation' AND r.state = 'publiee' {narrowed}
        ORDER BY r.proof_level DESC
        LIMIT %(per_twin)s
    ) r
), placed AS MATERIALIZED (
    SELECT x.id, x.proof_level AS own_level, ST_Distance(x.geog, %(point)s::geography) AS metres,
           e.solution_id, e.status, e.outcome, s.proof_level AS solution_level,
           coalesce(%(territory)s IN (t.id, t.commune_id, t.epci_id, t.ept_id, t.departement_id, t.region_id),
                    false) AS inside,
           c.is_twin, x.territory_id, 1 / (1 + (tp.profile <-> asked.profile) / 2) AS likeness,
           greatest(x.year_end, x.year_start, m.year, extract(year FROM x.verified_on),
                    extract(year FROM dated.stated_on))::int AS last_year,
           x.verified_on, dated.stated_on,
           CASE WHEN x.expires_on < %(today)s THEN x.expires_on END AS stale_since,
           e.status = 'abandonne' OR e.outcome = 'non-concluant' AS failed,
           %(themes)s::text[] = '{{}}' OR EXISTS (
               SELECT 1 FROM catalogue_record_themes rt JOIN catalogue_theme th ON th.id = rt.theme_id
               WHERE rt.record_id IN (e.solution_id, x.id) AND th.code = ANY (%(themes)s::text[])
           ) AS on_theme
    FROM (
        SELECT id, bool_or(is_twin) AS is_twin
        FROM (SELECT id, false AS is_twin FROM close_by UNION ALL SELECT id, true FROM twin) both_ways
        GROUP BY id
    ) c
    JOIN catalogue_record x ON x.id = c.id
    JOIN catalogue_experiment e ON e.record_ptr_id = c.id
    JOIN catalogue_record s ON s.id = e.solution_id AND s.state = 'publiee'
    CROSS JOIN LATERAL (SELECT coalesce(e.status_day, x.stated_on) AS stated_on) dated
    LEFT JOIN geo_territory t ON t.id = x.territory_id
    LEFT JOIN asked ON true
    LEFT JOIN geo_territoryprofile tp ON tp.level = '{level}' AND tp.territory_id = {profiled}
    LEFT JOIN LATERAL (
        SELECT max(i.year) AS year FROM catalogue_indicator i
        WHERE i.experiment_id = c.id AND i.nature = 'mesure'
    ) m ON true
), radius AS (
    SELECT coalesce(
        %(radius)s,
        (SELECT min(step.km) FROM unnest(%(radii)s::float8[]) AS step (km)
         WHERE (SELECT count(DISTINCT solution_id) FROM placed
                WHERE own_level >= 3 AND on_theme AND (inside OR metres <= step.km * 1000)) >= %(enough)s),
        %(everywhere)s::float8
    ) AS km
), factored AS (
    SELECT p.*, radius.km AS radius_km,
           CASE WHEN own_level >= 3 AND solution_level = 5 THEN 5 ELSE own_level END AS level,
           CASE WHEN inside THEN 1 ELSE 1 / (1 + metres / 50000) END AS nearness,
           CASE WHEN inside THEN 1 ELSE coalesce(likeness, 0.25) END AS resemblance,
           CASE WHEN last_year IS NULL THEN 0.5
                ELSE greatest(0.4, power(0.94, greatest(0, %(year)s - last_year))) END AS freshness,
           CASE WHEN on_theme THEN 1 ELSE 0.3 END AS theme,
           CASE WHEN stale_since IS NULL THEN 1 ELSE %(stale)s END AS currency
    FROM placed p, radius
    WHERE p.inside OR p.is_twin OR p.metres <= radius.km * 1000
), scored AS (
    SELECT *, (%(proofs)s::float8[])[level + 1]
              * power(nearness, 1 - %(weight)s) * power(resemblance, %(weight)s)
              * freshness * theme * currency AS score,
           CASE WHEN %(by_distance)s THEN CASE WHEN inside THEN -1 ELSE metres END END AS distance_key
    FROM factored
), ranked AS (
    SELECT *, row_number() OVER (
               PARTITION BY solution_id, failed ORDER BY distance_key, score DESC, metres, id
           ) AS place
    FROM scored
), best AS (
    SELECT *, row_number() OVER (
               PARTITION BY failed ORDER BY distance_key, score DESC, metres, solution_id
           ) AS position,
           count(*) OVER (PARTITION BY failed) AS total,
           count(*) FILTER (WHERE level >= 3 AND on_theme AND (inside OR metres <= radius_km * 1000))
               OVER (PARTITION BY failed) AS proven_within,
           count(*) FILTER (WHERE NOT inside AND metres > radius_km * 1000)
               OVER (PARTITION BY failed) AS twins_beyond
    FROM ranked
    WHERE place = 1
)
SELECT b.solution_id, s.slug, s.title, s.summary, b.solution_level,
       b.id AS experiment_id, x.slug AS experiment_slug, x.title AS experiment_title, x.place_name,
       x.location_precision, x.year_start, x.year_end,
       b.metres, b.inside, b.level, b.status, b.outcome, b.failed, b.last_year,
       b.territory_id, t.name AS territory_name, b.is_twin, b.total, b.proven_within, b.twins_beyond,
       b.nearness::float8, b.resemblance::float8, b.likeness IS NOT NULL AS has_likeness, b.freshness::float8,
       b.theme::float8, b.on_theme, b.currency::float8, b.stale_since, b.verified_on, b.stated_on,
       b.score::float8, b.radius_km,
       (SELECT coalesce(json_agg(json_build_object('slug', ox.slug, 'title', ox.title, 'place', ox.place_name,
                                                   'metres', o.metres) ORDER BY o.place), '[]')
        FROM ranked o JOIN catalogue_record ox ON ox.id = o.id
        WHERE o.solution_id = b.solution_id AND o.failed = b.failed AND o.place BETWEEN 2 AND 11) AS others
FROM best b
JOIN catalogue_record s ON s.id = b.solution_id
JOIN catalogue_record x ON x.id = b.id
LEFT JOIN geo_territory t ON t.id = b.territory_id
WHERE b.position <= CASE WHEN b.failed THEN %(lessons)s ELSE %(limit)s END
ORDER BY b.failed, b.position
"""


RESEMBLANCE_WORDS = (
    (0.7, gettext_lazy("%(name)s, territoire jumeau : profil très proche")),
    (0.5, gettext_lazy("%(name)s a un profil proche")),
    (0.33, gettext_lazy("%(name)s a un profil assez différent")),
)


@dataclass(frozen=True)
class Factor:
    """One factor of a score, in words and as a share of 1 (None: no bar)."""

    label: str
    detail: str
    value: float | None


@dataclass(frozen=True)
class RankedSolution:
    """A solution and the experiment that ranks it, with why."""

    slug: str
    title: str
    summary: str
    solution_level: int
    experiment: dict[str, Any]
    metres: float
    inside: bool
    is_beyond: bool
    """Further than the radius: tried in a twin territory."""
    level: int
    failed: bool
    score: float
    factors: list[Factor]
    others: list[dict[str, Any]]


@dataclass(frozen=True)
class Ranking:
    """The answer: what works, what failed, and how far one had to look."""

    radius_km: float
    widened: bool
    total: int = 0
    """Solutions ranked in all, of which ``solutions`` holds the first."""
    proven: int = 0
    """Those within the radius whose result is measured, on the theme asked for when there is one."""
    beyond: int = 0
    """Those further than the radius: tried in a twin territory."""
    solutions: list[RankedSolution] = field(default_factory=list)
    failures: list[RankedSolution] = field(default_factory=list)

    @property
    def everywhere(self) -> bool:
        """True when no radius held enough proof."""
        return self.radius_km >= EVERYWHERE_KM


def rank_solutions(
    territory: Territory | None,
    point: Point,
    search: RecordSearch = EVERYTHING,
    *,
    radius_km: float | None = None,
    weight: float = DEFAULT_WEIGHT,
    limit: int = 50,
) -> Ranking:
    """Rank the solutions for a territory seen from ``point`` (srid 4326), in one query.

    The themes of ``search`` are a factor, its other filters leave out experiments; ``sort`` may order by
    distance alone. ``radius_km`` fixes the radius; without it the radius widens by the steps of RADII_KM
    until ENOUGH_PROVEN proven solutions stand in it. ``weight`` is the share of resemblance, 0 to 1; a level
    without profiles (region, EPT) counts as 0.
    """
    profiled = None
    if territory is not None and search.sort != "distance":
        profiled = PROFILED.get(territory.level)
    asked = Asked(
        year=timezone.localdate().year,
        weight=weight if profiled is not None else 0.0,
        themes=search.chosen("theme"),
        territory=territory,
    )
    level, parent, of_record = profiled or PROFILED["commune"]
    narrowed, values = _narrowed(search)
    statement = RANK_SOLUTIONS.format(level=level, parent=parent, profiled=of_record, narrowed=narrowed)
    by_distance = search.sort == "distance"
    rows = rows_of(
        statement,
        {
            **_parameters(asked, point),
            **values,
            "radius": radius_km,
            "by_distance": by_distance,
            "limit": limit,
        },
    )
    return _ranking(rows, asked, radius_km)


def _narrowed(search: RecordSearch) -> tuple[str, dict[str, Any]]:
    """The SQL condition of the filters in use on an experiment ``r``, themes aside, and its parameters."""
    everything = Record.objects.all()
    records = search.narrow(everything, without={"theme"})
    if records is everything:
        return "", {}
    sql, parameters = records.order_by().values("pk").query.sql_with_params()
    values = {f"filter_{number}": value for number, value in enumerate(parameters)}
    names = tuple(f"%({name})s" for name in values)
    return f"AND r.id IN ({sql.replace('%%', '%%%%') % names})", values


def _parameters(asked: Asked, point: Point) -> dict[str, Any]:
    return {
        "weight": asked.weight,
        "themes": list(asked.themes),
        "territory": asked.territory.pk if asked.territory is not None else None,
        "year": asked.year,
        "today": timezone.localdate(),
        "point": point.ewkt,
        "twins": TWINS,
        "per_twin": PER_TWIN,
        "per_level": PER_LEVEL,
        "radii": [float(km) for km in RADII_KM],
        "enough": ENOUGH_PROVEN,
        "everywhere": float(EVERYWHERE_KM),
        "stale": STALE,
        "lessons": MOST_LESSONS,
        "proofs": list(PROOF_WEIGHTS),
    }


def rows_of(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a ranking; return its rows by the names of their columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _ranking(rows: list[dict[str, Any]], asked: Asked, radius_km: float | None) -> Ranking:
    """Sort the rows into solutions and failures; every row has the totals of its side."""
    radius = float(rows[0]["radius_km"]) if rows else float(radius_km or EVERYWHERE_KM)
    worked = [row for row in rows if not row["failed"]]
    counts = worked[0] if worked else {"total": 0, "proven_within": 0, "twins_beyond": 0}
    return Ranking(
        radius_km=radius,
        widened=radius_km is None and radius > RADII_KM[0],
        total=counts["total"],
        proven=counts["proven_within"],
        beyond=counts["twins_beyond"],
        solutions=[_solution(row, asked) for row in worked],
        failures=[_solution(row, asked) for row in rows if row["failed"]],
    )


@dataclass(frozen=True)
class Asked:
    """What was asked for, as far as the words of the factors depend on it."""

    year: int
    weight: float
    themes: tuple[str, ...]
    territory: Territory | None


def _solution(row: dict[str, Any], asked: Asked) -> RankedSolution:
    return RankedSolution(
        slug=row["slug"],
        title=row["title"],
        summary=row["summary"],
        solution_level=row["solution_level"],
        experiment={
            "slug": row["experiment_slug"],
            "title": row["experiment_title"],
            "place": _place_words(row),
            "status": _status_words(row),
            "outcome": Experiment.Outcome(row["outcome"]).label,
            "period": period_words(row["year_start"], row["year_end"]),
        },
        metres=row["metres"],
        inside=row["inside"],
        is_beyond=not row["inside"] and row["metres"] > row["radius_km"] * 1000,
        level=row["level"],
        failed=row["failed"],
        score=row["score"],
        factors=explain(row, asked),
        others=row["others"],
    )


def _status_words(row: dict[str, Any]) -> str:
    status = Experiment.Status(row["status"])
    return date_status(
        str(status.label),
        row["verified_on"],
        row["stated_on"],
        is_final=is_final(Record.Kind.EXPERIMENT, status),
    )


def _place_words(row: dict[str, Any]) -> str:
    place, commune = row["place_name"], row["territory_name"] or ""
    return place if commune in place and place else ", ".join(filter(None, (place, commune)))


def explain(row: dict[str, Any], asked: Asked) -> list[Factor]:
    level = row["level"]
    factors = [
        Factor(
            _("Preuve"),
            _("%(level)d sur 5 : %(label)s") % {"level": level, "label": proof.LABELS[level]},
            PROOF_WEIGHTS[level],
        ),
        Factor(_("Proximité"), _nearness_words(row), row["nearness"]),
    ]
    if asked.weight > 0:
        factors.append(Factor(_("Ressemblance"), _resemblance_words(row), row["resemblance"]))
    factors.append(Factor(_("Fraîcheur"), _freshness_words(row["last_year"], asked.year), row["freshness"]))
    if asked.themes:
        words = _("thème demandé") if row["on_theme"] else _("autre thème que celui demandé")
        factors.append(Factor(_("Thème"), words, row["theme"]))
    return [*factors, *currency_factors(row)]


def currency_factors(row: dict[str, Any]) -> list[Factor]:
    """That the information is to be confirmed, since when, and what it costs; nothing while it is not."""
    if row["stale_since"] is None:
        return []
    values = {"percent": round(100 * (1 - row["currency"]))}
    if row["verified_on"] is None and row["stated_on"] is not None:
        values["of_date"] = of_month(row["stated_on"])
        words = _("information %(of_date)s, à confirmer : −%(percent)d %%") % values
    else:
        values["date"] = date_format(row["stale_since"], "j F Y")
        words = _("information à confirmer depuis le %(date)s : −%(percent)d %%") % values
    return [Factor(_("Vérification"), words, row["currency"])]


def _nearness_words(row: dict[str, Any]) -> str:
    if row["inside"]:
        return _("sur le territoire")
    if row["location_precision"] == "commune":
        return _("%(distance)s (mesurée au point de la commune)") % {
            "distance": distance_words(row["metres"])
        }
    return distance_words(row["metres"])


def _resemblance_words(row: dict[str, Any]) -> str:
    if row["inside"]:
        return _("le territoire lui-même")
    if not row["has_likeness"]:
        return _("profil du lieu non connu")
    share = row["resemblance"]
    for least, words in RESEMBLANCE_WORDS:
        if share >= least:
            return words % {"name": row["territory_name"]}
    return _("%(name)s a un profil très différent") % {"name": row["territory_name"]}


def _freshness_words(last_year: int | None, year: int) -> str:
    if last_year is None:
        return _("année non connue")
    age = max(0, year - last_year)
    if age == 0:
        return _("dernière information cette année")
    return _("dernière information en %(year)d") % {"year": last_year}
