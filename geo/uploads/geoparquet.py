"""A GeoParquet as a table, read in the sandbox by arro3."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from geo.uploads import geopackage, sandbox, wkt
from geo.uploads.layers import SpatialTable

MAGIC = b"PAR1"
ENCRYPTED = b"PARE"


def read_table(content: bytes, most: int) -> SpatialTable:
    """Return the flat columns of a Parquet file, and its main geometry."""
    with tempfile.TemporaryDirectory(prefix="couche-") as folder:
        path = Path(folder) / "couche.parquet"
        path.write_bytes(content)
        read = sandbox.read(path, "Parquet", most)
        header = read.header
        table = SpatialTable("GeoParquet", header["names"], is_spatial=bool(header["shape"]))
        if table.is_spatial:
            table.srid = geopackage.announced_srid(header["system"])
        if header["nested"]:
            table.remarks.append(
                _("Colonnes laissées de côté, car elles contiennent des listes : %(names)s.")
                % {"names": ", ".join(header["nested"][:10])}
            )
        wkt.fill(table, read.elements)
    return table
