"""Spatial files that people give: recognised by what they hold, never by their name, and read with care.

``read_upload(file)`` gives a ``Layer`` or raises ``UploadRefused``, whose message gives the reason in French.
"""

from __future__ import annotations

from typing import IO, Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geo.drawing import MOST_VERTICES, check_geometry
from geo.uploads import archive, geojson, markup, shapefile
from geo.uploads.layers import Feature, Layer, UploadRefused, merged
from geo.uploads.projections import WGS84

__all__ = ["Feature", "Layer", "UploadRefused", "merged", "read_upload"]

LARGEST = 20 * 1024 * 1024
MOST_FEATURES = 5_000
CHARACTERS_A_VERTEX = 12
SMALL = 100_000
"""A text with more brackets than this is not parsed: a GPX track writes up to twelve a point."""
BOM = b"\xef\xbb\xbf"


class GivenFile(Protocol):
    file: IO[bytes]
    size: int


def read_upload(
    given: GivenFile,
    *,
    srid: int | None = None,
    most_vertices: int = MOST_VERTICES,
    most_features: int = MOST_FEATURES,
    in_france: bool = True,
) -> Layer:
    """Return the elements of a GeoJSON, KML, KMZ, GPX or zipped Shapefile, fit for the database (srid 4326).

    ``srid`` is what a person gives for a Shapefile that does not have it; ``in_france`` is False when
    the place is in another country, where no axes are taken for swapped.
    """
    if given.size > LARGEST:
        raise UploadRefused(_("Ce fichier est trop lourd : au plus 20 Mo."))
    given.file.seek(0)
    head = given.file.read(64).removeprefix(BOM).lstrip()
    if head.startswith(b"PK\x03\x04"):
        layer = _from_archive(given.file, srid)
    else:
        given.file.seek(0)
        layer = _from_text(head, given.file.read(LARGEST + 1), most_vertices)
    return _checked(layer, most_vertices, most_features, in_france=in_france)


def _from_archive(file: IO[bytes], srid: int | None) -> Layer:
    opened, by_name = archive.members(file)
    with opened:
        if any(name.endswith(".shp") for name in by_name):
            features, found = shapefile.read(opened, by_name, srid)
            return Layer(features, found, "Shapefile")
        documents = [name for name in by_name if name.endswith(".kml")]
        if len(documents) == 1:
            root = markup.parse(archive.content(opened, by_name[documents[0]]))
            return Layer(markup.read_kml(root), WGS84, "KML")
    raise UploadRefused(_("Cette archive ne contient ni Shapefile (.shp, .shx, .dbf, .prj) ni KML."))


def _from_text(head: bytes, content: bytes, most_vertices: int) -> Layer:
    if any(
        content.count(character) > CHARACTERS_A_VERTEX * most_vertices + SMALL
        for character in (b"[", b"<", b",")
    ):
        raise UploadRefused(_("Ce fichier a trop de sommets : au plus %d.") % most_vertices)
    if head.startswith((b"{", b"[")):
        features, srid = geojson.read(content)
        return Layer(features, srid, "GeoJSON")
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        root = markup.parse(content)
        if markup.local(root) == "kml":
            return Layer(markup.read_kml(root), WGS84, "KML")
        if markup.local(root) == "gpx":
            return Layer(markup.read_gpx(root), WGS84, "GPX")
        raise UploadRefused(_("Ce fichier XML n’est ni du KML ni du GPX."))
    if head.startswith(shapefile.MAGIC):
        raise UploadRefused(
            _("Un Shapefile se donne en entier : zippez ensemble les fichiers .shp, .shx, .dbf et .prj.")
        )
    if head.startswith(b"SQLite format 3"):
        raise UploadRefused(_("Un GeoPackage n’est pas lu ici : enregistrez la couche en GeoJSON."))
    raise UploadRefused(_("Ce fichier n’est ni du GeoJSON, ni du KML, ni du GPX, ni un Shapefile zippé."))


def _checked(layer: Layer, most_vertices: int, most_features: int, *, in_france: bool) -> Layer:
    if not layer.features:
        raise UploadRefused(_("Ce fichier ne contient aucun point, aucune ligne ni aucun polygone."))
    if len(layer.features) > most_features:
        raise UploadRefused(_("Ce fichier contient trop d’éléments : au plus %d.") % most_features)
    if sum(feature.geometry.num_coords for feature in layer.features) > most_vertices:
        raise UploadRefused(_("Ce fichier a trop de sommets : au plus %d.") % most_vertices)
    for number, feature in enumerate(layer.features, start=1):
        try:
            check_geometry(feature.geometry, in_france=in_france)
        except ValidationError as fault:
            which = f"« {feature.name} »" if feature.name else _("élément %d") % number
            raise UploadRefused(f"{which} : {fault.messages[0]}") from None
    return layer
