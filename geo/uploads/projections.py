"""The reference systems that a file may be in: a closed list of integers, found by our own comparison.

No text of a file reaches GDAL's ``SpatialReference``: with GDAL 3.6 it may ask a server for an address.
"""

from __future__ import annotations

import re
import threading

from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import GEOSGeometry

from geo.coordinates import PROJECTIONS, Box

WGS84 = 4326
NAMES: dict[int, tuple[str, ...]] = {
    4326: (
        "wgs84", "wgs1984", "gcswgs1984", "rgf93", "rgf93v1", "rgf93v2", "rgf93v2b", "gcsrgf1993", "etrs89",
        "gcsetrs1989", "rgaf09", "rgfg95", "rgr92", "rgm04", "rgspm06",
    ),
    3857: ("wgs84pseudomercator", "wgs1984webmercatorauxiliarysphere"),
    2154: ("rgf93lambert93", "rgf1993lambert93", "rgf93v1lambert93", "rgf93v2lambert93", "rgf93v2blambert93"),
    5490: ("rgaf09utmzone20n", "rgaf09utm20n"),
    2972: ("rgfg95utmzone22n", "rgfg1995utm22n"),
    2975: ("rgr92utmzone40s", "rgr1992utm40s"),
    4471: ("rgm04utmzone38s", "rgm2004utmzone38s"),
    4467: ("rgspm06utmzone21n", "rgspm2006utmzone21n"),
    2970: ("guadeloupe1948utmzone20n",),
    3163: ("rgnc9193lambertnewcaledonia", "rgnc19911993lambertnewcaledonia"),
    **{3900 + zone: (f"rgf93cc{zone}", f"rgf1993cc{zone}", f"rgf93v1cc{zone}") for zone in range(42, 51)},
}  # fmt: skip
"""SRID → names it bears in .prj files, without sign nor capital. RGF93 and ETRS89 are WGS 84 to a metre.

3942 to 3950 are the nine zones of the conformal conic projection, in which communes and agglomerations
of mainland France keep their plans.
"""
CODES = {
    **{srid: srid for srid in NAMES},
    **dict.fromkeys((4171, 4258, 9777, 9782, 4979, 5489, 4558, 4624, 4627, 4470, 4463), WGS84),
    **dict.fromkeys((9793, 9794, 5698), 2154),
}
"""EPSG codes that are read, each with the SRID that stands for it."""
ZONES: dict[int, Box] = {
    **{srid: box for srid, (_name, box) in PROJECTIONS.items()},
    **{3941 + n: (1_300_001, n * 1e6 + 50_000, 2_200_000, n * 1e6 + 350_000) for n in range(1, 10)},
    WGS84: (-180, -90, 180, 90),
}
"""Where the coordinates (x, y) of each system lie in France: metres tell their own, no two boxes meet."""
FIRST_NAME = re.compile(
    r'^\s*(?:COMPD_CS\s*\[\s*"[^"]{0,120}"\s*,\s*|COMPOUNDCRS\s*\[\s*"[^"]{0,120}"\s*,\s*)?'
    r'(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS)\s*\[\s*"([^"]{1,120})"',
    re.IGNORECASE,
)
LAST_CODE = re.compile(
    r'(?:AUTHORITY\s*\[\s*"EPSG"\s*,\s*"(\d{4,5})"|ID\s*\[\s*"EPSG"\s*,\s*(\d{4,5}))\s*\]\s*\]\s*$',
    re.IGNORECASE,
)
URN = re.compile(
    r"^urn:ogc:def:crs:(?:EPSG:[\d.]*:(\d{4,5})|OGC:1\.3:(CRS84))$|^EPSG:(\d{4,5})$", re.IGNORECASE
)
LONGEST = 20_000
_made = threading.local()


def from_prj(text: str) -> int | None:
    """The SRID of the text of a .prj file; None when it is not one of ours."""
    found = FIRST_NAME.match(text[:4000])
    if found is None:
        return None
    name = re.sub(r"[^a-z0-9]", "", found[1].lower())
    named = next((srid for srid, names in NAMES.items() if name in names), None)
    if named is not None:
        return named
    code = LAST_CODE.search(text[:LONGEST])
    return CODES.get(int(code[1] or code[2])) if code else None


def name_of(text: str) -> str:
    """What the text of a reference system calls itself, to be said on a page."""
    found = FIRST_NAME.match(text[:4000])
    return found[1][:80] if found else text.strip()[:80]


def from_urn(text: str) -> int | None:
    """The SRID of a name such as « urn:ogc:def:crs:EPSG::2154 »; None when it is not one of ours."""
    found = URN.match(text.strip())
    if found is None:
        return None
    if found[2]:
        return WGS84
    return CODES.get(int(found[1] or found[3]))


def from_any(text: str) -> int | None:
    """The SRID of a name, a code or a text of a reference system; None when it is not one of ours."""
    return from_urn(text) or from_prj(text)


def likely(positions: list[tuple[float, float]]) -> int | None:
    """The system of our list in whose part of France all the positions lie, if one does."""
    for srid, (west, south, east, north) in ZONES.items():
        if positions and all(west <= x <= east and south <= y <= north for x, y in positions):
            return srid
    return None


def to_degrees(geometry: GEOSGeometry, srid: int) -> GEOSGeometry:
    """The geometry, in a system of our list, in degrees (srid 4326)."""
    if srid not in NAMES:
        raise ValueError(srid)
    geometry.srid = srid
    if srid != WGS84:
        geometry.transform(_transform(srid))
    return geometry


def _transform(srid: int) -> CoordTransform:
    """The way to degrees, made once a thread: it takes twenty times as long to make as to follow."""
    known: dict[int, CoordTransform] = _made.__dict__.setdefault("transforms", {})
    if srid not in known:
        known[srid] = CoordTransform(SpatialReference(srid), SpatialReference(WGS84))
    return known[srid]
