"""The reference systems that a file may be in: a closed list of integers, found by our own comparison.

No text of a file reaches GDAL's ``SpatialReference``: with GDAL 3.6 it may ask a server for a URL.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import GEOSGeometry
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from geo.coordinates import PROJECTIONS, Box

WGS84 = 4326
_WGS84_UTM = {
    **{25800 + zone: f"{zone}n" for zone in (30, 31, 32)},
    5490: "20n", 2972: "22n", 2975: "40s", 4471: "38s", 4467: "21n", 8903: "1s",
    **{3291 + zone: f"{zone}s" for zone in (5, 6, 7, 8)},
}  # fmt: skip
"""SRID → UTM zone of the legal systems that are WGS 84 to a metre, which files also name after WGS 84."""
NAMES: dict[int, tuple[str, ...]] = {
    4326: (
        "wgs84", "wgs1984", "gcswgs1984", "rgf93", "rgf93v1", "rgf93v2", "rgf93v2b", "gcsrgf1993", "etrs89",
        "gcsetrs1989", "rgaf09", "rgfg95", "rgr92", "rgm04", "rgspm06", "rgpf", "gcsrgpf", "rgwf96",
        "rgnc9193", "gcsrgnc199193",
    ),
    3857: ("wgs84pseudomercator", "wgs1984webmercatorauxiliarysphere"),
    2154: ("rgf93lambert93", "rgf1993lambert93", "rgf93v1lambert93", "rgf93v2lambert93", "rgf93v2blambert93"),
    5490: ("rgaf09utmzone20n", "rgaf09utm20n", "rraf1991utmzone20n", "rraf1991utm20n"),
    2972: ("rgfg95utmzone22n", "rgfg1995utm22n", "rgfg1995utmzone22n"),
    2975: ("rgr92utmzone40s", "rgr1992utm40s", "rgr1992utmzone40s"),
    4471: ("rgm04utmzone38s", "rgm2004utmzone38s"),
    4467: ("rgspm06utmzone21n", "rgspm2006utmzone21n"),
    2970: ("guadeloupe1948utmzone20n",),
    3163: ("rgnc9193lambertnewcaledonia", "rgnc19911993lambertnewcaledonia", "rgnc199193lambertnewcaledonia"),
    8903: ("rgwf96utmzone1s",),
    **{3291 + zone: (f"rgpfutmzone{zone}s",) for zone in (5, 6, 7, 8)},
    **{25800 + zone: (f"etrs89utmzone{zone}n", f"etrs1989utmzone{zone}n") for zone in (30, 31, 32)},
    **{3900 + zone: (f"rgf93cc{zone}", f"rgf1993cc{zone}", f"rgf93v1cc{zone}") for zone in range(42, 51)},
    **{
        27570 + number: (
            f"ntfparislambertzone{roman}", f"ntfparisfrance{roman}", f"ntffrance{roman}degrees",
            f"ntflambertzone{roman}",
        )
        for number, roman in enumerate(("i", "ii", "iii", "iv"), 1)
    },
    **{
        27560 + number: (f"ntfparislambert{name}", f"ntfparis{name}")
        for number, name in enumerate(("nordfrance", "centrefrance", "sudfrance", "corse"), 1)
    },
}  # fmt: skip
"""SRID → names it bears in .prj files, in bare lower case. RGF93 and ETRS89 are WGS 84 to a metre.

