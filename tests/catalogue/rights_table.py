"""Tables of rights as the tests write them by hand: a line for each action, a column for each state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def read_table(text: str, letters: Mapping[str, Any]) -> dict[str, dict[str, frozenset[Any]]]:
    """Who may do each action in each state: one letter for each of them, a dot for nobody."""
    states, *lines = [line.split() for line in text.strip().splitlines()]
    table = {}
    for action, *cells in lines:
        holders = [frozenset(letters[letter] for letter in cell.strip(".")) for cell in cells]
        table[action] = dict(zip(states, holders, strict=True))
    return table
