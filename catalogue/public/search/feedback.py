"""What a page says of how a search was understood, with the links that undo it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Record
from catalogue.models.querysets import RecordQuerySet
from catalogue.public.search import places
from catalogue.public.search.criteria import quoted
from catalogue.public.search.record_search import RecordSearch
from catalogue.records.wording import format_integer
from geo.models import Territory

Link = dict[str, str]


def describe(search: RecordSearch, address: str, records: RecordQuerySet, total: int) -> dict[str, Any]:
    """How a search was understood, for _results.html.

    ``understood`` (text, links) when a place was, ``corrections`` (sentences) about words, ``answered`` (a
    sentence) when not everything has all the words, ``nothing`` when nothing answers.
    """
    return {
        "understood": describe_place(search, address),
        "corrections": describe_words(search),
        "answered": describe_answer(search, records, total),
        "nothing": describe_nothing(search, address) if total == 0 else None,
    }


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
    wrong = ", ".join(map(quoted, words.corrections))
    return [
        _("Aucune fiche ne contient %(wrong)s. Résultats pour %(right)s.")
        % {"wrong": wrong, "right": quoted(words.corrected)}
    ]


def describe_answer(search: RecordSearch, records: RecordQuerySet, total: int) -> str:
    """« Aucune fiche avec tous ces mots ; 7 avec « cour », « école » ; 3 proches par le sens. », of what is
    listed.
    """
    answer = search.answer
    if answer is None or not answer.others or not total:
        return ""
    listed = set(records.filter(pk__in=answer.others).order_by().values_list("pk", flat=True))
    parts = [_with_all(total - len(listed), len(answer.words.terms))]
    with_shared = len(listed & answer.with_shared)
    by_broader = len(listed & answer.by_broader)
    by_meaning = len(listed & answer.by_meaning)
    with_some = len(listed) - with_shared - by_broader - by_meaning
    if by_broader:
        parts.append(_("%(n)d par une notion plus large") % {"n": by_broader})
    if with_shared:
        words = ", ".join(map(quoted, answer.shared))
        parts.append(_("%(n)d avec %(words)s") % {"n": with_shared, "words": words})
    if with_some:
        parts.append(_("%(n)d avec une partie des mots") % {"n": with_some})
    if by_meaning:
        parts.append(
            ngettext("%(n)d proche par le sens", "%(n)d proches par le sens", by_meaning) % {"n": by_meaning}
        )
    sentence = " ; ".join(parts) + "."
    is_named = any(term.is_named for term in answer.words.terms)
    return f"{sentence} {_('Les mots de même sens comptent aussi.')}" if is_named else sentence


def _with_all(count: int, words: int) -> str:
    if words == 1:
        none, some = (
            _("Aucune fiche avec ce mot"),
            ngettext("%(n)s fiche avec ce mot", "%(n)s fiches avec ce mot", count),
        )
    else:
        none, some = (
            _("Aucune fiche avec tous ces mots"),
            ngettext("%(n)s fiche avec tous ces mots", "%(n)s fiches avec tous ces mots", count),
        )
    return some % {"n": format_integer(count)} if count else none


def describe_nothing(search: RecordSearch, address: str) -> dict[str, Any]:
    """What to try when nothing answers: what is nearest, the search without its filters, a need to leave."""
    answer = search.answer
    if answer is None:
        return {"tips": empty_advice(address)}
    alone = f"{address}?{urlencode({'q': answer.words.typed})}"
    tips = (
        [{"text": _("Chercher ces mots sans les autres filtres"), "url": alone}]
        if _is_narrowed(search)
        else []
    )
    need = reverse("catalogue:propose-new", args=[Record.Kind.NEED.value])
    return {
        "nearest": answer.nearest if not tips else (),
        "tips": [
            *tips,
            {
                "text": _("Laisser ce besoin : d’autres territoires l’ont peut-être aussi"),
                "url": f"{need}?{urlencode({'q': answer.words.typed})}",
            },
            {"text": _("Chercher un territoire"), "url": reverse("catalogue:territory-list")},
        ],
    }


def _is_narrowed(search: RecordSearch) -> bool:
    return bool(search.facets) or len(search.criteria) > 1


def empty_advice(address: str) -> list[Link]:
    """What to try when no filter of words was set."""
    return [
        {"text": _("Retirer tous les filtres"), "url": address},
        {"text": _("Chercher un territoire"), "url": reverse("catalogue:territory-list")},
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
