"""Places in what is typed: « compost à Rennes » becomes words and a territory, and the page says so.

Called by the list and the map before they show anything: what was understood goes into the address
(``autour=``, ``territoire=``), where it can be seen, changed and undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.db.models import F, Q

from geo.models import CompletionTerm, Level, Territory
from geo.names import normalise

NEAR = re.compile(
    r"(?:^|(?<=\s))(?:tout\s+)?(?:près|pres|proche|autour|vers|(?:à|a)\s+(?:côté|cote|proximité|proximite)"
    r"|aux\s+(?:alentours|environs))\s+(?:(?:de\s+la\s+|de\s+l['’]|de\s+|d['’])|(?P<article>des|du)\s+)?(?=\S)",
    re.IGNORECASE,
)
AT = re.compile(
    r"(?:^|(?<=\s))(?:(?P<inside>en|dans\s+l['’]|dans\s+(?:la|le|les))|à|a|(?P<article>aux|au))(?:\s+|(?<=['’]))(?=\S)",
    re.IGNORECASE,
)
ARTICLES = {"du": "le", "au": "le", "des": "les", "aux": "les"}
DEPARTEMENT = re.compile(r"^(?P<name>.*\S)[\s,]*(?:\(|[\s,])(?P<code>\d{2,3}|2[ab])\)?$", re.IGNORECASE)
POSTAL = re.compile(r"(?P<head>.*?)[\s,]*\b(?P<postal>\d{5})\b[\s,]*(?P<name>.*)")
STREET = re.compile(
    r"^\s*(?:\d{1,4}\s*(?:bis|ter|quater)?\b|rue|avenue|av\.|boulevard|bd|impasse|quai|chemin|allée|allee)\s",
    re.IGNORECASE,
)
LARGE = (Level.REGION, Level.DEPARTEMENT)
TOWN = 5000
"""Inhabitants from which a name in lower case after a mere « à » is taken for a place."""
MAX_TAILS = 8


@dataclass(frozen=True)
class Tail:
    """The end of what was typed, which may name a place, and how sure the words before it make it."""

    head: str
    name: str
    terms: tuple[str, ...]
    departement: str = ""
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
    named: dict[str, list[Territory]] = {}
    for term, territory in _named(set(chain.from_iterable(tail.terms for tail in tails))):
        named.setdefault(term, []).append(territory)
    for tail in tails:
        bearing = chain.from_iterable(named.get(term, []) for term in tail.terms)
        found = [territory for territory in bearing if _accepts(tail, territory)]
        if found:
            best = min(found, key=lambda territory: _preference(tail, territory))
            is_address = bool(STREET.match(tail.head + " "))
            return Reading("" if is_address else tail.head.strip(" ,"), best, is_address)
    return None


def offered(typed: str, *, nothing_found: bool = False, limit: int = 3) -> list[Territory]:
    """Territories that bear exactly this name, postal code or code, the most peopled first.

    When nothing was found, those that all of it, or what follows « près de », may mean with a typing error.
    """
    bearing = {territory.pk: territory for _term, territory in _named({normalise(typed)})}
    if bearing or not nothing_found:
        return sorted(bearing.values(), key=lambda territory: -(territory.population or 0))[:limit]
    markers = list(NEAR.finditer(typed))
    guess = typed[markers[-1].end() :] if markers else typed
    return list(Territory.objects.complete(guess, limit).select_related("departement"))


def _tails(typed: str) -> Iterable[Tail]:
    """The ends that may name a place, the surest first, then the longest."""
    postal = POSTAL.fullmatch(typed)
    if postal is not None:
        name = postal["name"].strip()
        yield _tail(postal["head"], name or postal["postal"], is_sure=True, postal=postal["postal"])
    for marker in NEAR.finditer(typed):
        yield _tail(typed[: marker.start()], typed[marker.end() :], article=marker["article"], is_sure=True)
    if "," in typed:
        head, _comma, name = typed.rpartition(",")
        yield _tail(head, name, is_sure=True)
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
    numbered = None if postal else DEPARTEMENT.match(name)
    departement = numbered["code"].upper() if numbered else ""
    bare = numbered["name"].strip(" ,(") if numbered else name.strip()
    plain = normalise(bare)
    terms = (plain,) if article is None else (f"{ARTICLES[article.lower()]} {plain}", plain)
    return Tail(head, bare, tuple(term for term in terms if term), departement, postal, is_sure, is_inside)


def _named(terms: set[str]) -> Iterable[tuple[str, Territory]]:
    """Current territories that bear a term as name, postal code or code (completion_term_prefix)."""
    kinds = CompletionTerm.Kind
    by_code = Q(terms__kind__in=[kinds.POSTAL, kinds.CODE], terms__term__regex=r"^\d{5}$")
    found = (
        Territory.objects.current()
        .filter(
            Q(terms__kind__in=[kinds.NAME, kinds.FORMER]) | by_code,
            terms__term__in=terms,
            point__isnull=False,
        )
        .annotate(term=F("terms__term"))
        .select_related("departement")
    )
    return ((territory.term, territory) for territory in found)


def _accepts(tail: Tail, territory: Territory) -> bool:
    """Whether the name before these words can be this territory."""
    if tail.postal and tail.postal not in (*territory.postal_codes, territory.code):
        return False
    if tail.departement and territory.departement_code != tail.departement:
        return False
    if tail.is_sure or territory.level in LARGE:
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
