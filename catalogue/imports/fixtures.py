"""Load the files of ``fixtures/`` through the same three steps, in order, and published.

Called by ``manage.py import_fixtures`` (and by ``start``). Files are keyed by our own headers; those
that describe items (awards, measures …) are joined to the rows they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from catalogue.imports.columns.mapping import Mapping
from catalogue.imports.places.placement import place_item
from catalogue.imports.read.files import read_file
from catalogue.imports.read.problems import FileRefused, Severity, rejection
from catalogue.imports.rows.candidates import Candidate, read_candidates, read_item
from catalogue.imports.run import (
    ImportOptions,
    ImportResult,
    Lookups,
    check_source,
    plan_import,
    prepare_table,
    write_result,
)
from catalogue.imports.write.exclusive import exclusive_import
from catalogue.models import Record
from catalogue.records.fields import Collection

FOLDER = Path(settings.BASE_DIR) / "fixtures"
REASON = "Jeu de données initial"


@dataclass(frozen=True)
class Fixture:
    """One file of rows of a kind, and the files of items that belong to them."""

    filename: str
    kind: str
    attached: tuple[tuple[str, str], ...] = ()


FIXTURES = (
    Fixture("sources.csv", "source"),
    Fixture("themes.csv", "theme", (("themes_correspondances.csv", "correspondances"),)),
    Fixture("enjeux.csv", "enjeu"),
    Fixture("programmes.csv", "programme"),
    Fixture("indicateurs.csv", "indicateur"),
    Fixture("notions.csv", "notion"),
    Fixture("organisations.csv", "organisation"),
    Fixture("zonages.csv", "zonage", (("zonages/*.csv", "membres"),)),
    Fixture("solutions.csv", "solution"),
    Fixture("experimentations.csv", "experimentation", (("mesures.csv", "mesures"),)),
    Fixture("operations.csv", "operation", (("labels.csv", "labels"),)),
    Fixture("sites.csv", "site"),
    Fixture("besoins.csv", "besoin", (("reponses.csv", "reponses"),)),
)


def import_fixtures(folder: Path = FOLDER, *, is_strict: bool = False) -> list[ImportResult]:
    """Load every file of the folder in one transaction; a second run changes nothing.

    A row that cannot be written is left out and stands in its ImportResult; ``is_strict`` refuses everything.
    """
    with exclusive_import():
        lookups = Lookups.load()
        results = [
            _import_fixture(folder, fixture, lookups)
            for fixture in FIXTURES
            if (folder / fixture.filename).exists()
        ]
        if not results:
            raise FileRefused(_("Aucun jeu de données dans %(folder)s.") % {"folder": folder.name})
        if is_strict:
            refuse_incomplete(results)
    return results


def refuse_incomplete(results: list[ImportResult]) -> None:
    """Raise FileRefused when some row was left out, naming the files and lines."""
    incomplete = []
    for result in results:
        lines = [str(outcome.candidate.line) for outcome in result.plan.outcomes if outcome.reasons]
        if lines:
            incomplete.append(f"{result.options.filename} ({', '.join(lines)})")
    if incomplete:
        message = _("Des lignes ne peuvent pas être reprises : %(all)s.")
        raise FileRefused(message % {"all": " ; ".join(incomplete)})


def _import_fixture(folder: Path, fixture: Fixture, lookups: Lookups) -> ImportResult:
    options = ImportOptions(
        filename=fixture.filename,
        data=(folder / fixture.filename).read_bytes(),
        kind=fixture.kind,
        state=Record.State.PUBLISHED,
        reason=REASON,
        is_trusted=True,
    )
    try:
        table, mapping, source = prepare_table(options)
        check_source(mapping, source, lookups)
        candidates = read_candidates(table, mapping)
        for pattern, name in fixture.attached:
            for path in sorted(folder.glob(pattern)):
                attach_items(candidates, mapping, name, path, lookups)
    except FileRefused as refusal:
        raise FileRefused(f"{fixture.filename} : {refusal.message}", refusal.lines) from refusal
    plan = plan_import(table, mapping, source, options, lookups, candidates)
    return write_result(ImportResult(options, table, mapping, plan, source), lookups)


def attach_items(
    candidates: list[Candidate], mapping: Mapping, name: str, path: Path, lookups: Lookups
) -> None:
    """Join the items of a file to the rows they belong to.

    A file without the column of the parent belongs to the row named like the file. An item that cannot be
    read is reported on its row; one without a row stops everything, for its row was mistyped.
    """
    collection = next(c for c in mapping.spec.collections if c.name == name)
    owners = {candidate.key: candidate for candidate in candidates}
    table = read_file(path.read_bytes())
    by_file = path.stem.replace("_", "-")
    orphans = []
    for row in table.rows:
        owner = owners.get(row.cells.get(collection.parent_column, by_file).strip())
        if owner is None:
            orphans.append(row.line)
            continue
        _add_item(owner, collection, row.cells, f"{path.name}, ligne {row.line}", lookups)
    if orphans:
        raise FileRefused(
            _("%(file)s : des lignes ne se rattachent à rien.") % {"file": path.name}, tuple(orphans)
        )


def _add_item(
    owner: Candidate, collection: Collection, cells: dict[str, str], where: str, lookups: Lookups
) -> None:
    item, problems = read_item(collection, cells, {known.name: known.name for known in collection.fields})
    if item is not None:
        problems += place_item(item, collection, lookups.index)
    serious = [problem for problem in problems if problem.severity is not Severity.NOTICE]
    owner.problems += [rejection(problem.code, f"{where} : {problem}") for problem in serious]
    if item is not None and not serious:
        owner.collections.setdefault(collection.attribute, []).append(item)
