"""Spatial files as tables, for the import: recognised by what they hold, never by their name."""

from __future__ import annotations

import io
import re

from django.utils.translation import gettext as _

from geo.uploads import archive, geopackage, geoparquet, shapefile, stream, wkt
from geo.uploads.layers import SpatialTable, UploadRefused
from geo.uploads.projections import WGS84, guess_srid

BOM = b"\xef\xbb\xbf"
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_LOOKED_AT = 2000
MOST_TEXT = 80_000_000
"""Characters of all the geometries: some three million vertices."""
TABLES = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".parquet")
POSITION = re.compile(r"(-?[\d.]+) (-?[\d.]+)")


def is_spatial(content: bytes) -> bool:
    """Return True for what ``read_table`` reads, or refuses for a good reason."""
    head = content[:64].removeprefix(BOM).lstrip()
    return head.startswith((b"{", geopackage.MAGIC, geoparquet.MAGIC, geoparquet.ENCRYPTED, shapefile.MAGIC))


def read_table(content: bytes, *, layer: str = "", most: int) -> SpatialTable:
    """Return the table of a GeoJSON, a GeoPackage, a GeoParquet, or of a zip that holds a Shapefile."""
    head = content[:64].removeprefix(BOM).lstrip()
    if head.startswith(b"{"):
        table = stream.read_table(content.removeprefix(BOM), most)
    elif head.startswith(geopackage.MAGIC):
        table = geopackage.read_table(content, layer, most)
    elif head.startswith((geoparquet.MAGIC, geoparquet.ENCRYPTED)):
        table = geoparquet.read_table(content, most)
    elif head.startswith(b"PK"):
        table = _from_archive(content, layer, most)
    else:
        raise UploadRefused(
            _("Un Shapefile se donne en entier : zippez ensemble les fichiers .shp, .shx, .dbf et .prj.")
        )
    if not table.rows:
        raise UploadRefused(_("Cette couche ne contient aucun élément."))
    if sum(map(len, table.shapes)) > MOST_TEXT:
        raise UploadRefused(_("Les géométries de ce fichier sont trop détaillées : simplifiez-les."))
    if table.is_spatial:
        wkt.refuse_all_unread(table.shapes)
        _check_system(table)
    return table


def _check_system(table: SpatialTable) -> None:
    """Compare the coordinates with the system that the file announces."""
    found = guess_srid(_positions(table.shapes))
    if table.srid is None:
        table.likely = found
    elif table.srid == WGS84 and found not in (None, WGS84):
        table.srid, table.likely = None, found
        table.remarks.append(
            _("Le fichier annonce des degrés, mais ses coordonnées sont des mètres : dites leur projection.")
        )
    elif table.srid != WGS84 and found == WGS84:
        raise UploadRefused(
            _(
                "Le fichier annonce une projection en mètres, mais ses coordonnées sont des degrés : "
                "enregistrez-le à nouveau dans sa vraie projection."
            )
        )


def _positions(shapes: list[str]) -> list[tuple[float, float]]:
    """Return the first position of each geometry, as the file writes it."""
    found = (POSITION.search(shape) for shape in shapes[:MOST_LOOKED_AT] if wkt.is_read(shape))
    return [(float(one[1]), float(one[2])) for one in found if one is not None]


def _from_archive(content: bytes, layer: str, most: int) -> SpatialTable:
    opened, by_name = archive.members(io.BytesIO(content), largest=LARGEST_UNPACKED)
    with opened:
        if shapefile.stems(by_name):
            return shapefile.read_table(opened, by_name, layer, most)
    raise UploadRefused(_what_it_holds(list(by_name)))


def _what_it_holds(names: list[str]) -> str:
    """Return why an archive without a layer is not read, by what it holds."""
    if any(name.endswith((".zip", ".7z", ".rar", ".gz")) for name in names):
        return _("Cette archive contient une autre archive : ouvrez-la, puis zippez le Shapefile lui-même.")
    if any(".gdb/" in name for name in names):
        return _("Une géodatabase Esri (.gdb) n’est pas lue : enregistrez la couche en GeoPackage.")
    if any(name.endswith(".kml") for name in names):
        return _("Un KMZ n’est pas une table : enregistrez la couche en GeoPackage ou en GeoJSON.")
    alone = [name for name in names if name.endswith(TABLES)]
    if alone:
        return _("Cette archive contient « %(name)s » : sortez-en ce fichier et donnez-le seul.") % {
            "name": alone[0].rpartition("/")[2][:80]
        }
    return _("Cette archive ne contient ni classeur XLSX ni Shapefile (.shp, .shx, .dbf, .prj).")
