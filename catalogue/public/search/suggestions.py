"""What a search box suggests while one types: territories and records, by the beginning of their words."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.models import Record
from catalogue.public.search.doors import is_named
from geo.models import Level, Territory
from geo.names import ABBREVIATIONS, normalise

MOST_FIRST, MOST_SECOND = 6, 3
"""Suggestions of the kind that comes first, and of the other."""
SHORTEST = 2
"""Letters from which a name is completed; a place may have one letter, and is then found whole."""
WELL_KNOWN = 10_000
"""Inhabitants from which a place of exactly that name is meant, even when titles have the word."""

BEGINNINGS = frozenset(ABBREVIATIONS.values())
"""Words of titles that begin the name of a place rather than say what a record is about: « saint »."""


@dataclass(frozen=True)
class Suggestions:
    """The two lists, and which comes first."""

    territories: list[Territory]
    records: list[Record]
    records_first: bool = False


def suggest(typed: str) -> Suggestions:
    """Records come first when a title has the words, unless they are the name of a well-known place."""
    territories = list(Territory.objects.complete(typed, limit=MOST_FIRST).with_parents())
    if len(typed.strip()) < SHORTEST:
        return Suggestions([one for one in territories if is_named(one, typed)], [])
    records = list(Record.objects.published().titled(typed)[:MOST_FIRST])
    are_meant = any(is_well_known(one) and is_named(one, typed) for one in territories)
    if records and records[0].has_whole_words and not are_meant and normalise(typed) not in BEGINNINGS:
        return Suggestions(territories[:MOST_SECOND], records, records_first=True)
    return Suggestions(territories, records[:MOST_SECOND])


def is_well_known(territory: Territory) -> bool:
    return territory.level in (Level.REGION, Level.DEPARTEMENT) or (territory.population or 0) >= WELL_KNOWN
