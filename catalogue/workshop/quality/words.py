"""The words for a finding that a curator reads, made of its codes and figures."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from geo.prose import after_de

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Detail = dict[str, Any]
MAX_NAMES = 3
LACKING: dict[str, StrOrPromise] = {
    "unite": gettext_lazy("unité"),
    "annee": gettext_lazy("année"),
    "classe": gettext_lazy("ce qu’il mesure"),
    "source": gettext_lazy("source"),
}
FIELDS: dict[str, StrOrPromise] = {
    "title": gettext_lazy("le titre"),
    "summary": gettext_lazy("le résumé"),
    "description": gettext_lazy("la description"),
    "place_name": gettext_lazy("le lieu"),
    "source_citation": gettext_lazy("la référence"),
    "detail": gettext_lazy("le détail"),
    "deroulement": gettext_lazy("le déroulement"),
    "terrain": gettext_lazy("le terrain"),
    "resultats": gettext_lazy("les résultats"),
    "capitalisation": gettext_lazy("la capitalisation"),
}
YEARS: dict[str, StrOrPromise] = {
    "terminee-plus-tard": gettext_lazy("l’expérimentation est dite terminée, et finit dans l’avenir"),
    "en-cours-mais-finie": gettext_lazy(
        "l’expérimentation est dite en cours, et sa dernière année est passée"
    ),
    "mesuree-plus-tard": gettext_lazy("un résultat est mesuré dans l’avenir"),
    "mesuree-avant": gettext_lazy("un résultat est mesuré avant le début"),
    "label-plus-tard": gettext_lazy("un label est attribué dans l’avenir"),
}
PLACES: dict[str, StrOrPromise] = {
    "source": gettext_lazy("source de la fiche"),
    "document": gettext_lazy("document"),
    "resultat": gettext_lazy("source d’un résultat"),
    "label": gettext_lazy("source d’un label"),
    "solution": gettext_lazy("site de la solution"),
    "organisation": gettext_lazy("site d’une organisation"),
}
FAULTS: dict[str, StrOrPromise] = {
    "absente": gettext_lazy("page introuvable"),
    "erreur": gettext_lazy("le serveur est en erreur"),
    "inconnu": gettext_lazy("le serveur n’existe plus"),
    "muet": gettext_lazy("le serveur ne répond pas"),
    "certificat": gettext_lazy("le certificat du serveur n’est pas valable"),
    "boucle": gettext_lazy("les renvois n’aboutissent pas"),
}


def always(words: StrOrPromise) -> Callable[[Detail], str]:
    """Return a function that gives the same words for every record."""
    return lambda detail: str(words)


def join_names(names: Iterable[str]) -> str:
    return ", ".join(_shorten([_("« %(name)s »") % {"name": name} for name in names]))


def _shorten(words: list[str]) -> list[str]:
    rest = len(words) - MAX_NAMES
    if rest <= 0:
        return words
    return [*words[:MAX_NAMES], ngettext("et %(n)d autre", "et %(n)d autres", rest) % {"n": rest}]


def format_day(value: str) -> str:
    """Return « 3 mai 2024 » for a date of the JSON."""
    return date_format(datetime.date.fromisoformat(value), "j F Y")


def describe_outside(detail: Detail) -> str:
    return _("L’emplacement est à %(km)s km %(of_name)s.") % {
        "km": number_format(detail["km"], decimal_pos=1, force_grouping=True),
        "of_name": after_de(detail["territoire"]),
    }


def describe_swapped(detail: Detail) -> str:
    return _("Échangées, la latitude et la longitude tombent dans %(name)s.") % {"name": detail["territoire"]}


def describe_town_hall(detail: Detail) -> str:
    return _("Le point est celui que la commune %(of_name)s a dans nos sources, à quelques mètres près.") % {
        "of_name": after_de(detail["territoire"])
    }


def describe_short_summary(detail: Detail) -> str:
    return _("Le résumé a %(n)d signes.") % {"n": detail["signes"]}


def describe_years(detail: Detail) -> str:
    return _make_sentence(str(YEARS[code]) for code in detail["lesquelles"])


def _make_sentence(parts: Iterable[str]) -> str:
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def describe_personal_data(detail: Detail) -> str:
    """Return in which texts it was found, never what."""
    return _("Trouvé dans %(fields)s.") % {
        "fields": ", ".join(str(FIELDS.get(name, name)) for name in detail["champs"])
    }


def describe_incomplete_results(detail: Detail) -> str:
    results = []
    for one in detail["resultats"]:
        lacking = ", ".join(str(LACKING[code]) for code in one["manque"])
        results.append(_("« %(name)s » : %(lacking)s") % {"name": one["nom"], "lacking": lacking})
    return _("Il manque – %(what)s.") % {"what": ", ".join(_shorten(results))}


def describe_missing_methods(detail: Detail) -> str:
    return _("Sans méthode : %(names)s.") % {"names": join_names(detail["resultats"])}


def describe_documents(detail: Detail) -> str:
    return _("Concerne %(names)s.") % {"names": join_names(detail["documents"])}


def describe_dead_links(detail: Detail) -> str:
    """Return which links no longer answer, where they are and why."""
    links = []
    for one in detail["liens"]:
        fault = FAULTS.get(one["raison"], one["raison"])
        words = {"place": PLACES[one["ou"]], "url": one["url"], "fault": fault}
        links.append(_("%(place)s : %(url)s (%(fault)s)") % words)
    return _make_sentence(_shorten(links))


def describe_overdue(detail: Detail) -> str:
    return _("À confirmer depuis le %(date)s.") % {"date": format_day(detail["depuis"])}


def describe_owner_answer(detail: Detail) -> str:
    answer = _("Le %(date)s, le porteur a signalé une correction.")
    if detail["reponse"] == "a-retirer":
        answer = _("Le %(date)s, le porteur a demandé le retrait de la fiche.")
    answer = answer % {"date": format_day(detail["le"])}
    note = str(detail.get("note") or "").strip()
    return f"{answer} {_('« %(note)s »') % {'note': note}}" if note else answer


def describe_closed_organisations(detail: Detail) -> str:
    return _("N’est plus en activité : %(names)s.") % {"names": join_names(detail["organisations"])}


def describe_memberless_owner(detail: Detail) -> str:
    return _("« %(name)s » n’a plus de membre actif : personne ne recevra de demande de confirmation.") % {
        "name": detail["organisation"]
    }


def describe_duplicates(detail: Detail) -> str:
    n = detail["fiches"]
    return ngettext("Une fiche lui ressemble.", "%(n)d fiches lui ressemblent.", n) % {"n": n}
