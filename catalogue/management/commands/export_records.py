"""Write the published records to a file for a GIS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.models import Record
from catalogue.public import geodata

MOST_RECORDS = 200_000


class Command(BaseCommand):
    help = "Écrit les fiches publiées dans un GeoPackage (.gpkg) ou un GeoJSON (.geojson)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path, help="fichier à écrire ; son suffixe dit le format")
        parser.add_argument(
            "--url", default="", help="adresse du site, mise devant l’adresse de chaque fiche"
        )

    def handle(self, *args: Any, fichier: Path, url: str, **options: Any) -> None:
        if fichier.suffix.lower() not in geodata.DRIVERS:
            known = ", ".join(geodata.DRIVERS)
            raise CommandError(f"« {fichier.suffix} » n’est pas un format connu : donnez {known}.")
        if not fichier.absolute().parent.is_dir():
            raise CommandError(f"Le dossier « {fichier.parent} » n’existe pas.")
        records = Record.objects.published().with_export_relations().order_by("slug")[:MOST_RECORDS]
        table = geodata.records_frame(records, url.rstrip("/"))
        geodata.write_geodata(table, fichier)
        located = int(table.geometry.notna().sum())
        self.stdout.write(f"{len(table)} fiches écrites dans {fichier}, dont {located} avec un lieu.")
