"""Verify the loaded territory: validity, points, areas, shared borders."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from geo.models import TerritoryLoad
from geo.verification import findings


class Command(BaseCommand):
    """What is checked: geo/verification.py."""

    help = "Vérifie le territoire chargé : validité, points, superficies, bords partagés."

    def handle(self, *args: Any, **options: Any) -> None:
        load = TerritoryLoad.objects.first()
        if load is None:
            raise CommandError("Aucun territoire chargé : « manage.py import_territories ».")
        table = Table("vérification", "mesure", "", title=f"Territoire, millésime {load.millesime}")
        failed = 0
        for finding in findings():
            failed += not finding.holds
            table.add_row(finding.what, finding.figure, "bon" if finding.holds else "FAUX")
        Console().print(table)
        if failed:
            raise CommandError(f"{failed} vérifications ont échoué.")
