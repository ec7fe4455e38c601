"""What a page says of how a search was understood, with the links that undo it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.public.search import places
from catalogue.public.search.filters import RecordFilterForm
from geo.models import Territory

Link = dict[str, str]


def told(form: RecordFilterForm, address: str) -> dict[str, Any]:
    """``compris`` (texte, liens) when a place was understood, ``corrections`` (sentences) about the words."""
    return {"understood": understood(form, address), "corrections": corrections(form)}


def corrections(form: RecordFilterForm) -> list[str]:
    """What was changed in the words, or why they cannot be searched."""
    words = form.words
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


def understood(form: RecordFilterForm, address: str) -> dict[str, Any] | None:
    """The sentence and the links about the place of the search; None when it has none with a name."""
    place = form.place.territory if form.place is not None else None
    inside = form.cleaned_data["territoire"]
    territory = place or inside
    if territory is None:
        return None
    words = form.cleaned_data["q"]
    return {
        "text": _sentence(form, territory, around=place is not None),
        "links": [_page(territory), *_undo(form, address, words, territory)],
    }


def _sentence(form: RecordFilterForm, territory: Territory, *, around: bool) -> str:
    words = form.cleaned_data["q"]
    what = _("Recherche de « %(words)s »") % {"words": words} if words else _("Recherche")
    if not around:
        return f"{what} {territory.at_name}."
    code = f" ({territory.departement_code})" if territory.level == "commune" else ""
    return _("%(what)s autour %(place)s, dans un rayon de %(km)s km.") % {
        "what": what,
        "place": territory.of_name + code,
        "km": f"{form.radius_km:g}".replace(".", ","),
    }


def _page(territory: Territory) -> Link:
    return {
        "text": _("Voir la page %(place)s") % {"place": territory.of_name},
        "url": reverse("catalogue:territory-detail", args=[territory.level, territory.code]),
    }


def _undo(form: RecordFilterForm, address: str, words: str, territory: Territory) -> list[Link]:
    """Search France-wide: without the place, or with its name among the words."""
    dropped: dict[str, object] = dict.fromkeys(("autour", "territoire", "rayon", "page", "partout"))
    if form.cleaned_data["tri"] == "distance":
        dropped["tri"] = None
    links = [{"text": _("Chercher dans toute la France"), "url": f"{address}?{form.query_string(**dropped)}"}]
    if words:
        text = f"{words} {territory.name}"
        query = form.query_string(**{**dropped, "q": text, "partout": "oui"})
        links.append(
            {
                "text": _("Chercher « %(text)s » dans les textes") % {"text": text},
                "url": f"{address}?{query}",
            }
        )
    return links


def place_read(form: RecordFilterForm) -> places.Reading | None:
    """The place that the words name, unless the visitor wants them searched everywhere."""
    data = form.cleaned_data
    if not data["q"] or data["partout"]:
        return None
    return places.read(data["q"], has_place=bool(data["autour"] or data["territoire"]))
