"""The published records as a GeoDataFrame, for files that a GIS opens: GeoPackage and GeoJSON.

Called by ``manage.py export_records``. The attributes are those of the CSV and GeoJSON exports.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas
import shapely

from catalogue.models import Record
from catalogue.public import exports

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
LAYER = "fiches"


def records_frame(records: Iterable[Record], base: str) -> geopandas.GeoDataFrame:
    """One row a record (srid 4326), lists joined by « | »; ``base`` is the origin of the site.

    ``records`` come from ``with_export_relations()``; a record without place has no geometry.
    """
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    for record in records:
        found = exports.record_properties(record, base)
        rows.append({name: " | ".join(v) if isinstance(v, list) else v for name, v in found.items()})
        shapes.append(shapely.from_wkb(bytes(record.geometry.wkb)) if record.geometry is not None else None)
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def write_geodata(table: geopandas.GeoDataFrame, path: Path) -> None:
    """Write the file whose format its suffix names; raises KeyError for a suffix that is not in DRIVERS.

    The file appears whole or not at all: it is written beside its place, then moved there.
    """
    driver = DRIVERS[path.suffix.lower()]
    draft = path.with_name(f".{path.stem}.partiel{path.suffix}")
    try:
        table.to_file(draft, driver=driver, layer=LAYER, engine="pyogrio")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
