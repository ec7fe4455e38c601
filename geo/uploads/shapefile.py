"""A zipped Shapefile: its members are judged, copied under our own names, then read in the sandbox."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from geo.uploads import archive, sandbox
from geo.uploads.layers import Feature, UploadRefused
from geo.uploads.projections import WGS84, from_prj, to_degrees

MAGIC = b"\x00\x00\x27\x0a"
NEEDED = (".shp", ".shx", ".dbf")


def read(
    opened: zipfile.ZipFile, by_name: dict[str, zipfile.ZipInfo], srid: int | None
) -> tuple[list[Feature], int]:
    """The features of the one layer of an archive and its SRID: that of its .prj, else the one given."""
    shapes = [name for name in by_name if name.endswith(".shp")]
    if len(shapes) > 1:
        raise UploadRefused(
            _("Cette archive contient plusieurs couches (%s) : gardez-en une.") % _listed(shapes)
        )
    stem = shapes[0].removesuffix(".shp")
    missing = [suffix for suffix in NEEDED if stem + suffix not in by_name]
    if missing:
        raise UploadRefused(
            _("Il manque à ce Shapefile son fichier %s, qui va avec le .shp.") % ", ".join(missing)
        )
    found = _srid(opened, by_name.get(stem + ".prj"), srid)
    with tempfile.TemporaryDirectory(prefix="couche-") as folder:
        for suffix in (*NEEDED, ".cpg"):
            if stem + suffix in by_name:
                content = archive.content(opened, by_name[stem + suffix])
                (Path(folder) / f"couche{suffix}").write_bytes(content)
        path = Path(folder) / "couche.shp"
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise UploadRefused(_("Le fichier .shp de cette archive n’en est pas un."))
        features = sandbox.read_vector(path, "ESRI Shapefile")
    try:
        if found != WGS84 and features and all(_in_degrees(one.geometry) for one in features):
            raise ValueError("degrees")
        return [Feature(to_degrees(one.geometry, found), one.properties) for one in features], found
    except (GDALException, ValueError):
        raise UploadRefused(
            _("Les coordonnées de ce Shapefile ne sont pas dans la projection qu’il annonce.")
        ) from None


def _in_degrees(geometry: GEOSGeometry) -> bool:
    """True when the coordinates can only be degrees: no part of France lies there in metres."""
    if geometry.empty:
        return False
    west, south, east, north = geometry.extent
    return west >= -180 and south >= -90 and east <= 180 and north <= 90


def _srid(opened: zipfile.ZipFile, member: zipfile.ZipInfo | None, given: int | None) -> int:
    if member is not None:
        text = archive.content(opened, member).decode("utf-8", "replace")
        found = from_prj(text)
        if found is not None:
            return found
    if given is not None:
        return given
    if member is None:
        raise UploadRefused(
            _(
                "Ce Shapefile n’a pas de fichier .prj : sa projection n’est pas dite. Choisissez-la "
                "ci-dessous, puis donnez à nouveau le fichier."
            )
        )
    raise UploadRefused(
        _(
            "La projection de ce Shapefile n’est pas de celles qui sont lues (WGS 84, Lambert-93, "
            "projections légales d’outre-mer). Si c’en est une, choisissez-la ci-dessous, puis donnez à "
            "nouveau le fichier."
        )
    )


def _listed(names: list[str]) -> str:
    return ", ".join(PurePosixPath(name).name[:60] for name in sorted(names)[:5])
