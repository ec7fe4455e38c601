"""A record as a card of a list: the dictionary that composants/carte_fiche.html shows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.lifespans import verified_words
from catalogue.models import Record
from catalogue.ranking import RankedSolution
from catalogue.wording import NBSP, distance_words, period_words, whole

Card = dict[str, Any]


def card(record: Record) -> Card:
    """The card of a record fetched with ``with_card_relations()``."""
    distance = getattr(record, "distance", None)
    return {
        "url": record.get_absolute_url(),
        "slug": record.slug,
        "kind": record.kind,
        "title": record.title,
        "summary": record.summary,
        "place": place_words(record),
        "proof": record.proof_level,
        "status_label": status_words(record),
        "period": period_words(record.year_start, record.year_end),
        "figures": figures(record),
        "programmes": [programme.label for programme in record.programmes.all()],
        "themes": [theme.label for theme in record.themes.all()],
        "distance": distance_words(distance.m, is_coarse=record.is_coarse) if distance is not None else "",
        "verified": verified_words(record),
        "stale": record.is_stale,
    }


def place_words(record: Record) -> str:
    """« Rennes (Ille-et-Vilaine) », or what the record says of its place."""
    territory = record.territory
    if territory is None:
        if record.kind == Record.Kind.NEED:
            return _("besoin national")
        return record.place_name
    departement = territory.departement
    where = territory.name if departement is None else f"{territory.name} ({departement.name})"
    if record.place_name and territory.name not in record.place_name:
        return f"{record.place_name}, {where}"
    return where


def status_words(record: Record) -> str:
    """The status of an experiment or the state of a test site."""
    if record.kind == Record.Kind.EXPERIMENT:
        return str(record.as_experiment.get_status_display())
    if record.kind == Record.Kind.SITE:
        return str(record.as_site.get_site_state_display())
    return ""


def figures(record: Record) -> list[dict[str, str]]:
    """The two or three figures that tell the size of an operation or the spread of a solution."""
    if record.kind == Record.Kind.OPERATION:
        operation = record.as_operation
        found = []
        if operation.dwellings is not None:
            found.append({"value": whole(operation.dwellings), "label": _("logements")})
        if operation.area_ha is not None:
            found.append(
                {"value": f"{operation.area_ha.normalize():f}".replace(".", ","), "label": _("hectares")}
            )
        return found
    places = getattr(record, "place_count", None)
    if record.kind == Record.Kind.SOLUTION and places:
        return [{"value": whole(places), "label": ngettext("lieu d’essai", "lieux d’essai", places)}]
    return []


def ranked_card(ranked: RankedSolution) -> Card:
    """The card of a ranked solution: its best experiment, why it stands there, and its other places."""
    where = ranked.experiment["place"]
    return {
        "url": reverse("catalogue:record-detail", args=[ranked.slug]),
        "slug": ranked.slug,
        "kind": Record.Kind.SOLUTION.value,
        "title": ranked.title,
        "summary": ranked.summary,
        "place": _("Essayée à%(nbsp)s: %(where)s") % {"nbsp": NBSP, "where": where},
        "proof": ranked.level,
        "status_label": ranked.experiment["status"],
        "period": ranked.experiment["period"],
        "distance": _("sur le territoire") if ranked.inside else distance_words(ranked.metres),
        "factors": ranked.factors,
        "others": [
            {
                "url": reverse("catalogue:record-detail", args=[other["slug"]]),
                "title": other["title"],
                "place": other["place"],
                "distance": distance_words(other["metres"]),
            }
            for other in ranked.others
        ],
    }
