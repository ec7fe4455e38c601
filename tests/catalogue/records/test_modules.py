"""``records`` is what a record is for several rooms, no place for whatever has none."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

CATALOGUE = Path(settings.BASE_DIR) / "catalogue"
RECORDS = "catalogue.records"


def names_imported(path: Path) -> Iterator[str]:
    """The modules of ``records`` that a file imports, by their first name below it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == RECORDS:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{RECORDS}."):
            yield str(node.module).split(".")[2]


def test_each_module_serves_two_rooms() -> None:
    """A module of an inner package counts through its package; one room alone keeps its own."""
    rooms = defaultdict(set)
    for path in CATALOGUE.rglob("*.py"):
        room = path.relative_to(CATALOGUE).parts[0]
        if room not in ("records", "migrations"):
            for name in names_imported(path):
                rooms[name].add(room)
    modules = {path.stem for path in (CATALOGUE / "records").iterdir()} - {"__init__", "__pycache__"}
    assert {name: sorted(rooms[name]) for name in modules if len(rooms[name]) < 2} == {}