3942 to 3950 are the nine zones of the conformal conic projection, in which communes and agglomerations
of mainland France keep their plans; 27571 to 27574 the old Lambert zones with their thousands of kilometres
in the north, 27572 being « Lambert II étendu », and 27561 to 27564 the same without.
"""
for _srid, _zone in _WGS84_UTM.items():
    NAMES[_srid] += (f"wgs84utmzone{_zone}", f"wgs1984utmzone{_zone}")
CODES = {
    **{srid: srid for srid in NAMES},
    **dict.fromkeys(
        (4171, 4258, 9777, 9782, 4979, 5489, 4558, 4624, 4627, 4470, 4463, 4687, 4645, 4749, 8900), WGS84
    ),
    **dict.fromkeys((9793, 9794, 5698), 2154),
    **{32600 + zone: 25800 + zone for zone in (30, 31, 32)},
    32620: 5490, 4559: 5490, 32622: 2972, 32740: 2975, 32738: 4471, 32621: 4467, 32701: 8903,
    **{32700 + zone: 3291 + zone for zone in (5, 6, 7, 8)},
    **{27580 + zone: 27570 + zone for zone in range(1, 5)},
    **{27590 + zone: 27560 + zone for zone in range(1, 5)},
}  # fmt: skip
"""EPSG codes that are read, each with the SRID that stands for it."""
LABELS: dict[Any, dict[int, Any]] = {
    gettext_lazy("Systèmes en usage"): {
        4326: gettext_lazy("Degrés (WGS 84)"),
        2154: gettext_lazy("Lambert-93 (métropole)"),
        5490: gettext_lazy("UTM 20 nord (Antilles)"),
        2972: gettext_lazy("UTM 22 nord (Guyane)"),
        2975: gettext_lazy("UTM 40 sud (La Réunion)"),
        4471: gettext_lazy("UTM 38 sud (Mayotte)"),
        4467: gettext_lazy("UTM 21 nord (Saint-Pierre-et-Miquelon)"),
        3163: gettext_lazy("Lambert (Nouvelle-Calédonie)"),
        **{
            3291 + zone: format_lazy(gettext_lazy("UTM {zone} sud (Polynésie française)"), zone=zone)
            for zone in (5, 6, 7, 8)
        },
        8903: gettext_lazy("UTM 1 sud (Wallis-et-Futuna)"),
        **{
            3900 + zone: format_lazy(gettext_lazy("Conique conforme CC{zone} (métropole)"), zone=zone)
            for zone in range(42, 51)
        },
        **{
            25800 + zone: format_lazy(gettext_lazy("UTM {zone} nord (métropole)"), zone=zone)
            for zone in (30, 31, 32)
        },
        3857: gettext_lazy("Web Mercator"),
    },
    gettext_lazy("Anciens systèmes, lus à quelques mètres près"): {
        27572: gettext_lazy("NTF, Lambert II étendu"),
        27571: gettext_lazy("NTF, Lambert I carto"),
        27573: gettext_lazy("NTF, Lambert III carto"),
        27574: gettext_lazy("NTF, Lambert IV carto (Corse)"),
        27561: gettext_lazy("NTF, Lambert Nord"),
        27562: gettext_lazy("NTF, Lambert Centre"),
        27563: gettext_lazy("NTF, Lambert Sud"),
        27564: gettext_lazy("NTF, Lambert Corse"),
        2970: gettext_lazy("Guadeloupe 1948, UTM 20 nord"),
    },
}
"""What readers call each system, in groups.

The old ones are turned by three shifts, without the grid of the French institute, which GDAL would have to
fetch: within 2 to 5 m (EPSG dataset, operation 1193).
"""
ZONES: dict[int, Box] = {
    **{srid: box for srid, (_name, box) in PROJECTIONS.items()},
    **{3941 + n: (1_300_001, n * 1e6 + 50_000, 2_200_000, n * 1e6 + 350_000) for n in range(1, 10)},
    WGS84: (-180, -90, 180, 90),
}
"""Where the coordinates (x, y) of each system lie in France: no two boxes meet, so metres have one system."""
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
    """Return the SRID of the text of a .prj file; None when it is not one of ours."""
    found = FIRST_NAME.match(text[:4000])
    if found is None:
        return None
    name = re.sub(r"[^a-z0-9]", "", found[1].lower())
    named = next((srid for srid, names in NAMES.items() if name in names), None)
    if named is not None:
        return named
    code = LAST_CODE.search(text[:LONGEST])
    return CODES.get(int(code[1] or code[2])) if code else None


def choices() -> list[tuple[Any, list[tuple[int, Any]]]]:
    """Return the systems of our list, by group, as the choices of a field."""
    return [(group, list(systems.items())) for group, systems in LABELS.items()]


def label_of(srid: int) -> str:
    """Return what readers call a system of our list."""
    return next(str(systems[srid]) for systems in LABELS.values() if srid in systems)


def name_of(text: str) -> str:
    """Return the name that the text of a reference system gives itself, for a page."""
    found = FIRST_NAME.match(text[:4000])
    return found[1][:80] if found else text.strip()[:80]


def from_urn(text: str) -> int | None:
    """Return the SRID of a name such as « urn:ogc:def:crs:EPSG::2154 »; None when it is not one of ours."""
    found = URN.match(text.strip())
    if found is None:
        return None
    if found[2]:
        return WGS84
    return CODES.get(int(found[1] or found[3]))


def from_any(text: str) -> int | None:
    """Return the SRID of a name, a code or a text of a reference system; None when it is not one of ours."""
    return from_urn(text) or from_prj(text)


def guess_srid(positions: list[tuple[float, float]]) -> int | None:
    """Return the system of our list in whose part of France all the positions lie, if one does."""
    for srid, (west, south, east, north) in ZONES.items():
        if positions and all(west <= x <= east and south <= y <= north for x, y in positions):
            return srid
    return None


def to_degrees(geometry: GEOSGeometry, srid: int) -> GEOSGeometry:
    """Return the geometry, in a system of our list, in degrees (srid 4326)."""
    if srid not in NAMES:
        raise ValueError(srid)
    geometry.srid = srid
    if srid != WGS84:
        geometry.transform(_transform(srid))
    return geometry


def _transform(srid: int) -> CoordTransform:
    """Return the way to degrees, made once a thread: it takes twenty times as long to make as to follow."""
    known: dict[int, CoordTransform] = _made.__dict__.setdefault("transforms", {})
    if srid not in known:
        known[srid] = CoordTransform(SpatialReference(srid), SpatialReference(WGS84))
    return known[srid]
