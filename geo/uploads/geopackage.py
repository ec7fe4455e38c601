"""A GeoPackage as tables: its layers are checked, and the one that was chosen is read in the sandbox."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from geo.uploads import sandbox, wkt
from geo.uploads.layers import SpatialTable, UploadRefused
from geo.uploads.projections import from_any, name_of

MAGIC = b"SQLite format 3\x00"
UNDEFINED = "undefined"


def read_table(content: bytes, layer: str, most: int) -> SpatialTable:
    """Return a layer of a GeoPackage, the first when none is named."""
    with tempfile.TemporaryDirectory(prefix="couche-") as folder:
        path = Path(folder) / "couche.gpkg"
        path.write_bytes(content)
        read = sandbox.read(path, "GPKG", most, layer)
        header = read.header
        table = SpatialTable(
            "GeoPackage",
            header["names"],
            layer=header["layer"],
            layers=header["layers"],
            is_spatial=bool(header["shape"]) and header["shape"] != "None",
        )
        if table.is_spatial:
            table.srid = announced_srid(header["system"])
        wkt.fill(table, read.elements)
    return table


def announced_srid(text: str) -> int | None:
    """Return the SRID of a layer; None when it says that it has none, UploadRefused when it is not read."""
    if not text or name_of(text).lower().startswith(UNDEFINED):
        return None
    srid = from_any(text)
    if srid is None:
        raise UploadRefused(
            _(
                "La projection de cette couche (« %(name)s ») n’est pas de celles qui sont lues : "
                "enregistrez-la en Lambert-93, dans une projection légale d’outre-mer ou en WGS 84."
            )
            % {"name": name_of(text)}
        )
    return srid
