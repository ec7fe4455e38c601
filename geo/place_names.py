"""A place as people and our own pages write it: « mairie de Lyon », « Rennes (Ille-et-Vilaine) »…

``geo.completion`` looks for the places that such a name begins, ``catalogue.public.search.places`` for those
that it names. The name as a whole always comes first: Ville-d’Avray is a commune.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from geo.names import bare_names, normalise

if TYPE_CHECKING:
    from geo.models import Territory

LONGEST = 100
"""Characters of a name that are read; no name is longer."""
MOST_WORDS = 8
"""Words of a name before that of the territory where it is."""
LEVELS = {
    "commune": ("commune", "arrondissement"),
    "departement": ("departement",),
    "region": ("region",),
    "epci": ("epci", "ept"),
    "any": (),
}
PREFIX = re.compile(
    r"(?:(?:l|la|le) )?(?:"
    r"(?P<commune>ville|mairie|commune|municipalite|hotel de ville|conseil municipal)"
    r"|(?P<departement>departement|conseil departemental)"
    r"|(?P<region>region|conseil regional)"
    r"|(?P<epci>intercommunalite|agglomeration|agglo|metropole"
    r"|communaute(?: de communes| d agglomeration| urbaine)?)"
    r"|(?P<any>prefecture)"
    r")(?: (?:de (?P<own>la|l)|(?P<contracted>du|des)|de|d))? (?P<name>\S.*)"
)
ARTICLES = {"du": "le", "des": "les", "au": "le", "aux": "les"}
KIND = re.compile(r" (?:commune|ville|departement|region|cedex(?: \d\d?)?)(?= |$)| france$")
ORDINAL = re.compile(r"(?<= )(\d\d?)(?:eme|ieme)\b")
ARRONDISSEMENT = re.compile(r".* \d\d?er?")
CODE = re.compile(r"(?P<name>.*[a-z].*) (?P<code>\d{2,5}|2[ab])|(?P<postal>\d{5}) (?P<town>.*[a-z].*)")


@dataclass(frozen=True)
class PlaceName:
    """A name as it is compared (``geo.names.normalise``), and what the words around it tell.

    ``article`` is that of « ville du Havre », ``levels`` those that « ville de » or « région » leave (none
    without such words), ``code`` the beginning of an INSEE or a postal code.
    """

    name: str
    article: str = ""
    levels: tuple[str, ...] = ()
    code: str = ""

    @property
    def unqualified(self) -> str:
        """The name without what says its level after it: « rennes commune ille et vilaine »."""
        return KIND.sub("", self.name)

    @property
    def heads(self) -> list[str]:
        """What may be the name when the rest says where it is: « rennes » of « rennes ille et vilaine »."""
        words = self.unqualified.split(" ")
        return [" ".join(words[:count]) for count in range(1, min(len(words), MOST_WORDS + 1))]

    @property
    def spellings(self) -> list[str]:
        """The terms that are the whole name, the fullest first."""
        with_article = [f"{self.article} {self.name}"] if self.article else []
        in_full = [f"{self.name} arrondissement"] if ARRONDISSEMENT.fullmatch(self.name) else []
        return [*with_article, *in_full, self.name]

    @property
    def terms(self) -> list[str]:
        """The terms of the places that it may name, the fullest first."""
        return [*self.spellings, *reversed(self.heads)]

    def names_place(self, term: str, territory: Territory) -> bool:
        """True when ``term``, by which the territory is known, is all of the name but where it is.

        The territory comes with its département and its région.
        """
        if self.levels and territory.level not in self.levels:
            return False
        if self.code and not _has_code(territory, self.code):
            return False
        if term in self.spellings:
            return True
        return self.unqualified in {f"{term} {area}" for area in _areas_around(territory)}


def read_place_name(text: str) -> list[PlaceName]:
    """The ways to read a name, the most literal first; none without a letter or a figure."""
    whole = ORDINAL.sub(r"\1e", normalise(text[:LONGEST]))
    found = [PlaceName(whole)] if whole else []
    prefix = PREFIX.fullmatch(whole)
    if prefix is not None:
        article = ARTICLES.get(prefix["contracted"] or "", prefix["own"] or "")
        level = next(level for level in LEVELS if prefix[level])
        found.append(PlaceName(prefix["name"], article, LEVELS[level]))
    if found and found[-1].unqualified != found[-1].name:
        found.append(replace(found[-1], name=found[-1].unqualified))
    return [*found, *(coded for name in found if (coded := _read_code(name)) is not None)]


def _read_code(place: PlaceName) -> PlaceName | None:
    """The name with the code before or after it read apart, None when there is none."""
    match = CODE.fullmatch(place.name)
    if match is None:
        return None
    name, code = match["name"] or match["town"], match["code"] or match["postal"]
    return replace(place, name=name, code=code.upper())


def _has_code(territory: Territory, code: str) -> bool:
    return any(own.startswith(code) for own in (territory.code, *territory.postal_codes))


def _areas_around(territory: Territory) -> list[str]:
    """The ways to write the département and the région of a territory."""
    names = [normalise(area.name) for area in (territory.departement, territory.region) if area is not None]
    return [*names, *chain.from_iterable(map(bare_names, names))]
