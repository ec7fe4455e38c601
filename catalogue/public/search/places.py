"""Places in what is typed: « compost à Rennes » becomes words and a territory, and the page says so.

Called by the list and the map before they show anything: what was understood goes into the address
(``autour=``, ``territoire=``), where it can be seen, changed and undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from django.db.models import F, Q

from geo.models import CompletionTerm, Level, Territory
from geo.place_names import ARTICLES, PlaceName, read_place_name

NEAR = re.compile(
    r"(?:^|(?<=\s))(?:tout\s+)?(?:près|pres|proche|autour|vers|(?:à|a)\s+(?:côté|cote|proximité|proximite)"
    r"|aux\s+(?:alentours|environs))\s+(?:(?:de\s+la\s+|de\s+l['’]|de\s+|d['’])|(?P<article>des|du)\s+)?(?=\S)",
    re.IGNORECASE,
)
AT = re.compile(
    r"(?:^|(?<=\s))(?:(?P<inside>en|dans\s+l['’]|dans\s+(?:la|le|les))|à|a|(?P<article>aux|au))(?:\s+|(?<=['’]))(?=\S)",
    re.IGNORECASE,
)
LARGE_CODE = re.compile(r"\d{2,3}|2[ab]")
"""The code of a département or a région: a mere number, unless « département » stands before it."""
POSTAL = re.compile(r"(?P<head>.*?)[\s,]*\b(?P<postal>\d{5})\b[\s,]*(?P<name>.*)")
STREET = re.compile(
    r"^\s*(?:\d{1,4}\s*(?:bis|ter|quater)?\b|rue|avenue|av\.|boulevard|bd|impasse|quai|chemin|allée|allee)\s",
    re.IGNORECASE,
)
LARGE = (Level.REGION, Level.DEPARTEMENT)
TOWN = 5000
"""Inhabitants from which a name in lower case after a mere « à » is taken for a place."""
MAX_TAILS = 8
MOST_COMMAS = 2
"""« compost, Rennes, Ille-et-Vilaine »: what stands after the last two commas may be a place."""


@dataclass(frozen=True)
class Tail:
    """The end of what was typed, which may name a place, and how sure the words before it make it."""

    head: str
    name: str
    readings: tuple[PlaceName, ...]
    postal: str = ""
    is_sure: bool = False
    is_inside: bool = False


@dataclass(frozen=True)
class Reading:
    """Words to search, and the territory around or in which to search them."""

    words: str
    territory: Territory
    is_address: bool = False

    @property
    def parameters(self) -> dict[str, str | None]:
        """What changes in the address: search in a région or a département, around anything smaller."""
        inside = self.territory.level in LARGE
        code = f"{self.territory.level}:{self.territory.code}"
        around: dict[str, str | None] = {"q": self.words or None, "autour": code, "territoire": None}
        within: dict[str, str | None] = {
            "q": self.words or None, "territoire": code, "autour": None, "rayon": None, "tri": None
        }  # fmt: skip
        return {**(within if inside else around), "bbox": None, "page": None}


def read(typed: str, *, has_place: bool = False) -> Reading | None:
    """The place that the end of ``typed`` names exactly, and the words before it; None when it names none.

    One query at most. When the address has a place already, only plain words (« près de ») change it.
    """
    tails = [tail for tail in _tails(typed) if tail.is_sure or not has_place][:MAX_TAILS]
    if not tails:
        return None
    whole = _tail("", typed, is_sure=True)
    named = _named([*tails, whole])
    if tails[0].head.strip() and _bearing(whole, named):
        return None
    for tail in tails:
        found = _bearing(tail, named)
        if found:
            best = min(found, key=lambda territory: _preference(tail, territory))
            is_address = bool(STREET.match(tail.head + " "))
            return Reading("" if is_address else tail.head.strip(" ,"), best, is_address)
    return None


def offered(typed: str, *, nothing_found: bool = False, limit: int = 3) -> list[Territory]:
    """Territories that bear exactly this name, postal code or code, the most peopled first.

    When nothing was found, those that all of it, or what follows « près de », may mean with a typing error.
    """
    whole = _tail("", typed, is_sure=True)
    bearing = _bearing(whole, _named([whole]))
    if bearing or not nothing_found:
        return sorted(bearing, key=lambda territory: -(territory.population or 0))[:limit]
    markers = list(NEAR.finditer(typed))
    guess = typed[markers[-1].end() :] if markers else typed
    return list(Territory.objects.complete(guess, limit).select_related("departement", "region"))


def _tails(typed: str) -> Iterable[Tail]:
    """The ends that may name a place, the surest first, then the longest."""
    postal = POSTAL.fullmatch(typed)
    if postal is not None:
        name = postal["name"].strip()
        yield _tail(postal["head"], name or postal["postal"], is_sure=True, postal=postal["postal"])
    for marker in NEAR.finditer(typed):
        yield _tail(typed[: marker.start()], typed[marker.end() :], article=marker["article"], is_sure=True)
    parts = typed.rsplit(",", MOST_COMMAS)
    for count in range(1, len(parts)):
        yield _tail(",".join(parts[:count]), ",".join(parts[count:]), is_sure=True)
    for marker in AT.finditer(typed):
        inside = bool(marker["inside"])
        yield _tail(
            typed[: marker.start()], typed[marker.end() :], article=marker["article"], is_inside=inside
        )


def _tail(
    head: str,
    name: str,
    *,
    article: str | None = None,
    postal: str = "",
    is_sure: bool = False,
    is_inside: bool = False,
) -> Tail:
    readings = read_place_name(name)
    if article is not None:
        readings = [replace(reading, article=ARTICLES[article.lower()]) for reading in readings]
    return Tail(head, name.strip(), tuple(readings), postal, is_sure, is_inside)


def _named(tails: Iterable[Tail]) -> dict[str, list[Territory]]:
    """Current territories by the terms of the tails: names, postal codes, codes (completion_term_prefix)."""
    kinds = CompletionTerm.Kind
    by_code = Q(terms__kind__in=[kinds.POSTAL, kinds.CODE], terms__term__regex=r"^\d{5}$")
    by_large_code = Q(terms__kind=kinds.CODE, level__in=LARGE)
    readings = chain.from_iterable(tail.readings for tail in tails)
    terms = set(chain.from_iterable(reading.terms for reading in readings))
    found = (
        Territory.objects.current()
        .filter(
            Q(terms__kind__in=[kinds.NAME, kinds.FORMER]) | by_code | by_large_code,
            terms__term__in=terms,
            point__isnull=False,
        )
        .annotate(term=F("terms__term"))
        .select_related("departement", "region")
    )
    named: dict[str, list[Territory]] = {}
    for territory in found:
        named.setdefault(territory.term, []).append(territory)
    return named


def _bearing(tail: Tail, named: dict[str, list[Territory]]) -> list[Territory]:
    """The territories that the end of the words names, each once."""
    found = {}
    for reading in tail.readings:
        for term in reading.terms:
            if LARGE_CODE.fullmatch(term) and not reading.levels:
                continue
            for territory in named.get(term, []):
                if reading.names_place(term, territory) and _accepts(tail, reading, territory):
                    found[territory.pk] = territory
    return list(found.values())


def _accepts(tail: Tail, reading: PlaceName, territory: Territory) -> bool:
    """Whether the words before the name, or its writing, make it this territory rather than words."""
    if tail.postal and tail.postal not in (*territory.postal_codes, territory.code):
        return False
    if tail.is_sure or reading.levels or territory.level in LARGE:
        return True
    return not tail.is_inside and (tail.name[:1].isupper() or (territory.population or 0) >= TOWN)


def _preference(tail: Tail, territory: Territory) -> tuple[bool, int, int]:
    """Most inhabitants first, an EPCI last; of equals (La Réunion) a région after « en », else a commune."""
    levels: list[str] = (
        [Level.REGION, Level.DEPARTEMENT] if tail.is_inside else [Level.COMMUNE, Level.DEPARTEMENT]
    )
    return (
        territory.level in {Level.EPCI, Level.EPT},
        -(territory.population or 0),
        levels.index(territory.level) if territory.level in levels else len(levels),
    )
