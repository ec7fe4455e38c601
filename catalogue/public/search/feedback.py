"""What a page says of how a search was understood, with the links that undo it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.public.search import places
from catalogue.public.search.record_search import RecordSearch
from geo.models import Territory

Link = dict[str, str]


def describe(search: RecordSearch, address: str) -> dict[str, Any]:
    """``understood`` (text, links) when a place was understood, ``corrections`` (sentences) about words."""
    return {"understood": describe_place(search, address), "corrections": describe_words(search)}


def describe_words(search: RecordSearch) -> list[str]:
    """What was changed in the words, or why they cannot be searched."""
    words = search.words
    if words is None:
        return []
    if words.says_nothing:
        return [
            _("« %(q)s » ne contient aucun mot à chercher : essayez un nom ou un verbe.") % {"q": words.typed}
        ]
    if not words.corrections:
        return []
    wrong = ", ".join(f"« {word} »" for word in words.corrections)
    return [
        _("Aucune fiche ne contient %(wrong)s. Résultats pour « %(right)s ».")
        % {"wrong": wrong, "right": words.corrected}
    ]


def describe_place(search: RecordSearch, address: str) -> dict[str, Any] | None:
    """The sentence and the links about the place of the search; None when it has none with a name."""
    around = search.place.territory if search.place is not None else None
    territory = around or search.get("territoire")
    if territory is None:
        return None
    return {
        "text": _sentence(search, territory, is_around=around is not None),
        "links": [_page(territory), *_undo(search, address, territory)],
    }


def _sentence(search: RecordSearch, territory: Territory, *, is_around: bool) -> str:
    words = search.get("q")
    what = _("Recherche de « %(words)s »") % {"words": words} if words else _("Recherche")
    if search.circle is None or not is_around:
        return f"{what} {territory.at_name}."
    code = f" ({territory.departement_code})" if territory.level == "commune" else ""
    return _("%(what)s autour %(place)s, dans un rayon de %(km)s km.") % {
        "what": what,
        "place": territory.of_name + code,
        "km": f"{search.circle.radius_km:g}".replace(".", ","),
    }


def _page(territory: Territory) -> Link:
    return {
        "text": _("Voir la page %(place)s") % {"place": territory.of_name},
        "url": reverse("catalogue:territory-detail", args=[territory.level, territory.code]),
    }


def _undo(search: RecordSearch, address: str, territory: Territory) -> list[Link]:
    """Search France-wide: without the place, or with its name among the words."""
    dropped: dict[str, object] = dict.fromkeys(("autour", "territoire", "rayon", "page", "partout"))
    if search.sort == "distance":
        dropped["tri"] = None
    links = [
        {"text": _("Chercher dans toute la France"), "url": f"{address}?{search.query_string(**dropped)}"}
    ]
    words = search.get("q")
    if words:
        text = f"{words} {territory.name}"
        query = search.query_string(**{**dropped, "q": text, "partout": "oui"})
        links.append(
            {
                "text": _("Chercher « %(text)s » dans les textes") % {"text": text},
                "url": f"{address}?{query}",
            }
        )
    return links


def place_in_words(search: RecordSearch) -> places.Reading | None:
    """The place that the words name, unless the visitor wants them searched everywhere."""
    words = search.get("q")
    if not words or search.written("partout"):
        return None
    return places.read(words, has_place=bool(search.place or search.get("territoire")))
