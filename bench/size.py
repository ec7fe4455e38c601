"""Measure one database, as JSON: called by ``bench`` in a process of its own for each size."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

LARGEST_OF_IMPORTS = 100_000
"""Records past which dry runs are not measured: the database is read by indexes, a file costs the same."""


def main(name: str, records: int, only: list[str], compare: bool) -> None:
    django.setup()
    from bench import (
        alert_paths,
        dashboard_paths,
        duplicate_paths,
        import_paths,
        query_paths,
        review_paths,
        tile_paths,
        workshop_paths,
    )

    found: dict[str, Any] = {"records": records}
    if "queries" in only:
        found["queries"] = {
            **query_paths.measure(),
            **alert_paths.measure(),
            **dashboard_paths.measure(),
            **workshop_paths.measure(),
            **duplicate_paths.measure(),
            **review_paths.measure(),
        }
    if "imports" in only and records <= LARGEST_OF_IMPORTS:
        found["imports"] = import_paths.measure(name)
    if "tiles" in only:
        found["tiles"] = tile_paths.measure(name, compare)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3].split(","), sys.argv[4] == "yes")
