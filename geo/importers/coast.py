"""Coastal communes: computed once from the outlines, kept as a file that a person can read and correct."""

from __future__ import annotations

import csv
from pathlib import Path

from geo.importers.nomenclature import DATA

COASTAL = DATA / "communes-littorales.csv"


def read_coastal(path: Path = COASTAL) -> frozenset[str]:
    """INSEE codes of the coastal communes."""
    with path.open(encoding="utf-8", newline="") as stream:
        return frozenset(row["code"] for row in csv.DictReader(stream))
