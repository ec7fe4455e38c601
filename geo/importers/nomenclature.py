"""Which territories exist, their names, codes, populations and parents: read from the vendored data file.

The file is a compact copy of ``@etalab/decoupage-administratif`` (see geo/data/README.md), written by
``manage.py pack_decoupage`` and read by ``import_territories``.
"""

from __future__ import annotations

import json
import lzma
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.models.territory import OVERSEAS_COLLECTIVITIES

DATA = Path(__file__).resolve().parent.parent / "data"
DECOUPAGE = DATA / "decoupage-administratif-6.0.0.json.xz"
MILLESIME = 2026
SOURCE = "@etalab/decoupage-administratif 6.0.0 (Licence Ouverte 2.0)"

EPCI_PREFIXES = {
    "CC ": "Communauté de communes ",
    "CA ": "Communauté d’agglomération ",
    "CU ": "Communauté urbaine ",
}
COMPLEMENT = re.compile(r"(de|du|des|d’|de la|de l’)\b", re.IGNORECASE)
"""A name that only goes on from its legal form: « du Pays de Saint Malo »."""


@dataclass(frozen=True, slots=True)
class Named:
    """A territory as the nomenclature names it; ``parents`` maps a level to a code."""

    level: str
    code: str
    name: str
    name_type: int
    population: int | None
    parents: dict[str, str] = field(default_factory=dict)
    postal_codes: tuple[str, ...] = ()
    epci_type: str = ""
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Former:
    """A code out of force and the code of the commune that took it over."""

    code: str
    name: str
    kind: str
    successor: str


@dataclass(frozen=True, slots=True)
class Nomenclature:
    """All the territories of a vintage, in an order where parents come first, and the former codes."""

    named: tuple[Named, ...]
    former: tuple[Former, ...]
    millesime: int


def clean_name(name: str) -> str:
    """Return the name with typographic apostrophes and quotes, and single spaces."""
    name = name.replace("''", '"').replace("'", "’")
    parts = name.split('"')
    if len(parts) == 3:
        name = f"{parts[0]}« {parts[1]} »{parts[2]}"
    return re.sub(" +", " ", name.replace("« ", "«\u00a0").replace(" »", "\u00a0»")).strip()


def epci_name(name: str) -> str:
    """Return the name of an EPCI with its legal form, unless it has it already (« Vitré Communauté »)."""
    for short, full in EPCI_PREFIXES.items():
        if name.startswith(short):
            rest = clean_name(name.removeprefix(short))
            says_it = re.search(r"agglo|communauté|métropole", rest, re.IGNORECASE)
            return rest if says_it and not COMPLEMENT.match(rest) else full + rest
    return clean_name(name)


def read_packed(path: Path = DECOUPAGE) -> dict[str, Any]:
    """Return content of the vendored file: one list of rows for each kind of territory."""
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        content: dict[str, Any] = json.load(stream)
    return content


def read_nomenclature(path: Path = DECOUPAGE, departements: frozenset[str] = frozenset()) -> Nomenclature:
    """Return the nomenclature of the vendored file; of these départements only, when some are given."""
    packed = read_packed(path)
    communes = [c for c in packed["communes"] if not departements or c[3] in departements]
    kept = {c[0] for c in communes}
    totals = totals_by_parent(packed["communes"])
    named = [Named("pays", "FR", "France", 3, totals["FR"])]
    named += regions(packed, {c[4] for c in communes}, totals)
    named += departments(packed, {c[3] for c in communes}, totals)
    named += groupings(packed, communes)
    named += [commune(row) for row in communes]
    named += [arrondissement(row) for row in packed["arrondissements"] if row[3] in kept]
    return Nomenclature(tuple(named), tuple(former(packed, kept)), packed["millesime"])


def totals_by_parent(communes: list[list[Any]]) -> dict[str, int]:
    """Return population of the country (``FR``), the départements (``D35``) and the régions (``R53``)."""
    totals: dict[str, int] = {}
    for row in communes:
        for key in ("FR", f"D{row[3]}", f"R{row[4]}"):
            totals[key] = totals.get(key, 0) + (row[6] or 0)
    return totals


def regions(packed: dict[str, Any], kept: set[str], totals: dict[str, int]) -> list[Named]:
    """Return the régions; collectivités d’outre-mer belong to none."""
    return [
        Named("region", code, clean_name(name), kind, totals.get(f"R{code}"), {"pays": "FR"}, seat=seat)
        for code, name, kind, seat in packed["regions"]
        if code in kept and code not in OVERSEAS_COLLECTIVITIES
    ]


def departments(packed: dict[str, Any], kept: set[str], totals: dict[str, int]) -> list[Named]:
    """Return the départements and, at the same level, the collectivités d’outre-mer."""
    rows = []
    for code, name, kind, region, seat in packed["departements"]:
        if code not in kept:
            continue
        overseas = code in OVERSEAS_COLLECTIVITIES
        # the file gives Miquelon's seat for the Terres australes: a seat must lie in its own collectivité
        own_seat = seat if not overseas or seat.startswith(code) else ""
        rows.append(
            Named(
                "departement",
                code,
                clean_name(name),
                kind,
                totals.get(f"D{code}") or None,
                {} if overseas else {"region": region},
                seat=own_seat,
            )
        )
    return rows


def groupings(packed: dict[str, Any], communes: list[list[Any]]) -> list[Named]:
    """Return EPCI, then EPT, placed where the most populous of their loaded communes is, their seat."""
    biggest: dict[str, list[Any]] = {}
    for row in sorted(communes, key=lambda c: -(c[6] or 0)):
        for code in (row[8], row[9]):
            if code:
                biggest.setdefault(code, row)
    rows = []
    for level, kept in (("epci", packed["epci"]), ("ept", packed["ept"])):
        for code, name, kind, population in kept:
            main = biggest.get(code)
            if main is None:
                continue
            parents = {"departement": main[3], "region": main[4]}
            if level == "ept" and main[8]:
                parents["epci"] = main[8]
            rows.append(
                Named(level, code, epci_name(name), 0, population, parents, epci_type=kind, seat=main[0])
            )
    return rows


def commune(row: list[Any]) -> Named:
    """Return a current commune; the row is that of ``pack.pack_commune``."""
    code, name, kind, departement, region, _siren, population, postal, epci, ept, _old = row
    parents = {"departement": departement, "epci": epci, "ept": ept}
    if region not in OVERSEAS_COLLECTIVITIES:
        parents["region"] = region
    return Named(
        "commune",
        code,
        clean_name(name),
        kind,
        population,
        {level: parent for level, parent in parents.items() if parent},
        tuple(postal),
    )


def arrondissement(row: list[Any]) -> Named:
    """Return a municipal arrondissement, « Paris 1er arrondissement »."""
    code, name, postal, parent, population = row
    return Named(
        "arrondissement",
        code,
        clean_name(name).replace("Arrondissement", "arrondissement"),
        0,
        population,
        {"commune": parent},
        tuple(postal),
    )


def former(packed: dict[str, Any], kept: set[str]) -> list[Former]:
    """Return codes out of force whose successor is loaded: old codes, delegated and associated communes."""
    found: dict[tuple[str, str], Former] = {}
    for code, name, kind, successor in packed["former"]:
        if successor in kept and code != successor:
            found[code, successor] = Former(code, clean_name(name), kind, successor)
    return [found[key] for key in sorted(found)]
