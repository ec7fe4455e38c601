"""Quantities in French words: distances, periods, counts. Used by cards, rankings and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalogue.models import Record

if TYPE_CHECKING:
    from geo.models import Territory

NBSP = "\u00a0"


def distance_words(metres: float, *, is_coarse: bool = False) -> str:
    """« à 350 m », « à 12 km » … from true metres; « à proximité » where a place is that of its commune."""
    if metres < 1000 and is_coarse:
        return _("à proximité")
    if metres < 1000:
        return _("à %(n)s m") % {"n": f"{round(metres / 10) * 10:d}"}
    km = metres / 1000
    shown = (
        number_format(km, decimal_pos=1)
        if km < 10
        else number_format(round(km), use_l10n=True, force_grouping=True)
    )
    return _("à %(n)s km") % {"n": shown}


def period_words(first: int | None, last: int | None) -> str:
    """« 2015-2018 », « depuis 2015 », « jusqu’en 2018 », « 2015 » or nothing."""
    if first is not None and last is not None:
        return str(first) if first == last else f"{first}-{last}"
    if first is not None:
        return _("depuis %(year)s") % {"year": first}
    if last is not None:
        return _("jusqu’en %(year)s") % {"year": last}
    return ""


def territory_detail_words(territory: Territory) -> str:
    """What tells a territory from its homonyms: « commune, Ille-et-Vilaine »."""
    departement = territory.departement
    if departement is None or departement.name == territory.name:
        return territory.kind_label
    return f"{territory.kind_label}, {departement.name}"


def format_integer(number: float) -> str:
    """Return a whole number with French grouping."""
    return number_format(round(number), use_l10n=True, force_grouping=True)


def name_in_departement(name: str, departement: str | None) -> str:
    """« Rennes (Ille-et-Vilaine) »; « Paris » alone, which is its own département."""
    return name if departement is None or departement == name else f"{name} ({departement})"


def place_words(record: Record) -> str:
    """« Rennes (Ille-et-Vilaine) », or the place that the record names."""
    territory = record.territory
    if territory is None:
        if record.kind == Record.Kind.NEED:
            return _("besoin national")
        return record.place_name
    where = name_in_departement(territory.name, territory.departement.name if territory.departement else None)
    if record.place_name and territory.name not in record.place_name:
        return f"{record.place_name}, {where}"
    return where
