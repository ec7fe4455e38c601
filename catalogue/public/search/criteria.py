"""The criteria of a search in words: title of its page, name of an alert, what a reason is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Record
from catalogue.public.search.record_search import RecordSearch
from catalogue.records.wording import NBSP, format_integer

if TYPE_CHECKING:
    from catalogue.public.search.parameters import Place

LONGEST_NAME = 120
KINDS = {
    Record.Kind.SOLUTION: gettext_lazy("solutions"),
    Record.Kind.EXPERIMENT: gettext_lazy("expérimentations"),
    Record.Kind.OPERATION: gettext_lazy("opérations d’aménagement"),
    Record.Kind.SITE: gettext_lazy("sites d’expérimentation"),
    Record.Kind.NEED: gettext_lazy("besoins"),
}
FACET_WORDS = {
    "theme": gettext_lazy("thème %s"),
    "enjeu": gettext_lazy("enjeu %s"),
    "programme": gettext_lazy("programme %s"),
    "densite": gettext_lazy("territoire %s"),
}
"""How the value of a facet is worded; the others stand alone."""
IN_WORDS = {
    "q", "type", "preuve", "de", "a", "population_min", "population_max", "territoire", "jumeaux", "autour",
    "rayon", "bbox",
}  # fmt: skip
"""Parameters that have their own words; the others have their title and their label."""


@dataclass(frozen=True)
class Criteria:
    """What a search asks for, in words.

    ``kinds`` what is looked for, ``solution`` for which one, ``place`` where, ``terms`` the words of each
    facet term, ``others`` the rest. All in the lower case of the middle of a sentence.
    """

    kinds: str = ""
    solution: str = ""
    place: str = ""
    terms: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def phrases(self) -> Iterator[str]:
        """Every criterion, in the order in which they are read."""
        kinds = f"{self.kinds} {self.solution}".strip()
        yield from filter(None, (kinds, *self.terms.values(), *self.others, self.place))

    @property
    def line(self) -> str:
        return " · ".join(self.phrases()) or _("toutes les fiches")

    @property
    def name(self) -> str:
        """The name proposed for the search; the pages put it between quotation marks, hence those inside."""
        text = ", ".join(self.phrases()) or _("toutes les fiches")
        text = text.replace(f"«{NBSP}", "“").replace(f"{NBSP}»", "”")
        cut = text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rsplit(" ", 1)[0] + "…"
        return cut[:1].upper() + cut[1:]

    @property
    def reason_words(self) -> dict[str, object]:
        """What the reason of a match is made of: the terms are those that the record bears."""
        return {
            "solution": self.solution,
            "place": self.place,
            "terms": self.terms,
            "others": ", ".join(self.others),
        }


def quoted(text: str) -> str:
    """The text between French quotation marks."""
    return f"«{NBSP}{text}{NBSP}»"


def of_records(search: RecordSearch) -> Criteria:
    """Put a search of the map and of the list in words."""
    kinds = _listed([str(KINDS[Record.Kind(kind)]) for kind in search.chosen("type")])
    labels = {f"{one.name}:{one.text}": one.label for one in search.parameters}
    terms: dict[str, str] = {}
    for name, chosen in search.terms.items():
        if name != "type":
            terms |= {term: facet_words(name, labels[term]) for term in chosen}
    others = [
        f"{one.title[:1].lower()}{one.title[1:]} {one.label}".strip()
        for one in search.parameters
        if one.label and one.name not in {*search.terms, *IN_WORDS}
    ]
    phrases = [
        *([quoted(search.get("q"))] if search.get("q") else []),
        *_proof(search.get("preuve")),
        *_years(search.get("de"), search.get("a")),
        *population_words(search.get("population_min"), search.get("population_max")),
    ]
    return Criteria(kinds, place=_where(search), terms=terms, others=(*phrases, *others))


def _where(search: RecordSearch) -> str:
    territory, twins = search.get("territoire"), search.get("jumeaux")
    found = []
    if territory is not None:
        found.append(territory.at_name)
    if twins is not None:
        found.append(_("chez les jumeaux %(place)s") % {"place": twins.of_name})
    if search.circle is not None:
        found.append(around_words(search.circle.place, search.circle.radius_km))
    if search.get("bbox"):
        found.append(_("dans la fenêtre de la carte"))
    return ", ".join(found)


def facet_words(name: str, label: str) -> str:
    return str(FACET_WORDS[name]) % label if name in FACET_WORDS else label[:1].lower() + label[1:]


def _listed(words: list[str]) -> str:
    """« solutions, sites et besoins »."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s et %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def place_with_of(place: Place) -> str:
    return (
        place.territory.of_name if place.territory is not None else _("de %(point)s") % {"point": place.name}
    )


def around_words(place: Place, km: float) -> str:
    return _("à moins de %(km)s km %(place)s") % {
        "km": f"{km:g}".replace(".", ","),
        "place": place_with_of(place),
    }


def _proof(level: int | None) -> list[str]:
    return [] if level is None else [_("preuve %(n)d sur 5 au moins") % {"n": level}]


def _years(first: int | None, last: int | None) -> list[str]:
    if first is not None and last is not None:
        return [_("de %(first)d à %(last)d") % {"first": first, "last": last}]
    if first is not None:
        return [_("depuis %(year)d") % {"year": first}]
    return [] if last is None else [_("jusqu’en %(year)d") % {"year": last}]


def population_words(least: int | None, most: int | None) -> list[str]:
    found = []
    if least is not None:
        found.append(_("au moins %(n)s habitants") % {"n": format_integer(least)})
    if most is not None:
        found.append(_("au plus %(n)s habitants") % {"n": format_integer(most)})
    return found
