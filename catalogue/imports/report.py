"""Report an import to people and machines: rejected rows as CSV, the whole as JSON.

A cell that a spreadsheet would take for a formula is written with an apostrophe in front.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from catalogue.imports.compare.diff import Change, ItemChange, Outcome, Status
from catalogue.imports.read.problems import Severity
from catalogue.imports.run import ImportResult
from catalogue.records.csv_files import csv_lines

REASON_COLUMN = "motif"


def reasons_text(outcome: Outcome) -> str:
    """Return why the row was not written, in one cell."""
    return " ".join(_end_sentence(str(problem)) for problem in outcome.reasons)


def _end_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def rejected_rows_csv(result: ImportResult) -> str:
    """The rows that were not written, as the file had them, with one more column: the reason."""
    return "".join(csv_lines(_rejected_rows(result), result.table.separator))


def _rejected_rows(result: ImportResult) -> Iterator[list[str]]:
    column = REASON_COLUMN
    while column in result.table.headers:
        column = f"{column} import"
    yield [*result.table.headers, column]
    for outcome in result.plan.of(Status.REJECTED, Status.SUSPICIOUS):
        cells = [outcome.candidate.cells.get(header, "") for header in result.table.headers]
        prefix = _("Rejetée") if outcome.status is Status.REJECTED else _("Douteuse")
        yield [*cells, f"{prefix} : {reasons_text(outcome)}"]


def import_report(result: ImportResult) -> dict[str, Any]:
    """Return the whole report of an import, as JSON holds it."""
    plan, table = result.plan, result.table
    counts = {
        "lues": len(plan.outcomes),
        **{f"{status.value}s": plan.count(status) for status in Status},
        "vides": len(table.blank_lines),
        "totaux": len(table.total_lines),
    }
    return {
        "fichier": result.options.filename,
        "nature": plan.spec.name,
        "source": result.source,
        "encodage": table.encoding,
        "separateur": table.separator,
        "ecrit": result.batch is not None,
        "comptes": counts,
        "lignes_vides": table.blank_lines,
        "lignes_de_total": table.total_lines,
        "remarques": table.notices,
        "lignes": [row_report(outcome) for outcome in plan.outcomes],
    }


def row_report(outcome: Outcome) -> dict[str, Any]:
    """Return the report of one row: its fate, the remarks on it, its changes."""
    candidate = outcome.candidate
    notices = [str(problem) for problem in candidate.problems if problem.severity is Severity.NOTICE]
    return {
        "ligne": candidate.line,
        "identifiant": candidate.key,
        "titre": candidate.title,
        "statut": outcome.status.value,
        "motifs": [str(problem) for problem in outcome.reasons],
        "codes": [problem.code for problem in outcome.reasons],
        "avis": notices,
        "changements": [*map(change_report, outcome.changes), *map(change_report, outcome.items)],
        "proposes": list(map(change_report, outcome.held)),
    }


def change_report(change: Change | ItemChange) -> dict[str, Any]:
    return {"champ": change.attribute, "ancien": change.old, "nouveau": change.new}
