"""The vendored data file, written from the unpacked npm package: what the import needs of it."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

KINDS = {"commune-deleguee": "deleguee", "commune-associee": "associee"}


def load(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return rows of one file of the package."""
    rows: list[dict[str, Any]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def pack_commune(row: dict[str, Any], epci: dict[str, str], ept: dict[str, str]) -> list[Any]:
    """Return a current commune as a row; the order is the one that ``nomenclature.commune`` reads."""
    code = row["code"]
    return [
        code,
        row["nom"],
        row.get("typeLiaison", 0),
        row["departement"],
        row["region"],
        row.get("siren", ""),
        row.get("population"),
        row.get("codesPostaux", []),
        epci.get(code, ""),
        ept.get(code, ""),
        row.get("anciensCodes", []),
    ]


def pack_former(rows: list[dict[str, Any]], current: list[dict[str, Any]]) -> list[list[str]]:
    """Return former codes: [code, name, kind, successor]; ``anciensCodes`` prevails when the lists differ."""
    packed: dict[str, list[str]] = {}
    for row in rows:
        if row["type"] in KINDS:
            packed[row["code"]] = [row["code"], row["nom"], KINDS[row["type"]], row["chefLieu"]]
    for row in current:
        for old in row.get("anciensCodes", []):
            known = packed.get(old, [old, "", "fusionnee", ""])
            packed[old] = [old, known[1], known[2], row["code"]]
    return [packed[code] for code in sorted(packed)]


def pack(folder: Path, millesime: int) -> dict[str, Any]:
    """Return content of the vendored file, from the ``data`` folder of the package."""
    rows = load(folder, "communes")
    current = [row for row in rows if row["type"] == "commune-actuelle"]
    epcis, epts = load(folder, "epci"), load(folder, "ept")
    epci, ept = owner_of_communes(epcis), owner_of_communes(epts)
    departements = load(folder, "departements")
    columns = ("code", "nom", "typeLiaison")
    return {
        "millesime": millesime,
        "communes": [pack_commune(row, epci, ept) for row in current],
        "arrondissements": pack_arrondissements(rows),
        "former": pack_former(rows, current),
        "epci": pick(epcis, "code", "nom", "type", "populationMunicipale"),
        "ept": [[row["code"], row["nom"], row["type"], _population(row)] for row in epts],
        "departements": pick(departements, *columns, "region", "chefLieu"),
        "regions": pick(load(folder, "regions"), *columns, "chefLieu"),
    }


def owner_of_communes(groupings: list[dict[str, Any]]) -> dict[str, str]:
    """Return code of a commune → code of the grouping of which it is a member."""
    owners: dict[str, str] = {}
    for grouping in groupings:
        owners |= {member["code"]: grouping["code"] for member in grouping["membres"]}
    return owners


def pack_arrondissements(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Return municipal arrondissements: [code, name, postal codes, commune, population]."""
    return [
        [row["code"], row["nom"], row.get("codesPostaux", []), row["commune"], row.get("population")]
        for row in rows
        if row["type"] == "arrondissement-municipal"
    ]


def pick(rows: list[dict[str, Any]], *columns: str) -> list[list[Any]]:
    """Return these columns of each row, in order."""
    return [[row[column] for column in columns] for row in rows]


def _population(grouping: dict[str, Any]) -> int:
    return sum(member["populationMunicipale"] for member in grouping["membres"])


def write_packed(content: dict[str, Any], path: Path) -> int:
    """Return bytes written: the content as compressed JSON, the same bytes for the same content."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    path.write_bytes(lzma.compress(text.encode("utf-8"), preset=9 | lzma.PRESET_EXTREME))
    return path.stat().st_size
