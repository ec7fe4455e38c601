"""The territories that the files of ``fixtures/`` name, for the tests that load them all."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from django.contrib.gis.geos import Point

from catalogue.imports.fixtures import FOLDER
from geo.models import Level, Territory
from geo.names import slugify_name

ARRONDISSEMENT = re.compile(r"^(751|6938|132)\d+$")
CAPITALS = {"75": "75056", "69": "69123", "13": "13055"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def make_ground() -> None:
    """The territories that the files name, each at a point of its own; no outline is needed."""
    rows = [row for path in FOLDER.rglob("*.csv") for row in rows_of(path) if row.get("territoire")]
    names = {}
    for row in sorted(rows, key=lambda row: not row.get("commune")):
        code = row["territoire"].removeprefix("commune:")
        names.setdefault(code, row.get("commune") or row.get("nom") or code)
    shared = {"millesime": 2025, "source": "essai"}
    communes, arrondissements = [], []
    for n, (code, name) in enumerate(sorted(names.items())):
        level, _sep, bare = code.rpartition(":")
        fields = {"code": bare, "name": name, "slug": slugify_name(name), **shared}
        if not level:
            fields["point"] = Point(2 + n / 1000, 47, srid=4326)
        (arrondissements if ARRONDISSEMENT.match(code) else communes).append((level or Level.COMMUNE, fields))
    created = {
        t.code: t for t in Territory.objects.bulk_create(Territory(level=level, **f) for level, f in communes)
    }
    Territory.objects.bulk_create(
        Territory(level=Level.ARRONDISSEMENT, commune=created[CAPITALS[fields["code"][:2]]], **fields)
        for _level, fields in arrondissements
    )
