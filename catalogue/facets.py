"""The filter bar: every facet with its choices and counts, and the active filters as removable tags.

The count of a choice is the number of results if that facet were set to it alone, the other facets
staying as they are.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Model
from django.utils.translation import gettext as _

from catalogue.filters import MAX_RADIUS_KM, SORTS, RecordFilterForm
from catalogue.models import Experiment, Programme, Record, Stake, TestSite, Theme
from catalogue.querysets import RecordQuerySet

Facet = dict[str, Any]


def filter_bar(form: RecordFilterForm, records: RecordQuerySet, address: str) -> dict[str, Any]:
    """The context of composants/filtres.html for a valid form."""
    data = form.cleaned_data
    facets = [
        kind_facet(form, records),
        proof_facet(form),
        status_facet(form),
        term_facet(form, records, "theme", "themes", Theme, open_at_first=True),
        term_facet(form, records, "enjeu", "stakes", Stake),
        term_facet(form, records, "programme", "programmes", Programme),
        period_facet(form),
        *([distance_facet(form)] if form.place is not None else []),
    ]
    kept = [(name, form.data[name]) for name in ("autour", "territoire", "bbox") if form.data.get(name)]
    return {
        "action": address,
        "q": data["q"],
        "facettes": facets,
        "actifs": [{"texte": text, "url": f"{address}?{rest}" if rest else address} for text, rest in form.active_tags()],
        "effacer": address,
        "caches": kept,
        "tri": [
            {"valeur": value, "libelle": label, "choisi": value == form.order}
            for value, label in SORTS
            if value != "distance" or form.place is not None
        ],
    }


def _choice(form: RecordFilterForm, name: str, value: str, label: str, count: int | None, **more: Any) -> dict[str, Any]:
    return {
        "valeur": value,
        "libelle": label,
        "nombre": count,
        "coche": value in form.data.getlist(name),
        **more,
    }


def kind_facet(form: RecordFilterForm, records: RecordQuerySet) -> Facet:
    """The five kinds."""
    others = form.narrow(records, without="type")
    counts = dict(others.order_by().values_list("kind").annotate(n=Count("pk")))
    choices = [
        _choice(form, "type", kind.value, str(kind.label), counts.get(kind.value, 0), kind=kind.value)
        for kind in Record.Kind
    ]
    return {"forme": "cases", "titre": _("Nature"), "nom": "type", "choix": choices, "ouvert": True}


def term_facet(
    form: RecordFilterForm,
    records: RecordQuerySet,
    name: str,
    relation: str,
    model: type[Model],
    *,
    open_at_first: bool = False,
) -> Facet:
    """The terms of a vocabulary that some result bears, and those chosen."""
    others = form.narrow(records, without=name)
    through = Record._meta.get_field(relation).remote_field.through
    column = f"{relation[:-1]}_id"
    counts = dict(
        through.objects.filter(record_id__in=others.order_by().values("pk"))
        .values_list(column)
        .annotate(n=Count("pk"))
        .order_by()
    )
    chosen = form.data.getlist(name)
    choices = [
        _choice(form, name, term.code, str(term), counts.get(term.pk, 0))
        for term in model._default_manager.all()
        if counts.get(term.pk) or term.code in chosen
    ]
    return {
        "forme": "cases",
        "titre": form.fields[name].label,
        "nom": name,
        "choix": choices,
        "ouvert": bool(chosen),
        "actifs": len(chosen),
    }


def status_facet(form: RecordFilterForm) -> Facet:
    """Status of experiments and availability of sites."""
    choices = [
        _choice(form, "statut", value, str(label).capitalize(), None)
        for value, label in [*Experiment.Status.choices, *TestSite.SiteState.choices]
    ]
    chosen = form.data.getlist("statut")
    return {
        "forme": "cases",
        "titre": _("Avancement"),
        "nom": "statut",
        "choix": choices,
        "ouvert": bool(chosen),
        "actifs": len(chosen),
    }


def proof_facet(form: RecordFilterForm) -> Facet:
    """Minimum proof."""
    chosen = form.data.get("preuve", "")
    options = [{"valeur": "", "libelle": _("Tous"), "choisi": not chosen}] + [
        {"valeur": value, "libelle": label, "choisi": str(value) == chosen}
        for value, label in form.fields["preuve"].choices
    ]
    field = {"nom": "preuve", "libelle": _("Au moins"), "type": "select", "options": options}
    return {
        "forme": "champs",
        "titre": _("Niveau de preuve"),
        "champs": [field],
        "ouvert": bool(chosen),
        "actifs": int(bool(chosen)),
    }


def period_facet(form: RecordFilterForm) -> Facet:
    """First and last year."""
    fields = [
        {"nom": name, "libelle": label, "type": "number", "valeur": form.data.get(name, ""), "min": 1900, "max": 2100}
        for name, label in (("de", _("De")), ("a", _("À")))
    ]
    active = sum(bool(form.data.get(name)) for name in ("de", "a"))
    return {"forme": "champs", "titre": _("Années"), "champs": fields, "ouvert": bool(active), "actifs": active}


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
