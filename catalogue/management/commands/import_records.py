"""``manage.py import_records FILE``: report what a file would change in the catalogue, or write it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from catalogue.imports.columns import mapping as mappings
from catalogue.imports.compare.diff import Status
from catalogue.imports.read.files import MAX_ROWS
from catalogue.imports.read.problems import FileRefused, Severity
from catalogue.imports.report import import_report, reasons_text, rejected_rows_csv
from catalogue.imports.run import ImportOptions, ImportResult, dry_run, import_file
from catalogue.records.kinds import KIND_SPECS

STYLES = {
    Status.NEW: "green",
    Status.CHANGED: "cyan",
    Status.UNCHANGED: "dim",
    Status.SUSPICIOUS: "yellow",
    Status.REJECTED: "red",
}


class Command(BaseCommand):
    """Read, compare, and write when asked to."""

    help = _(
        "Importe un tableau ou une couche dans le catalogue. Sans --write, dit seulement ce qui changerait."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--kind", default="", choices=["", *KIND_SPECS], help=_("nature des lignes"))
        parser.add_argument("--source", default="", metavar="CODE", help=_("code de la source"))
        parser.add_argument("--mapping", type=Path, metavar="TOML", help=_("fichier de correspondance"))
        parser.add_argument("--accept", action="append", default=[], metavar="CODE", help=_("doute réglé"))
        parser.add_argument("--rejects", type=Path, metavar="CSV", help=_("écrit les lignes non reprises"))
        parser.add_argument("--report", type=Path, metavar="JSON", help=_("écrit le compte rendu complet"))
        parser.add_argument("--layer", default="", metavar="NOM", help=_("couche, ou feuille, à lire"))
        parser.add_argument("--max-rows", type=int, default=MAX_ROWS, help=_("nombre de lignes au plus"))
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--write", action="store_true", help=_("écrit dans la base"))
        mode.add_argument("--dry-run", action="store_true", help=_("n’écrit rien (c’est le défaut)"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import; a file that cannot be trusted ends in an error and changes nothing."""
        try:
            import_options = self.build_options(options)
            result = import_file(import_options) if options["write"] else dry_run(import_options)
        except FileRefused as refusal:
            raise CommandError(
                _("%(file)s : %(why)s") % {"file": options["file"], "why": refusal}
            ) from refusal
        print_result(
            result,
            Console(file=cast(IO[str], self.stdout), soft_wrap=True),
            detailed=int(options["verbosity"]) > 1,
        )
        if options["rejects"]:
            options["rejects"].write_text(rejected_rows_csv(result), encoding="utf-8", newline="")
        if options["report"]:
            text = json.dumps(import_report(result), ensure_ascii=False, indent=1, default=str)
            options["report"].write_text(text, encoding="utf-8")

    def build_options(self, options: dict[str, Any]) -> ImportOptions:
        """Return what the command line asks for."""
        try:
            data = options["file"].read_bytes()
            text = options["mapping"].read_text(encoding="utf-8") if options["mapping"] else None
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        return ImportOptions(
            filename=options["file"].name,
            data=data,
            mapping=mappings.load_mapping(text) if text is not None else None,
            kind=options["kind"],
            source=options["source"],
            accepted=frozenset(options["accept"]),
            max_rows=options["max_rows"],
            layer=options["layer"],
        )


def print_result(result: ImportResult, console: Console, *, detailed: bool) -> None:
    """Print the summary, then the rows that a curator has to look at."""
    table, plan = result.table, result.plan
    summary = Table(title=_("Import de %(file)s") % {"file": result.options.filename})
    summary.add_column(_("Lignes"))
    summary.add_column(_("Nombre"), justify="right")
    for status in Status:
        summary.add_row(f"[{STYLES[status]}]{status.value}s[/]", str(plan.count(status)))
    summary.add_row(_("vides"), str(len(table.blank_lines)))
    summary.add_row(_("de total"), str(len(table.total_lines)))
    console.print(summary)
    for notice in table.notices:
        console.print(notice, style="dim", markup=False)
    for outcome in plan.of(Status.REJECTED, Status.SUSPICIOUS):
        line = _("ligne %(n)d") % {"n": outcome.candidate.line}
        text = f"{line} – {outcome.status.value} – {outcome.candidate.title} : {reasons_text(outcome)}"
        console.print(text, style=STYLES[outcome.status], markup=False, highlight=False)
    if detailed:
        print_details(result, console)
    done = _("Écrit dans la base.") if result.is_written else _("Rien n’a été écrit.")
    console.print(done, style="bold")


def print_details(result: ImportResult, console: Console) -> None:
    """Print the notices and the changes, row by row."""
    for outcome in result.plan.outcomes:
        for problem in outcome.candidate.problems:
            if problem.severity is Severity.NOTICE:
                console.print(f"ligne {outcome.candidate.line} – avis – {problem}", style="dim", markup=False)
        for change in (*outcome.changes, *outcome.items, *outcome.held):
            text = f"ligne {outcome.candidate.line} – {change.attribute} : {change.old} → {change.new}"
            console.print(text, style="cyan", markup=False)
