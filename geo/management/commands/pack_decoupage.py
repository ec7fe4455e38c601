"""Write the vendored data file from a downloaded ``@etalab/decoupage-administratif`` (maintainers only)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo.importers.nomenclature import DATA, MILLESIME
from geo.importers.pack import pack, write_packed


class Command(BaseCommand):
    """``npm pack @etalab/decoupage-administratif@6.0.0``, unpack, then give the ``data`` folder here."""

    help = "Réécrit le fichier de données du découpage administratif à partir du paquet décompressé."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="dossier « data » du paquet décompressé")
        parser.add_argument("--package-version", required=True, help="version du paquet, par exemple 6.0.0")
        parser.add_argument("--millesime", type=int, default=MILLESIME)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not (folder / "communes.json").is_file():
            raise CommandError(f"{folder} ne contient pas communes.json.")
        version = options["package_version"]
        path = DATA / f"decoupage-administratif-{version}.json.xz"
        size = write_packed(pack(folder, options["millesime"]), path)
        self.stdout.write(f"{path.name} : {size / 1000:.0f} ko")
