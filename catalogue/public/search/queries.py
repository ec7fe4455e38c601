"""Queries of the full text as text, in the syntax of ``tsquery``."""

from __future__ import annotations

from collections.abc import Iterable


def quote(lexeme: str) -> str:
    """The lexeme as the text of a ``tsquery``."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def any_of(queries: Iterable[str]) -> str:
    return _joined(" | ", queries)


def all_of(queries: Iterable[str]) -> str:
    return _joined(" & ", queries)


def _joined(operator: str, queries: Iterable[str]) -> str:
    """The queries but the empty ones, each once."""
    parts = list(dict.fromkeys(query for query in queries if query))
    return parts[0] if len(parts) == 1 else operator.join(f"({part})" for part in parts)
