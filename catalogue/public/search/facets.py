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
        "facettes": [facet for facet in facets if facet.get("choix") or facet.get("champs")],
        "actifs": [
            {"texte": text, "url": f"{address}?{rest}" if rest else address}
            for text, rest in form.active_tags()
        ],
        "effacer": address,
        "caches": [(name, form.data[name]) for name in kept if form.data.get(name)],
        "tri": [
            {"valeur": value, "libelle": label, "choisi": value == form.order}
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
        "forme": "cases",
        "titre": form.fields[name].label,
        "nom": name,
        "choix": choices,
        "ouvert": opened or bool(chosen),
        "actifs": len(chosen),
    }


def choice(name: str, value: str, label: str, count: int, chosen: bool) -> dict[str, Any]:
    """One check box; a kind is shown by its shape."""
    more = {"kind": value} if name == "type" else {}
    return {
        "valeur": value,
        "libelle": label[:1].upper() + label[1:],
        "nombre": count,
        "coche": chosen,
        **more,
    }


def evidence_facet(form: RecordFilterForm, counts: Counts) -> Facet:
    """With measured results, with documents: two parameters shown together."""
    both = [choice_facet(form, counts, name) for name in ("mesures", "documents")]
    return {
        "forme": "cases",
        "titre": _("Résultats et documents"),
        "choix": [{**one, "nom": facet["nom"]} for facet in both for one in facet["choix"]],
        "ouvert": any(facet["actifs"] for facet in both),
        "actifs": sum(facet["actifs"] for facet in both),
    }


def proof_facet(form: RecordFilterForm) -> Facet:
    """Minimum proof."""
    chosen = form.data.get("preuve", "")
    options = [{"valeur": "", "libelle": _("Tous"), "choisi": not chosen}] + [
        {"valeur": value, "libelle": label, "choisi": value == chosen}
        for value, label in labels(form.fields["preuve"]).items()
    ]
    field = {"nom": "preuve", "libelle": _("Au moins"), "type": "select", "options": options}
    return {
        "forme": "champs",
        "titre": _("Niveau de preuve"),
        "champs": [field],
        "ouvert": bool(chosen),
        "actifs": int(bool(chosen)),
    }


def range_facet(
    form: RecordFilterForm, title: str, labels: dict[str, str], least: int, most: int, unit: str = ""
) -> Facet:
    """A range as two numbers."""
    fields = [
        {
            "nom": name,
            "libelle": label,
            "type": "number",
            "valeur": form.data.get(name, ""),
            "min": least,
            "max": most,
            "unite": unit,
        }
        for name, label in labels.items()
    ]
    active = sum(bool(form.data.get(name)) for name in labels)
    return {"forme": "champs", "titre": title, "champs": fields, "ouvert": bool(active), "actifs": active}


def territory_facet(form: RecordFilterForm) -> Facet:
    """Population of the record's territory."""
    labels = {"population_min": _("Au moins"), "population_max": _("Au plus")}
    return range_facet(form, _("Population du territoire"), labels, 0, 100_000_000, _("hab."))


def distance_facet(form: RecordFilterForm) -> Facet:
    """Radius around the chosen place."""
    field = {
        "nom": "rayon",
        "libelle": _("Rayon"),
        "type": "number",
        "valeur": f"{form.radius_km:g}" if form.radius_km is not None else "",
        "unite": "km",
        "min": 1,
        "max": MAX_RADIUS_KM,
    }
    return {"forme": "champs", "titre": _("Distance"), "champs": [field], "ouvert": True, "actifs": 1}
