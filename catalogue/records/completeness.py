"""How complete the records of the queue are, kept in a column by which they are filtered and ordered.

The rule is that of ``catalogue.contributions.criteria``, in SQL so that a hundred thousand imported
records are measured in five statements: a test holds both against each other. Called by whatever writes a
record, in its transaction: ``versions.save_after``, ``workflow``, the importers; and every night for all.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from catalogue.models import Record

Kind = Record.Kind
Weighted = tuple[int, str]
"""What a criterion weighs, and its condition on the record ``r`` and the row ``k`` of its kind."""
BLANKS = r"E' \t\n\r\f\v\u00a0\u202f'"


def _text(column: str, least: int = 1) -> str:
    return f"length(btrim({column}, {BLANKS})) >= {least}"


def _has(table: str, column: str = "record_id", more: str = "") -> str:
    return f"EXISTS (SELECT FROM catalogue_{table} x WHERE x.{column} = r.id{more})"


def _role(*roles: str) -> str:
    named = ", ".join(f"'{role}'" for role in roles)
    return _has("recordorganisation", more=f" AND x.role IN ({named})")


SUMMARY: Weighted = (10, _text("r.summary", 60))
OWNER: Weighted = (10, "r.owner_id IS NOT NULL")
DESCRIBED: Weighted = (15, _text("r.description", 200))
THEMES: Weighted = (10, _has("record_themes"))
STAKES: Weighted = (5, _has("record_stakes"))
PHOTO: Weighted = (5, _has("document", more=" AND x.kind = 'photo'"))
SITUATED: Weighted = (15, "r.territory_id IS NOT NULL OR r.geometry IS NOT NULL")
PERIMETER: Weighted = (10, "r.geometry IS NOT NULL AND GeometryType(r.geometry) LIKE '%%POLYGON'")
CRITERIA: dict[str, tuple[str, tuple[Weighted, ...]]] = {
    Kind.SOLUTION: (
        "catalogue_solution",
        (
            SUMMARY,
            OWNER,
            DESCRIBED,
            THEMES,
            (5, "k.trl IS NOT NULL"),
            (10, _text("k.costs")),
            (10, _text("k.reuse_conditions")),
            (5, _text("k.obstacles_lifted")),
            STAKES,
            (5, _role("porteur")),
            PHOTO,
            (5, _has("document", more=" AND x.kind <> 'photo'")),
        ),
    ),
    Kind.EXPERIMENT: (
        "catalogue_experiment",
        (
            SUMMARY,
            OWNER,
            SITUATED,
            (5, "r.location_precision IN ('exacte', 'adresse')"),
            DESCRIBED,
            (5, "r.year_start IS NOT NULL"),
            (10, "k.success_factors <> '' OR k.obstacles <> ''"),
            (5, _has("indicator", "experiment_id")),
            (15, _has("indicator", "experiment_id", " AND x.is_counted")),
            THEMES,
            STAKES,
            (5, _role("territoire-hote")),
            PHOTO,
        ),
    ),
    Kind.SITE: (
        "catalogue_testsite",
        (
            SUMMARY,
            OWNER,
            SITUATED,
            PERIMETER,
            (15, _text("k.allowed_tests", 20)),
            (5, "cardinality(k.ground_kinds) > 0"),
            (10, _text("k.equipment")),
            (10, _text("k.conditions")),
            (5, "k.available_from IS NOT NULL OR k.available_until IS NOT NULL OR k.site_state = 'ouvert'"),
            THEMES,
            PHOTO,
        ),
    ),
    Kind.NEED: (
        "catalogue_need",
        (
            SUMMARY,
            OWNER,
            SITUATED,
            DESCRIBED,
            (5, "cardinality(k.audiences) > 0"),
            (10, "k.existing_data <> '' OR k.missing_data <> ''"),
            THEMES,
            STAKES,
        ),
    ),
    Kind.OPERATION: (
        "catalogue_operation",
        (
            SUMMARY,
            OWNER,
            SITUATED,
            PERIMETER,
            DESCRIBED,
            (10, "k.dwellings IS NOT NULL OR k.area_ha IS NOT NULL"),
            (5, "k.operation_type <> 'inconnu'"),
            (5, f"{_has('labelaward', 'operation_id')} OR {_has('record_programmes')}"),
            THEMES,
            STAKES,
            (5, _role("maitre-ouvrage", "porteur")),
            PHOTO,
        ),
    ),
}
# by the primary keys, then the indexes of the foreign keys of each part; only what has a case file is read
MEASURE = """
UPDATE catalogue_casefile c SET completeness = m.percent
FROM (
    SELECT r.id, round((100.0 * ({met}) / {total})::float8)::smallint AS percent
    FROM catalogue_casefile f
    JOIN catalogue_record r ON r.id = f.record_id AND r.kind = '{kind}'
    JOIN {table} k ON k.record_ptr_id = r.id
    WHERE {some}
) m
WHERE m.id = c.record_id AND c.completeness IS DISTINCT FROM m.percent
"""


WAITING = "f.state IN ('soumise', 'en-instruction', 'a-completer')"


def build_statement(kind: str, some: str) -> str:
    """The SQL that measures the records of a kind; ``some`` says which case files ``f``."""
    table, criteria = CRITERIA[kind]
    met = " + ".join(f"{weight} * coalesce(({condition}), false)::int" for weight, condition in criteria)
    total = sum(weight for weight, _condition in criteria)
    return MEASURE.format(met=met, total=total, kind=kind, table=table, some=some)


def measure_records(pks: Iterable[int]) -> None:
    """Measure those of the records that have a case file, as they are now in the transaction."""
    wanted = sorted(set(pks))
    kinds = Record.objects.filter(pk__in=wanted, case__isnull=False).order_by("kind")
    for kind in kinds.values_list("kind", flat=True).distinct():
        with connection.cursor() as cursor:
            cursor.execute(build_statement(kind, "f.record_id = ANY(%s)"), [wanted])


def measure_waiting() -> None:
    """Measure every record of the queue: what an organisation or a document that went has changed."""
    for kind in CRITERIA:
        with connection.cursor() as cursor:
            cursor.execute(
                build_statement(kind, "f.state IN ('soumise', 'en-instruction', 'a-completer')"), []
            )
