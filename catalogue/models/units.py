"""Units of the indicators: which compare, and by what factor. Read by the synthesis and the typing.

Factors come from the SI brochure of the BIPM (9th edition, 2019: prefixes; table 8 for minute, hour, day,
hectare, litre, tonne, decibel) and from definitions (1 kWh = 3.6 MJ; a quantity a year keeps its year). A
difference of temperatures in K is the same in °C, a temperature is not: the two are never converted. CO₂
and CO₂e are taken as one, as the sources do. Money of different years is compared as it is written. Two
units compare when they are of the same dimension; one that is not listed, with its own spelling alone.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

DIMENSIONS: dict[str, dict[str, str]] = {
    "part": {"%": "1", "pour cent": "1", "pourcent": "1", "pct": "1", "‰": "0.1"},
    "points de pourcentage": {"points de pourcentage": "1", "point de pourcentage": "1", "pp": "1"},
    "énergie": {"wh": "0.001", "kwh": "1", "mwh": "1000", "gwh": "1000000", "mj": "1/3.6", "gj": "1000/3.6"},
    "énergie par an": {
        "kwh/an": "1", "mwh/an": "1000", "gwh/an": "1000000", "kwh par an": "1", "mwh par an": "1000",
        "gwh par an": "1000000",
    },
    "énergie primaire surfacique": {"kwhep/m2.an": "1", "kwhep/m2/an": "1", "kwhep/(m2.an)": "1"},
    "énergie surfacique": {"kwh/m2.an": "1", "kwh/m2/an": "1", "kwh/(m2.an)": "1"},
    "énergie par distance": {"kwh/km": "1", "wh/km": "0.001", "kwh/100km": "0.01", "kwh/100 km": "0.01"},
    "puissance": {"w": "0.001", "kw": "1", "mw": "1000", "gw": "1000000"},
    "puissance crête": {"wc": "0.001", "kwc": "1", "mwc": "1000"},
    "émissions": {
        "g co2e": "0.000001", "kg co2e": "0.001", "t co2e": "1", "kg co2": "0.001", "t co2": "1",
        "teqco2": "1",
        "tco2e": "1", "tco2": "1", "kgco2e": "0.001", "kgco2": "0.001", "t eq co2": "1", "kg eq co2": "0.001",
    },
    "émissions par an": {
        "kg co2e/an": "0.001", "t co2e/an": "1", "kg co2/an": "0.001", "t co2/an": "1", "teqco2/an": "1",
        "tco2e/an": "1", "tco2/an": "1", "t eq co2/an": "1", "t co2 par an": "1", "t co2e par an": "1",
    },
    "masse": {"g": "0.001", "kg": "1", "t": "1000", "tonne": "1000", "tonnes": "1000"},
    "masse par an": {"kg/an": "0.001", "t/an": "1", "tonnes/an": "1", "tonnes par an": "1", "t par an": "1"},
    "longueur": {"cm": "0.01", "m": "1", "metres": "1", "km": "1000"},
    "surface": {"m2": "1", "ha": "10000", "hectares": "10000", "km2": "1000000"},
    "volume": {"l": "0.001", "litres": "0.001", "hl": "0.1", "m3": "1"},
    "volume par an": {"m3/an": "1", "l/an": "0.001", "m3 par an": "1"},
    "durée": {"s": "1/60", "min": "1", "minutes": "1", "h": "60", "heures": "60", "j": "1440",
              "jours": "1440"},
    "mois": {"mois": "1", "ans": "12", "annees": "12"},
    "température": {"°c": "1", "degres": "1", "degres celsius": "1"},
    "niveau sonore": {"db": "1", "db(a)": "1", "dba": "1"},
    "monnaie": {
        "€": "1", "eur": "1", "euros": "1", "k€": "1000", "m€": "1000000", "millions d'euros": "1000000",
    },
    "monnaie par an": {
        "€/an": "1", "k€/an": "1000", "m€/an": "1000000", "€ par an": "1", "euros par an": "1",
    },
    "personnes": {"personnes": "1", "personne": "1", "habitants": "1", "usagers": "1", "voyageurs": "1"},
    "logements": {"logements": "1", "logement": "1"},
    "foyers": {"foyers": "1", "menages": "1", "foyer": "1"},
    "trajets": {"trajets": "1", "trajet": "1", "courses": "1"},
}  # fmt: skip
"""For each dimension, its units as ``normalise_unit`` writes them, each with its factor to one of them."""
EXPONENTS = str.maketrans("²³₂", "232")


class Unit(NamedTuple):
    """What a unit measures, and how many of the reference unit of its dimension it holds."""

    dimension: str
    factor: Decimal


def _factor(text: str) -> Decimal:
    top, _slash, bottom = text.partition("/")
    return Decimal(top) / Decimal(bottom or "1")


UNITS: dict[str, Unit] = {}
for _dimension, _units in DIMENSIONS.items():
    UNITS |= {name: Unit(_dimension, _factor(text)) for name, text in _units.items()}


def normalise_unit(unit: str) -> str:
    """The unit without what does not change it: capitals, accents, exponents, double spaces."""
    text = unicodedata.normalize("NFD", unit.translate(EXPONENTS).replace("’", "'").casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"\s*([/.()])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def conversion_factor(unit: str, to: str) -> Decimal | None:
    """What to multiply a value in ``unit`` by to have it in ``to``; None when they do not compare."""
    given, wanted = normalise_unit(unit), normalise_unit(to)
    if not given or not wanted:
        return None
    if given == wanted:
        return Decimal(1)
    first, second = UNITS.get(given), UNITS.get(wanted)
    if first is None or second is None or first.dimension != second.dimension:
        return None
    return first.factor / second.factor


def are_compatible(unit: str, to: str) -> bool:
    return conversion_factor(unit, to) is not None
