"""Make and take away the synthetic catalogue, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from catalogue.management.synthetic import entries, statements, vocabulary
from catalogue.management.synthetic.bulk import bulk
from catalogue.models import Organisation, Programme, Record, Source, Stake, Theme
from geo.models import Level, Territory

Step = Callable[[str], None]
SEARCH = ["catalogue_searchentry"]
MAP = ["catalogue_mapentry", "catalogue_mapshape", "catalogue_mapcell"]


class AlreadyThere(Exception):
    """The base already holds synthetic records."""


class NoGround(Exception):
    """The base has no commune to stand on."""


def silent(_name: str) -> None:
    """A step that nobody is told of."""


def generate(records: int, seed: int = 1, step: Step = silent) -> int:
    """Number of synthetic records written, the same ones for the same seed on the same ground."""
    if Record.objects.filter(is_synthetic=True).exists():
        raise AlreadyThere
    if not Territory.objects.current().at_level(Level.COMMUNE).filter(point__isnull=False).exists():
        raise NoGround
    with transaction.atomic(), connection.cursor() as cursor:
        settle(cursor)
        make_vocabularies()
        parameters = parameters_of(cursor, records, seed)
        stage(cursor, parameters, step)
        with bulk(cursor, statements.TABLES, step):
            write(cursor, parameters, step)
        finish(cursor, parameters, step)
        cursor.execute("SET LOCAL catalogue.defers_search = 'off'")
    analyze()
    return records


def remove(step: Step = silent) -> int:
    """Number of synthetic records taken away, with all that hangs from them."""
    with transaction.atomic(), connection.cursor() as cursor:
        settle(cursor)
        count = Record.objects.filter(is_synthetic=True).count()
        if count:
            with bulk(cursor, [*statements.TABLES, *SEARCH], step):
                step("Effacement")
                for statement in statements.REMOVE:
                    cursor.execute(statement)
            rebuild_map(cursor, step)
        cursor.execute("SET LOCAL catalogue.defers_search = 'off'")
    analyze()
    return count


def settle(cursor: Any) -> None:
    """Settings of this transaction: no time limit, room to sort, search entries made once at the end."""
    cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off")
    cursor.execute("SET LOCAL catalogue.defers_search = 'on'")


def make_vocabularies() -> None:
    """Give an empty base themes, stakes and programmes that say what they are."""
    sizes = {Theme: vocabulary.THEMES, Stake: vocabulary.STAKES, Programme: vocabulary.PROGRAMMES}
    for model, size in sizes.items():
        if not model._default_manager.exists():
            name = model._meta.verbose_name
            for n in range(1, size + 1):
                label = f"[synthèse] {name} {n}"
                model._default_manager.create(code=f"synthese-{n:02d}", label=label, position=n)


def parameters_of(cursor: Any, records: int, seed: int) -> dict[str, Any]:
    """What the statements draw from."""
    source, _created = Source.objects.get_or_create(
        code="synthese",
        defaults={"name": "Données de synthèse", "note": "Fiches fictives, pour essayer et mesurer le site."},
    )
    organisations = max(1, records // 100)
    measures, units = zip(*vocabulary.MEASURES, strict=True)
    regimes, steps = zip(*vocabulary.AWARDS, strict=True)
    themes, subjects = zip(*vocabulary.SUBJECTS, strict=True)
    numbers = {
        "records": records,
        "seed": seed,
        "solutions": max(1, records * 6 // 100),
        "organisations": organisations,
        "source": source.pk,
        "first_id": reserve(cursor, Record._meta.db_table, records),
        "first_organisation": reserve(cursor, Organisation._meta.db_table, organisations),
    }
    lists = {
        "subjects": subjects,
        "subject_themes": themes,
        "summaries": vocabulary.SUMMARIES,
        "bodies": vocabulary.BODIES,
        "measures": measures,
        "units": units,
        "regimes": regimes,
        "steps": steps,
        "tests": vocabulary.TESTS,
        "organisation_names": vocabulary.ORGANISATION_NAMES,
        "organisation_kinds": vocabulary.ORGANISATION_KINDS,
    }
    texts = {
        "abandon": vocabulary.ABANDON,
        "citation": vocabulary.CITATION,
        "document": vocabulary.DOCUMENT,
        "label": vocabulary.LABEL,
        "measured_by": vocabulary.MEASURED_BY,
    }
    return numbers | texts | {name: list(values) for name, values in lists.items()}


def reserve(cursor: Any, table: str, count: int) -> int:
    """First of ``count`` consecutive keys of a table."""
    cursor.execute(statements.RESERVE, {"table": table, "count": count})
    return int(cursor.fetchone()[0])


def stage(cursor: Any, parameters: dict[str, Any], step: Step) -> None:
    """Draw every record into temporary tables."""
    step("Tirage au sort des lieux")
    cursor.execute(statements.CLEAR)
    cursor.execute(statements.DRAW.format(seed=int(parameters["seed"])))
    cursor.execute(statements.COMMUNES)
    cursor.execute(statements.DRAWN, parameters)
    cursor.execute("ANALYZE syn_drawn")
    step("Placement dans les communes")
    cursor.execute(statements.PLACED)
    step("Périmètres")
    cursor.execute(statements.STAGED, parameters)
    cursor.execute(statements.TERMS)
    cursor.execute("ANALYZE syn_term")


def write(cursor: Any, parameters: dict[str, Any], step: Step) -> None:
    """Copy what was drawn into the tables of the catalogue."""
    cursor.execute(statements.ORGANISATIONS, parameters)
    step("Écriture des fiches")
    cursor.execute(statements.RECORDS, parameters)
    step("Écriture de chaque nature")
    for statement in statements.KINDS:
        cursor.execute(statement, parameters)
    step("Thèmes, programmes, organisations, indicateurs")
    for statement in statements.LINKS:
        cursor.execute(statement, parameters)


def finish(cursor: Any, parameters: dict[str, Any], step: Step) -> None:
    """What the database derives from the records: proof, search entries, map."""
    first = parameters["first_id"]
    # of tables that it believes empty, the planner compares every row with every other
    cursor.execute(f"ANALYZE {', '.join(statements.TABLES)}")
    step("Niveau de preuve des solutions")
    cursor.execute(
        "SELECT catalogue_refresh_proof('{}', ARRAY(SELECT generate_series(%s::bigint, %s)))",
        [first, first + parameters["solutions"] - 1],
    )
    step("Entrées de recherche")
    with bulk(cursor, SEARCH, step):
        for statement in entries.STATEMENTS:
            cursor.execute(statement, parameters)
    rebuild_map(cursor, step)


def rebuild_map(cursor: Any, step: Step) -> None:
    """Everything that the map reads, made anew."""
    step("Carte")
    with bulk(cursor, MAP, step):
        cursor.execute("SELECT catalogue_rebuild_map()")


def analyze() -> None:
    """Tell the planner, outside the transaction so that the site is not kept waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"ANALYZE {', '.join([*statements.TABLES, *SEARCH, *MAP])}")
        cursor.execute("RESET statement_timeout")
