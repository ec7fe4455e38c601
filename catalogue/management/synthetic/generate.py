"""Make and delete the synthetic catalogue, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from django.db import connection, transaction

from catalogue.management.synthetic import entries, statements, vocabulary
from catalogue.management.synthetic.bulk import bulk_load
from catalogue.models import Organisation, Programme, Record, Source, Stake, Theme
from catalogue.records import encoder, meaning
from geo.models import Level, Territory

Step = Callable[[str], None]
SEARCH = ["catalogue_searchentry", "catalogue_recordmeaning"]
MAP = ["catalogue_mapentry", "catalogue_mapshape", "catalogue_mapcell"]


class AlreadyThere(Exception):
    """The database already has synthetic records."""


class NoGround(Exception):
    """The database has no commune."""


def ignore_step(_name: str) -> None:
    """Report to nobody."""


def generate(records: int, seed: int = 1, step: Step = ignore_step) -> int:
    """Write synthetic records, the same ones for the same seed on the same ground; return how many."""
    if Record.objects.filter(is_synthetic=True).exists():
        raise AlreadyThere
    if not Territory.objects.current().at_level(Level.COMMUNE).filter(point__isnull=False).exists():
        raise NoGround
    with transaction.atomic(), connection.cursor() as cursor:
        configure_transaction(cursor)
        make_vocabularies()
        parameters = build_parameters(cursor, records, seed)
        draw_records(cursor, parameters, step)
        with bulk_load(cursor, statements.TABLES, step):
            write_records(cursor, parameters, step)
        derive_tables(cursor, parameters, step)
        cursor.execute("SET LOCAL catalogue.defers_search = 'off'")
    analyze_tables()
    return records


def remove(step: Step = ignore_step) -> int:
    """Delete the synthetic records, with all that hangs from them; return how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        configure_transaction(cursor)
        count = Record.objects.filter(is_synthetic=True).count()
        if count:
            with bulk_load(cursor, [*statements.TABLES, *SEARCH], step):
                step("Effacement")
                for statement in statements.REMOVE:
                    cursor.execute(statement)
            rebuild_map(cursor, step)
        cursor.execute("SET LOCAL catalogue.defers_search = 'off'")
    analyze_tables()
    return count


def configure_transaction(cursor: Any) -> None:
    """Set no time limit, room to sort, and search entries made once at the end, for this transaction."""
    cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off")
    cursor.execute("SET LOCAL catalogue.defers_search = 'on'")


def make_vocabularies() -> None:
    """Give an empty database themes, stakes and programmes that are named as synthetic."""
    sizes = {Theme: vocabulary.THEMES, Stake: vocabulary.STAKES, Programme: vocabulary.PROGRAMMES}
    for model, size in sizes.items():
        if not model._default_manager.exists():
            name = model._meta.verbose_name
            for n in range(1, size + 1):
                label = f"[synthèse] {name} {n}"
                model._default_manager.create(code=f"synthese-{n:02d}", label=label, position=n)


def build_parameters(cursor: Any, records: int, seed: int) -> dict[str, Any]:
    """Return the parameters from which the statements draw."""
    source, _created = Source.objects.get_or_create(
        code="synthese",
        defaults={"name": "Données de synthèse", "note": "Fiches fictives, pour essayer et mesurer le site."},
    )
    organisations = max(3, records // 100)
    measures, units = zip(*vocabulary.MEASURES, strict=True)
    regimes, steps = zip(*vocabulary.AWARDS, strict=True)
    themes, subjects = zip(*vocabulary.SUBJECTS, strict=True)
    numbers = {
        "records": records,
        "seed": seed,
        "solutions": max(1, records * 6 // 100),
        "organisations": organisations,
        "source": source.pk,
        "first_id": reserve_keys(cursor, Record._meta.db_table, records),
        "first_organisation": reserve_keys(cursor, Organisation._meta.db_table, organisations),
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


def reserve_keys(cursor: Any, table: str, count: int) -> int:
    """Return the first of ``count`` consecutive keys of a table."""
    cursor.execute(statements.RESERVE, {"table": table, "count": count})
    return int(cursor.fetchone()[0])


def draw_records(cursor: Any, parameters: dict[str, Any], step: Step) -> None:
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


def write_records(cursor: Any, parameters: dict[str, Any], step: Step) -> None:
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


def derive_tables(cursor: Any, parameters: dict[str, Any], step: Step) -> None:
    """Fill what the database derives from the records: proof, search entries, map."""
    first = parameters["first_id"]
    # of tables that it believes empty, the planner compares every row with every other
    cursor.execute(f"ANALYZE {', '.join(statements.TABLES)}")
    step("Niveau de preuve des solutions")
    cursor.execute(
        "SELECT catalogue_refresh_proof('{}', ARRAY(SELECT generate_series(%s::bigint, %s)))",
        [first, first + parameters["solutions"] - 1],
    )
    step("Entrées de recherche")
    with bulk_load(cursor, SEARCH, step):
        for statement in entries.STATEMENTS:
            cursor.execute(statement, parameters)
    step("Sens des fiches")
    cursor.execute(entries.MEANINGS, encode_vocabulary())
    rebuild_map(cursor, step)


def encode_vocabulary() -> dict[str, list[Any]]:
    """Return the vectors of each subject with each summary, their ranks counted from 1; none when meaning is
    off.
    """
    subjects = [subject for _theme, subject in vocabulary.SUBJECTS]
    pairs = list(product(range(len(subjects)), range(len(vocabulary.SUMMARIES))))
    texts = [meaning.text_of(subjects[one], vocabulary.SUMMARIES[other]) for one, other in pairs]
    stored = [meaning.to_stored(vector) for vector in encoder.encode(texts)] if encoder.is_enabled() else []
    ranks = pairs if stored else []
    return {
        "meant_subjects": [one + 1 for one, _other in ranks],
        "meant_summaries": [other + 1 for _one, other in ranks],
        "signs": [one.signs for one in stored],
        "numbers": [one.numbers for one in stored],
    }


def rebuild_map(cursor: Any, step: Step) -> None:
    step("Carte")
    with bulk_load(cursor, MAP, step):
        cursor.execute("SELECT catalogue_rebuild_map()")


def analyze_tables() -> None:
    """Update the statistics of the planner, outside the transaction so that the site does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"ANALYZE {', '.join([*statements.TABLES, *SEARCH, *MAP])}")
        cursor.execute("RESET statement_timeout")
