"""A zipped Shapefile: its members are checked, copied under our own names, then read in the sandbox."""

from __future__ import annotations

import codecs
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from geo.uploads import archive, sandbox, wkt
from geo.uploads.layers import Feature, SpatialTable, UploadRefused
from geo.uploads.projections import WGS84, from_prj, name_of, to_degrees

MAGIC = b"\x00\x00\x27\x0a"
NEEDED = (".shp", ".shx", ".dbf")
DRIVER = "ESRI Shapefile"
DOS = {0x01: "cp437", 0x02: "cp850"}
"""Encodings that only the 30th byte of a DBF may give."""
PAGE = re.compile(r"(?:windows-?|cp|ansi ?)?(\d{3,5})$", re.IGNORECASE)
HIGH = bytes(range(0x80, 0x100))
Members = dict[str, zipfile.ZipInfo]


def stems(by_name: Members) -> list[str]:
    """Return the layers of an archive: the names of its .shp, without the suffix."""
    return sorted(name.removesuffix(".shp") for name in by_name if name.endswith(".shp"))


def read(opened: zipfile.ZipFile, by_name: Members, srid: int | None) -> tuple[list[Feature], int]:
    """Return the features of the one layer of an archive and its SRID, of its .prj or else the one given."""
    found = stems(by_name)
    if len(found) > 1:
        raise UploadRefused(
            _("Cette archive contient plusieurs couches (%s) : gardez-en une.") % _listed(found)
        )
    _require_all(by_name, found[0])
    srid = _srid(opened, by_name.get(found[0] + ".prj"), srid)
    features = []
    with _unpacked(opened, by_name, found[0]) as layer:
        for printed, values in layer.elements:
            if isinstance(printed, dict):
                raise UploadRefused(_("Une géométrie de ce fichier a trop de sommets : simplifiez-la."))
            if printed is not None:
                properties = dict(zip(layer.names, map(_short, values), strict=False))
                features.append(Feature(sandbox.geometry_of(printed), properties))
    try:
        if srid != WGS84 and features and all(_in_degrees(one.geometry) for one in features):
            raise ValueError("degrees")
        return [Feature(to_degrees(one.geometry, srid), one.properties) for one in features], srid
    except (GDALException, ValueError):
        raise UploadRefused(
            _("Les coordonnées de ce Shapefile ne sont pas dans la projection qu’il annonce.")
        ) from None


def read_table(opened: zipfile.ZipFile, by_name: Members, layer: str, most: int) -> SpatialTable:
    """Return a layer of an archive as a table; without a .prj its system is unknown."""
    found = stems(by_name)
    titles = {_title(by_name[stem + ".shp"]): stem for stem in found}
    chosen = layer or next(iter(titles))
    if chosen not in titles:
        raise UploadRefused(str(sandbox.REASONS["no layer"]))
    stem = titles[chosen]
    prj = by_name.get(stem + ".prj")
    srid = _announced(opened, prj) if prj is not None else None
    table = SpatialTable("Shapefile", [], srid=srid, layer=chosen, layers=list(titles))
    with _unpacked(opened, by_name, stem, most) as read:
        table.names = read.names
        if not table.names:
            raise UploadRefused(
                _("La table de ce Shapefile (.dbf) est vide ou abîmée : enregistrez la couche à nouveau.")
            )
        wkt.fill(table, read.elements)
    return table


def _announced(opened: zipfile.ZipFile, prj: zipfile.ZipInfo) -> int:
    """Return the SRID of a .prj; UploadRefused for one that is not read."""
    text = archive.content(opened, prj).decode("utf-8", "replace")
    srid = from_prj(text)
    if srid is None:
        raise UploadRefused(
            _(
                "La projection de ce Shapefile (« %(name)s ») n’est pas de celles qui sont lues : "
                "enregistrez-le en Lambert-93 ou en WGS 84. Si c’en est une, retirez le fichier .prj de "
                "l’archive : elle sera demandée."
            )
            % {"name": name_of(text)}
        )
    return srid


@dataclass(slots=True)
class _Layer:
    """What the sandbox read of a Shapefile, its texts in the encoding of its DBF."""

    names: list[str]
    elements: Iterator[tuple[str | None, list[Any]]]


@contextmanager
def _unpacked(
    opened: zipfile.ZipFile, by_name: Members, stem: str, most: int = sandbox.MOST_ELEMENTS
) -> Iterator[_Layer]:
    """Yield a layer copied to a folder that lasts as long as the block, and read there."""
    _require_all(by_name, stem)
    page = by_name.get(stem + ".cpg")
    announced = archive.content(opened, page).decode("ascii", "replace").strip() if page else ""
    with tempfile.TemporaryDirectory(prefix="couche-") as name:
        folder = Path(name)
        for suffix in NEEDED:
            archive.unpack(opened, by_name[stem + suffix], folder / f"couche{suffix}")
        path = folder / "couche.shp"
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise UploadRefused(_("Le fichier .shp de cette archive n’en est pas un."))
        read = sandbox.read(path, DRIVER, most)
        encoding = _encoding((folder / "couche.dbf").read_bytes(), announced)
        names = [_text(one, encoding) for one in read.header["names"]]
        elements = ((shape, [_text(value, encoding) for value in values]) for shape, values in read.elements)
        yield _Layer(names, elements)


def _require_all(by_name: Members, stem: str) -> None:
    missing = [suffix for suffix in NEEDED if stem + suffix not in by_name]
    if missing:
        raise UploadRefused(
            _("Il manque à ce Shapefile son fichier %s, qui va avec le .shp.") % ", ".join(missing)
        )


def _encoding(dbf: bytes, announced: str) -> str:
    """Return the encoding of the texts: UTF-8 if they are, else that of the .cpg or the DBF, else Windows."""
    if dbf[32:].isascii():
        return "ascii"
    sample = dbf[32:2_000_000]
    letters = re.findall(rb"[\xc3\xc5\xe2][\x80-\xbf]", sample)
    strangers = len(sample) - len(sample.translate(None, HIGH))
    is_utf8 = len(letters) * 2 > strangers * 0.8
    page = PAGE.fullmatch(announced)
    known = _known(f"cp{page[1]}" if page else announced)
    if known and (known != "utf-8" or is_utf8):
        return known
    return "utf-8" if is_utf8 else DOS.get(dbf[29], "cp1252")


def _known(name: str) -> str:
    """Return the encoding of a .cpg, by the name that Python gives it; nothing when it is not one of ours."""
    try:
        found = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return found if found.startswith(("utf-8", "cp4", "cp8", "cp12", "iso8859")) else ""


def _text(value: Any, encoding: str) -> Any:
    """Return a text whose bytes the child gave one by one, in its own encoding."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("latin-1", "replace").decode(encoding, "replace").rstrip("\ufffd")


def _short(value: Any) -> str | None:
    return None if value is None else str(value)[:500]


def _title(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).stem[:120]


def _in_degrees(geometry: GEOSGeometry) -> bool:
    """Return True when the coordinates can only be degrees: no part of France lies there in metres."""
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
            "La projection de ce Shapefile n’est pas de celles qui sont lues, ou son nom nous est inconnu. "
            "Si elle est dans la liste ci-dessous, choisissez-la, puis donnez à nouveau le fichier."
        )
    )


def _listed(stems: list[str]) -> str:
    return ", ".join(PurePosixPath(stem).name[:60] for stem in stems[:5])
