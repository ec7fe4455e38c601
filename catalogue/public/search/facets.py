"""The filter bar: every facet with its choices and counts, and the active filters as removable tags.

The count of a choice is the number of results that bear it under every other filter, the other
choices of its own facet set aside: choosing it alone in its facet gives exactly that many results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Field
from django.utils.translation import gettext as _

from catalogue.models.querysets import RecordQuerySet
from catalogue.public.search.counts import Counts, count_terms
from catalogue.public.search.filters import FACETS, MAX_RADIUS_KM, SORTS
from catalogue.public.search.parameters import labels
from catalogue.public.search.record_search import RecordSearch

Facet = dict[str, Any]
OFFERED = {*FACETS, "q", "preuve", "de", "a", "population_min", "population_max", "rayon", "tri", "page"}
"""Parameters that the bar offers, or forgets when it is submitted; the others go on with it, hidden."""


def filter_bar(
    search: RecordSearch, fields: Mapping[str, Field], records: RecordQuerySet, address: str
) -> dict[str, Any]:
    """The context of composants/filtres.html, and ``total``, the number of results.

    ``fields``, those of ``RecordFilterForm``, have the labels and the choices.
    """
    bar = Bar(search, fields, count_terms(search, records))
    facets = [bar.choices("type", opened=True), bar.proof(), bar.choices("statut")]
    facets += [bar.choices("theme", opened=True), bar.choices("enjeu"), bar.choices("programme")]
    facets += [bar.choices("label"), bar.population(), bar.choices("densite"), bar.evidence(), bar.years()]
    return {
        "action": address,
        "q": search.get("q") or "",
        "facets": [
            facet for facet in [*facets, *bar.distance()] if facet.get("choices") or facet.get("fields")
        ],
        "active": tags(search, address),
        "clear_url": address,
        "hidden": bar.hidden(),
        "sorts": bar.sorts(),
        "total": bar.counts.get("", 0),
    }


def tags(search: RecordSearch, address: str) -> list[dict[str, str]]:
    """Each active filter in words, and the URL without it."""
    return [
        {"text": text, "url": f"{address}?{rest}" if rest else address} for text, rest in search.active_tags()
    ]


@dataclass(frozen=True)
class Bar:
    """The filters as they are offered for a search."""

    search: RecordSearch
    fields: Mapping[str, Field]
    counts: Counts

    def choices(self, name: str, *, opened: bool = False) -> Facet:
        """The choices of a facet that some result bears, and those chosen."""
        chosen = self.search.chosen(name)
        choices = []
        for value, label in labels(self.fields[name]).items():
            count = self.counts.get(f"{name}:{value}", 0)
            if count or value in chosen or name == "type":
                choices.append(choice(name, value, label, count, value in chosen))
        return {
            "shape": "cases",
            "title": self.fields[name].label,
            "name": name,
            "choices": choices,
            "is_open": opened or bool(chosen),
            "active": len(chosen),
        }

    def evidence(self) -> Facet:
        """With measured results, with documents: two parameters shown together."""
        choices, active = [], 0
        for facet in (self.choices("mesures"), self.choices("documents")):
            choices += [{**one, "name": facet["name"]} for one in facet["choices"]]
            active += facet["active"]
        return {
            "shape": "cases",
            "title": _("Résultats et documents"),
            "choices": choices,
            "is_open": bool(active),
            "active": active,
        }

    def proof(self) -> Facet:
        chosen = self.search.written("preuve")
        choices = {"": _("Tous"), **labels(self.fields["preuve"])}
        options = [
            {"value": value, "label": label, "chosen": value == chosen} for value, label in choices.items()
        ]
        field = {"name": "preuve", "label": _("Au moins"), "type": "select", "options": options}
        return _numbers(_("Niveau de preuve"), [field], bool(chosen))

    def range(self, title: str, labels: dict[str, str], least: int, most: int, unit: str = "") -> Facet:
        """A range as two numbers."""
        values = {name: self.search.written(name) for name in labels}
        fields = [
            {
                "name": name,
                "label": label,
                "type": "number",
                "value": values[name],
                "min": least,
                "max": most,
                "unit": unit,
            }
            for name, label in labels.items()
        ]
        return _numbers(title, fields, sum(map(bool, values.values())))

    def years(self) -> Facet:
        return self.range(_("Années"), {"de": _("De"), "a": _("À")}, 1900, 2100)

    def population(self) -> Facet:
        """Population of the record's territory."""
        labels = {"population_min": _("Au moins"), "population_max": _("Au plus")}
        return self.range(_("Population du territoire"), labels, 0, 100_000_000, _("hab."))

    def distance(self) -> list[Facet]:
        """Radius around the chosen place; nothing without one."""
        if self.search.circle is None:
            return []
        field = {
            "name": "rayon",
            "label": _("Rayon"),
            "type": "number",
            "value": f"{self.search.circle.radius_km:g}",
            "unit": "km",
            "min": 1,
            "max": MAX_RADIUS_KM,
        }
        return [_numbers(_("Distance"), [field], 1)]

    def hidden(self) -> list[tuple[str, str]]:
        """The filters that the bar does not offer."""
        return [
            (one.name, one.text)
            for one in self.search.parameters
            if one.name in self.fields and one.name not in OFFERED
        ]

    def sorts(self) -> list[dict[str, Any]]:
        """The orders to choose from: by distance when there is a place."""
        return [
            {"value": value, "label": label, "chosen": value == self.search.order}
            for value, label in SORTS
            if value != "distance" or self.search.place is not None
        ]


def choice(name: str, value: str, label: str, count: int, chosen: bool) -> dict[str, Any]:
    """One check box; a kind is shown by its shape."""
    more = {"kind": value} if name == "type" else {}
    return {
        "value": value,
        "label": label[:1].upper() + label[1:],
        "count": count,
        "checked": chosen,
        **more,
    }


def _numbers(title: str, fields: list[dict[str, Any]], active: int) -> Facet:
    return {
        "shape": "champs",
        "title": title,
        "fields": fields,
        "is_open": bool(active),
        "active": int(active),
    }
