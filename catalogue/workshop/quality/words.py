"""What a finding says to a curator, from its codes and figures."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Detail = dict[str, Any]
NAMED = 3
LACKING: dict[str, StrOrPromise] = {
    "unite": gettext_lazy("unité"),
    "annee": gettext_lazy("année"),
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


def plain(words: StrOrPromise) -> Callable[[Detail], str]:
    """What says the same of every record."""
    return lambda detail: str(words)


def listed(names: Iterable[str]) -> str:
    """The first names in quotes, and how many are left."""
    every = list(names)
    shown = [_("« %(name)s »") % {"name": name} for name in every[:NAMED]]
    if rest := len(every) - len(shown):
        shown.append(ngettext("et %(n)d autre", "et %(n)d autres", rest) % {"n": rest})
    return ", ".join(shown)


def day(value: str) -> str:
    """« 3 mai 2024 », from the text that JSON holds."""
    return date_format(datetime.date.fromisoformat(value), "j F Y")


def outside(detail: Detail) -> str:
    """How far from its territory the place is."""
    return _("L’emplacement est à %(km)s km de %(name)s.") % {
        "km": number_format(detail["km"], decimal_pos=1, force_grouping=True),
        "name": detail["territoire"],
    }


def swapped(detail: Detail) -> str:
    """Where the place falls once its axes are put right."""
    return _("Échangées, la latitude et la longitude tombent dans %(name)s.") % {"name": detail["territoire"]}


def town_hall(detail: Detail) -> str:
    """Whose town hall the place is."""
    return _("Le point est celui de la mairie de %(name)s, à quelques mètres près.") % {
        "name": detail["territoire"]
    }


def short(detail: Detail) -> str:
    """How short the summary is."""
    return _("Le résumé a %(n)d signes.") % {"n": detail["signes"]}


def years(detail: Detail) -> str:
    """Which years contradict one another."""
    told = "; ".join(str(YEARS[code]) for code in detail["lesquelles"])
    return f"{told[:1].upper()}{told[1:]}."


def personal(detail: Detail) -> str:
    """In which texts it was found, never what."""
    return _("Trouvé dans %(fields)s.") % {
        "fields": ", ".join(str(FIELDS.get(name, name)) for name in detail["champs"])
    }


def incomplete(detail: Detail) -> str:
    """What each result lacks."""
    told = [
        _("« %(name)s » : %(lacking)s") % {"name": one["nom"], "lacking": _lacking(one["manque"])}
        for one in detail["resultats"][:NAMED]
    ]
    if rest := len(detail["resultats"]) - len(told):
        told.append(ngettext("et %(n)d autre", "et %(n)d autres", rest) % {"n": rest})
    return _("Il manque – %(what)s.") % {"what": ", ".join(told)}


def _lacking(codes: Iterable[str]) -> str:
    return ", ".join(str(LACKING[code]) for code in codes)


def without_method(detail: Detail) -> str:
    """Which measures say no method."""
    return _("Sans méthode : %(names)s.") % {"names": listed(detail["resultats"])}


def documents(detail: Detail) -> str:
    """Which documents."""
    return _("Concerne %(names)s.") % {"names": listed(detail["documents"])}


def dead_links(detail: Detail) -> str:
    """Which addresses answer no more, where they stand and why."""
    told = [
        _("%(place)s : %(url)s (%(fault)s)")
        % {"place": PLACES[one["ou"]], "url": one["url"], "fault": FAULTS.get(one["raison"], one["raison"])}
        for one in detail["liens"][:NAMED]
    ]
    if rest := len(detail["liens"]) - len(told):
        told.append(ngettext("et %(n)d autre", "et %(n)d autres", rest) % {"n": rest})
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}."


def overdue(detail: Detail) -> str:
    """Since when the record is to be confirmed."""
    return _("À confirmer depuis le %(date)s.") % {"date": day(detail["depuis"])}


def owner_said(detail: Detail) -> str:
    """What the owner answered, in the words of the owner."""
    if detail["reponse"] == "a-retirer":
        told = _("Le %(date)s, le porteur a demandé le retrait de la fiche.")
    else:
        told = _("Le %(date)s, le porteur a signalé une correction.")
    told = told % {"date": day(detail["le"])}
    note = str(detail.get("note") or "").strip()
    return f"{told} {_('« %(note)s »') % {'note': note}}" if note else told


def closed(detail: Detail) -> str:
    """Which organisations are gone."""
    return _("N’est plus en activité : %(names)s.") % {"names": listed(detail["organisations"])}


def nobody(detail: Detail) -> str:
    """Whose members are all gone."""
    return _("« %(name)s » n’a plus de membre actif : personne ne recevra de demande de confirmation.") % {
        "name": detail["organisation"]
    }


def duplicate(detail: Detail) -> str:
    """With how many records."""
    n = detail["fiches"]
    return ngettext("Une fiche lui ressemble.", "%(n)d fiches lui ressemblent.", n) % {"n": n}
