"""The filter bar: every facet with its choices and counts, and the active filters as removable tags.

The count of a choice is the number of results that bear it under every other filter, the other
choices of its own facet set aside: choosing it alone in its facet gives exactly that many results.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalogue.models.querysets import RecordQuerySet
from catalogue.public.search.counts import Counts, count_terms
from catalogue.public.search.filters import MAX_RADIUS_KM, SORTS, RecordFilterForm
from catalogue.public.search.parameters import labels

Facet = dict[str, Any]


def filter_bar(form: RecordFilterForm, records: RecordQuerySet, address: str) -> dict[str, Any]:
    """The context of composants/filtres.html for a valid form, and ``total``, the number of results."""
    counts = count_terms(form, records)
    facets = [
        choice_facet(form, counts, "type", opened=True),
        proof_facet(form),
        choice_facet(form, counts, "statut"),
        choice_facet(form, counts, "theme", opened=True),
        choice_facet(form, counts, "enjeu"),
        choice_facet(form, counts, "programme"),
        choice_facet(form, counts, "label"),
        territory_facet(form),
        choice_facet(form, counts, "densite"),
        evidence_facet(form, counts),
        range_facet(form, _("Années"), {"de": _("De"), "a": _("À")}, 1900, 2100),
        *([distance_facet(form)] if form.place is not None else []),
    ]
    kept = ("autour", "territoire", "jumeaux", "bbox", "partout")
    return {
        "action": address,
        "q": form.cleaned_data["q"],
        "facets": [facet for facet in facets if facet.get("choices") or facet.get("fields")],
        "active": [
            {"text": text, "url": f"{address}?{rest}" if rest else address}
            for text, rest in form.active_tags()
        ],
        "clear_url": address,
        "hidden": [(name, form.data[name]) for name in kept if form.data.get(name)],
        "sorts": [
            {"value": value, "label": label, "chosen": value == form.order}
            for value, label in SORTS
            if value != "distance" or form.place is not None
        ],
        "total": counts.get("", 0),
    }


def choice_facet(form: RecordFilterForm, counts: Counts, name: str, *, opened: bool = False) -> Facet:
    """The choices of a facet that some result bears, and those chosen."""
    chosen = set(form.cleaned_data[name])
    choices = []
    for value, label in labels(form.fields[name]).items():
        count = counts.get(f"{name}:{value}", 0)
        if count or value in chosen or name == "type":
            choices.append(choice(name, value, label, count, value in chosen))
    return {
        "shape": "cases",
        "title": form.fields[name].label,
        "name": name,
        "choices": choices,
        "is_open": opened or bool(chosen),
        "active": len(chosen),
    }


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


def evidence_facet(form: RecordFilterForm, counts: Counts) -> Facet:
    """With measured results, with documents: two parameters shown together."""
    both = [choice_facet(form, counts, name) for name in ("mesures", "documents")]
    return {
        "shape": "cases",
        "title": _("Résultats et documents"),
        "choices": [{**one, "name": facet["name"]} for facet in both for one in facet["choices"]],
        "is_open": any(facet["active"] for facet in both),
        "active": sum(facet["active"] for facet in both),
    }


def proof_facet(form: RecordFilterForm) -> Facet:
    """Minimum proof."""
    chosen = form.data.get("preuve", "")
    options = [{"value": "", "label": _("Tous"), "chosen": not chosen}] + [
        {"value": value, "label": label, "chosen": value == chosen}
        for value, label in labels(form.fields["preuve"]).items()
    ]
    field = {"name": "preuve", "label": _("Au moins"), "type": "select", "options": options}
    return {
        "shape": "champs",
        "title": _("Niveau de preuve"),
        "fields": [field],
        "is_open": bool(chosen),
        "active": int(bool(chosen)),
    }


def range_facet(
    form: RecordFilterForm, title: str, labels: dict[str, str], least: int, most: int, unit: str = ""
) -> Facet:
    """A range as two numbers."""
    fields = [
        {
            "name": name,
            "label": label,
            "type": "number",
            "value": form.data.get(name, ""),
            "min": least,
            "max": most,
            "unit": unit,
        }
        for name, label in labels.items()
    ]
    active = sum(bool(form.data.get(name)) for name in labels)
    return {"shape": "champs", "title": title, "fields": fields, "is_open": bool(active), "active": active}


def territory_facet(form: RecordFilterForm) -> Facet:
    """Population of the record's territory."""
    labels = {"population_min": _("Au moins"), "population_max": _("Au plus")}
    return range_facet(form, _("Population du territoire"), labels, 0, 100_000_000, _("hab."))


def distance_facet(form: RecordFilterForm) -> Facet:
    """Radius around the chosen place."""
    field = {
        "name": "rayon",
        "label": _("Rayon"),
        "type": "number",
        "value": f"{form.radius_km:g}" if form.radius_km is not None else "",
        "unit": "km",
        "min": 1,
        "max": MAX_RADIUS_KM,
    }
    return {"shape": "champs", "title": _("Distance"), "fields": [field], "is_open": True, "active": 1}
