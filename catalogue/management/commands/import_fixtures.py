"""``manage.py import_fixtures``: load and publish the initial data set, once."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from catalogue.imports.compare.diff import Status
from catalogue.imports.fixtures import FOLDER, import_fixtures
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.report import reasons_text
from catalogue.imports.run import ImportResult
from catalogue.queue import defer_task
from catalogue.records import meaning

OF_THE_NIGHT = ("check_quality_of_all", "find_all_duplicates", "measure_waiting")
"""Tasks of the night; after a first load the curators need not wait for them."""


class Command(BaseCommand):
    """Load the files of ``fixtures/`` through the importer."""

    help = _("Charge et publie le jeu de données initial (fixtures/). Un second passage ne change rien.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DOSSIER")
        parser.add_argument("--strict", action="store_true", help=_("refuse tout si une ligne ne passe pas"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything in one transaction, then print what was done."""
        started = time.monotonic()
        try:
            results = import_fixtures(options["folder"], is_strict=options["strict"])
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if any(result.plan.count(Status.NEW) for result in results):
            for task in OF_THE_NIGHT:
                defer_task(task, timestamp=0)
        meaning.encode_lacking()
        console = Console(file=cast(IO[str], self.stdout), soft_wrap=True)
        if int(options["verbosity"]) > 0:
            console.print(summary_table(results))
        for result in results:
            for outcome in result.plan.of(Status.REJECTED, Status.SUSPICIOUS):
                where = f"{result.options.filename}, ligne {outcome.candidate.line}"
                console.print(f"{where} – {outcome.candidate.title} : {reasons_text(outcome)}", markup=False)
        console.print(_("Jeu de données initial en %(s).1f s.") % {"s": time.monotonic() - started})


def summary_table(results: list[ImportResult]) -> Table:
    """Return a table of one line a file."""
    table = Table(title=_("Jeu de données initial"))
    table.add_column(_("Fichier"))
    for status in Status:
        table.add_column(f"{status.value}s", justify="right")
    for result in results:
        table.add_row(result.options.filename, *(str(result.plan.count(status)) for status in Status))
    return table
