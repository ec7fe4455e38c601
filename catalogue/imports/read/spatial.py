"""Read spatial files as tables: GeoJSON, GeoPackage, zipped Shapefile, GeoParquet. Called by ``files``.

Each element is a row, whose line is its rank in the layer; its geometry is one more column, « emplacement »,
in the coordinates of the file.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.table import Row, Table, cell_text, clean_headers
from geo import uploads
from geo.uploads import tables

SHAPE = "emplacement"
"""What the column of the geometries is called, whatever the file calls it."""
LONGEST_LIST = 100


def read_spatial(data: bytes, *, max_rows: int, layer: str = "") -> Table:
    """Return the table of a layer. Raise FileRefused when it cannot be trusted."""
    try:
        found = tables.read_table(data, layer=layer, most=max_rows)
    except uploads.UploadRefused as refusal:
        raise FileRefused(str(refusal), refusal.lines) from refusal
    if found.is_spatial:
        first, *headers = clean_headers([SHAPE, *found.names], allow_single=True)
    else:
        first, headers = "", clean_headers(found.names)
    table = Table(
        headers,
        [],
        found.format,
        notices=found.remarks,
        srid=found.srid,
        likely=found.likely,
        shape=first,
        layer=found.layer,
        layers=found.layers,
    )
    for line, (values, shape) in enumerate(zip(found.rows, found.shapes, strict=True), start=1):
        cells = {name: _spatial_cell_text(value) for name, value in zip(headers, values, strict=False)}
        if first:
            cells[first] = shape
        table.rows.append(Row(line, cells))
    if first:
        table.headers = [*headers, first]
    if len(found.layers) > 1:
        table.notices.append(_("Seule la couche « %(name)s » est lue.") % {"name": found.layer})
    return table


def _spatial_cell_text(value: Any) -> str:
    """Return the cell as a person would type it; the items of a list are separated as in our own files."""
    if isinstance(value, list):
        return "; ".join(cell_text(one) for one in value[:LONGEST_LIST] if not isinstance(one, list | dict))
    if isinstance(value, dict):
        return ""
    if isinstance(value, str) and value.endswith(("T00:00:00", "T00:00:00.000", "T00:00:00Z")):
        return value[:10]
    return cell_text(value)
