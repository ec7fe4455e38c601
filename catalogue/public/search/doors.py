"""The pages of territories that a search leads to: the place that its words name, or may mean."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalogue.public.search import places
from catalogue.public.search.record_search import RecordSearch
from geo.models import Level, Territory
from geo.names import normalise
from geo.place_names import read_place_name

MASCULINE = frozenset({Level.ARRONDISSEMENT, Level.EPT, Level.DEPARTEMENT})


def places_offered(search: RecordSearch, total: int) -> dict[str, object]:
    """``places`` that the words name, or may mean when they find nothing: then ``places_are_guessed``."""
    typed = search.get("q")
    may_guess = not total and search.place is None and search.get("territoire") is None
    found = places.offered(typed, nothing_found=may_guess) if typed else []
    return {"places": found, "places_are_guessed": may_guess and not any_named(found, typed)}


def any_named(territories: Sequence[Territory], typed: str) -> bool:
    """True when one of them is named by what was typed, as a person or a page writes it."""
    return any(is_named(territory, typed) for territory in territories)


def is_named(territory: Territory, typed: str) -> bool:
    """The territory comes with its département and its région."""
    name = normalise(territory.name)
    return any(reading.names_place(name, territory) for reading in read_place_name(typed))


def door_words(territory: Territory) -> str:
    """« Rennes, commune (Ille-et-Vilaine) : les solutions classées pour elle »."""
    where = "" if territory.departement is None else f" ({territory.departement.name})"
    is_masculine = territory.level in MASCULINE and not territory.is_overseas_collectivity
    text = (
        _("%(place)s\u00a0: les solutions classées pour lui")
        if is_masculine
        else _("%(place)s\u00a0: les solutions classées pour elle")
    )
    return text % {"place": f"{territory.name}, {territory.kind_label}{where}"}
