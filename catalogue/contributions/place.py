"""A place as a form understood it, and the ways of saying one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext_lazy, ngettext

from catalogue.models import Record
from geo.countries import FRANCE
from geo.covering import choice_text
from geo.models import Territory

Precision = Record.Precision
VALUES = ("geometry", "location_precision", "place_name", "territory", "country")
"""What the form gives: attributes of the record."""
FAMILIES = {
    "Point": gettext_lazy("points"),
    "LineString": gettext_lazy("lignes"),
    "Polygon": gettext_lazy("surfaces"),
}


class InputMethod:
    """The ways of saying a place."""

    MAP = "carte"
    COORDINATES = "coordonnees"
    FILE = "fichier"
    TERRITORY = "commune"
    NOWHERE = "aucun"
    CHOICES = [
        (MAP, gettext_lazy("Sur la carte")),
        (COORDINATES, gettext_lazy("Par des coordonnées")),
        (FILE, gettext_lazy("Par un fichier")),
        (TERRITORY, gettext_lazy("Par la commune ou le territoire seulement")),
        (NOWHERE, gettext_lazy("Sans emplacement")),
    ]


def count_words(family: str, n: int) -> str:
    """Return « 3 lignes »."""
    words = {
        "Point": ngettext("%(n)d point", "%(n)d points", n),
        "LineString": ngettext("%(n)d ligne", "%(n)d lignes", n),
        "Polygon": ngettext("%(n)d surface", "%(n)d surfaces", n),
    }
    return words[family] % {"n": n}


@dataclass
class SubmittedPlace:
    geometry: GEOSGeometry | None = None
    precision: str = Precision.NONE
    territory: Territory | None = None
    country: str = FRANCE
    remarks: list[str] = field(default_factory=list)

    @property
    def is_nowhere(self) -> bool:
        return self.geometry is None and self.territory is None and self.country == FRANCE

    def same_as(self, other: SubmittedPlace) -> bool:
        """Return True when the other is the same place, remarks aside."""
        return self.fingerprint() == other.fingerprint()

    def fingerprint(self) -> str:
        """Return what tells this place from another, for the confirmation."""
        shape = bytes(self.geometry.wkb) if self.geometry is not None else b""
        content = f"{self.precision}|{self.territory and self.territory.pk}|{self.country}|"
        return hashlib.sha256(content.encode() + shape).hexdigest()[:32]


def place_initial(place: SubmittedPlace, place_name: str) -> dict[str, Any]:
    coarse = place.precision == Precision.COMMUNE or (place.geometry is None and place.territory is not None)
    return {
        "way": InputMethod.TERRITORY if coarse else InputMethod.MAP,
        "geometry": None if coarse else place.geometry,
        "commune": choice_text(place.territory) if place.territory is not None else "",
        "place_name": place_name,
        "country": place.country,
    }
