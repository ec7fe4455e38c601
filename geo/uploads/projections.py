"""The reference systems that a file may be in: a closed list of integers, found by our own comparison.

No text of a file reaches GDAL's ``SpatialReference``: with GDAL 3.6 it may ask a server for an address.
"""

from __future__ import annotations

import re

from django.contrib.gis.geos import GEOSGeometry

WGS84 = 4326
NAMES: dict[int, tuple[str, ...]] = {
    4326: (
        "wgs84", "wgs1984", "gcswgs1984", "rgf93", "rgf93v1", "rgf93v2", "rgf93v2b", "gcsrgf1993", "etrs89",
        "gcsetrs1989",
    ),
    3857: ("wgs84pseudomercator", "wgs1984webmercatorauxiliarysphere"),
    2154: ("rgf93lambert93", "rgf1993lambert93", "rgf93v1lambert93", "rgf93v2lambert93", "rgf93v2blambert93"),
    5490: ("rgaf09utmzone20n", "rgaf09utm20n"),
    2972: ("rgfg95utmzone22n", "rgfg1995utm22n"),
    2975: ("rgr92utmzone40s", "rgr1992utm40s"),
    4471: ("rgm04utmzone38s", "rgm2004utmzone38s"),
    4467: ("rgspm06utmzone21n", "rgspm2006utmzone21n"),
}  # fmt: skip
"""SRID → names it bears in .prj files, without sign nor capital. RGF93 and ETRS89 are WGS 84 to a metre."""
CODES = {
    **{srid: srid for srid in NAMES},
    4171: 4326,
    4258: 4326,
    9777: 4326,
    9782: 4326,
    9794: 2154,
    9793: 2154,
}
"""EPSG codes that are read, each with the SRID that stands for it."""
FIRST_NAME = re.compile(r'^\s*(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS)\s*\[\s*"([^"]{1,120})"', re.IGNORECASE)
URN = re.compile(
    r"^urn:ogc:def:crs:(?:EPSG:[\d.]*:(\d{4,5})|OGC:1\.3:(CRS84))$|^EPSG:(\d{4,5})$", re.IGNORECASE
)


def from_prj(text: str) -> int | None:
    """The SRID of the text of a .prj file; None when it is not one of ours."""
    found = FIRST_NAME.match(text[:4000])
    if found is None:
        return None
    name = re.sub(r"[^a-z0-9]", "", found[1].lower())
    return next((srid for srid, names in NAMES.items() if name in names), None)


def from_urn(text: str) -> int | None:
    """The SRID of a name such as « urn:ogc:def:crs:EPSG::2154 »; None when it is not one of ours."""
    found = URN.match(text.strip())
    if found is None:
        return None
    if found[2]:
        return WGS84
    return CODES.get(int(found[1] or found[3]))


def to_degrees(geometry: GEOSGeometry, srid: int) -> GEOSGeometry:
    """The geometry, in a system of our list, in degrees (srid 4326)."""
    if srid not in NAMES:
        raise ValueError(srid)
    geometry.srid = srid
    if srid != WGS84:
        geometry.transform(WGS84)
    return geometry
