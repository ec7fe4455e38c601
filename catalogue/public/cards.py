"""A record as a card of a list: what composants/carte_fiche.html shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Record
from catalogue.records.expiry import stale_words, status_label, status_words, verified_words
from catalogue.records.wording import distance_words, format_integer, period_words, place_words


@dataclass(frozen=True)
class Card:
    """What composants/carte_fiche.html shows of a record; what is empty is not shown."""

    url: str
    slug: str
    kind: str
    title: str
    summary: str
    place: str = ""
    proof: int | None = None
    status_label: str = ""
    period: str = ""
    figures: Sequence[dict[str, str]] = ()
    programmes: Sequence[str] = ()
    themes: Sequence[str] = ()
    distance: str = ""
    mention: str = ""
    """Why it answers, when its words do not say so."""
    verified: str = ""
    stale: bool = False
    factors: Sequence[Any] = ()
    others: Sequence[dict[str, str]] = ()
    extract: str = ""
    """Safe HTML of the passage that answers the words (``<mark>`` only): it replaces the summary."""
    remove_url: str = ""


def record_card(record: Record, **more: Any) -> Card:
    """The card of a record fetched with ``with_card_relations()``."""
    distance = getattr(record, "distance", None)
    if distance is not None:
        more["distance"] = distance_words(distance.m, is_coarse=record.is_coarse)
    return Card(
        url=record.get_absolute_url(),
        slug=record.slug,
        kind=record.kind,
        title=record.title,
        summary=record.summary,
        place=place_words(record),
        proof=record.proof_level,
        status_label=status_words(record),
        period=period_words(record.year_start, record.year_end),
        figures=figures(record),
        verified=_foot_words(record),
        stale=record.is_stale,
        **_labels(record),
        **more,
    )


def _foot_words(record: Record) -> str:
    """When it was verified, or how old it is where no status says so."""
    if record.verified_on is not None or not status_label(record):
        return verified_words(record)
    stale = stale_words(record)
    return stale[:1].upper() + stale[1:]


def _labels(record: Record) -> dict[str, Any]:
    return {
        "programmes": [programme.label for programme in record.programmes.all()],
        "themes": [theme.label for theme in record.themes.all()],
    }


def figures(record: Record) -> list[dict[str, str]]:
    """The two or three figures that tell the size of an operation or the spread of a solution."""
    if record.kind == Record.Kind.OPERATION:
        operation = record.as_operation
        found = []
        if operation.dwellings is not None:
            words = ngettext("logement", "logements", operation.dwellings)
            found.append({"value": format_integer(operation.dwellings), "label": words})
        if operation.area_ha is not None:
            area = f"{operation.area_ha.normalize():f}".replace(".", ",")
            found.append({"value": area, "label": _("hectare") if operation.area_ha < 2 else _("hectares")})
        return found
    places = getattr(record, "place_count", None)
    if record.kind == Record.Kind.SOLUTION and places:
        return [{"value": format_integer(places), "label": ngettext("lieu d’essai", "lieux d’essai", places)}]
    return []
