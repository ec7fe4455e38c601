"""The completeness stored for the queue is that of the gauge which contributors see, for every criterion."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from catalogue.contributions.criteria import CRITERIA
from catalogue.contributions.editing import Copy, _fetch
from catalogue.contributions.gauge import measure_gauge
from catalogue.models import CaseFile, Programme, Record, RecordOrganisation, Stake
from catalogue.records import completeness
from tests import factories

pytestmark = pytest.mark.django_db

LONG = "Un texte assez long pour dire ce que c’est. " * 5
MAKE = {
    Record.Kind.SOLUTION: factories.solution,
    Record.Kind.EXPERIMENT: factories.experiment,
    Record.Kind.OPERATION: factories.operation,
    Record.Kind.SITE: factories.test_site,
    Record.Kind.NEED: factories.need,
}
COMMON: list[dict[str, Any]] = [
    {"summary": LONG[:80]},
    {"summary": f"  {LONG[:50]}          "},
    {"description": LONG},
    {"owner": True},
    {"territory": True},
    {"place": "Point", "location_precision": "adresse"},
    {"place": "Point", "location_precision": "commune"},
    {"themes": True},
    {"stakes": True},
    {"role": "porteur"},
    {"role": "territoire-hote"},
    {"role": "maitre-ouvrage"},
    {"document": "photo"},
    {"document": "plan"},
    {"year_start": 2020},
]
PLAIN = {
    "nature": "annonce",
    "value": None,
    "unit": "",
    "year": None,
    "source_url": "",
    "source_citation": "",
    "text": "Moins de chaleur",
}
PERIMETER = {"place": "Polygon", "location_precision": "exacte"}
OWN: dict[str, list[dict[str, Any]]] = {
    Record.Kind.SOLUTION: [
        {"trl": 7},
        {"costs": "10 000 €"},
        {"costs": "  \u00a0 "},
        {"reuse_conditions": "Libre"},
        {"obstacles_lifted": "Un frein"},
    ],
    Record.Kind.EXPERIMENT: [
        {"success_factors": "Une équipe"},
        {"obstacles": "Le gel"},
        {"indicator": {}},
        {
            "indicator": {
                "nature": "mesure",
                "value": 3,
                "unit": "°C",
                "year": 2024,
                "source_citation": "Bilan",
            }
        },
        {"indicator": {"nature": "mesure", "value": 3, "unit": "°C", "year": 2024}},
        {"indicator": {"nature": "mesure", "value": 3, "unit": "°C", "year": 2024, "document": True}},
    ],
    Record.Kind.OPERATION: [
        PERIMETER,
        {"dwellings": 120},
        {"area_ha": 3},
        {"operation_type": "extension"},
        {"award": True},
        {"programmes": True},
    ],
    Record.Kind.SITE: [
        PERIMETER,
        {"allowed_tests": "Des revêtements de sol drainants"},
        {"allowed_tests": "Des sols"},
        {"ground_kinds": ["parc"]},
        {"equipment": "Eau"},
        {"conditions": "Remise en état"},
        {"available_from": datetime.date(2026, 1, 1)},
        {"site_state": "ouvert"},
    ],
    Record.Kind.NEED: [
        {"audiences": ["collectivite"]},
        {"existing_data": "Relevés"},
        {"missing_data": "Tout"},
    ],
}


def made(kind: str, given: dict[str, Any]) -> Record:
    """A submitted record of the kind that has what is given, and nothing more."""
    fields = dict(given)
    parts = {
        name: fields.pop(name)
        for name in ("themes", "stakes", "programmes", "role", "document", "indicator", "award")
        if name in fields
    }
    shape = fields.pop("place", None)
    if shape and kind != Record.Kind.SOLUTION:
        square = factories.square()
        fields["geometry"] = square if shape == "Polygon" else square.centroid
    elif shape:
        fields.pop("location_precision")
    if fields.pop("owner", False):
        fields["owner"] = factories.organisation()
    plain = {"territory": factories.commune() if fields.pop("territory", False) else None}
    if kind == Record.Kind.OPERATION:
        plain["operation_type"] = "inconnu"
    if kind == Record.Kind.SITE:
        plain["site_state"] = "ferme"
    record = MAKE[Record.Kind(kind)](state=Record.State.SUBMITTED, **{**plain, **fields})
    add_parts(record, parts)
    return record


def add_parts(record: Any, parts: dict[str, Any]) -> None:
    """The lines of other tables that count."""
    if "themes" in parts:
        record.themes.add(factories.theme())
    if "stakes" in parts:
        record.stakes.add(Stake.objects.get_or_create(code="essai", defaults={"label": "Essai"})[0])
    if "programmes" in parts:
        record.programmes.add(Programme.objects.get_or_create(code="essai", defaults={"label": "Essai"})[0])
    if "role" in parts:
        RecordOrganisation.objects.create(
            record=record, organisation=factories.organisation(), role=parts["role"]
        )
    if "document" in parts:
        factories.document(record, kind=parts["document"])
    if "indicator" in parts:
        indicator = {**PLAIN, **parts["indicator"]}
        if indicator.get("document"):
            indicator["document"] = factories.document(record)
        factories.indicator(record, **indicator)
    if "award" in parts:
        factories.award(record)


@pytest.mark.parametrize("kind", list(CRITERIA))
def test_it_is_the_gauge_that_contributors_see(kind: str) -> None:
    cases = [{}, *COMMON, *OWN[kind]]
    whole: dict[str, Any] = {}
    for one in [*COMMON, *OWN[kind]]:
        whole.update(one)
    records = [made(kind, given) for given in [*cases, whole]]
    user = User(username="personne")
    expected = {
        record.pk: measure_gauge(Copy(_fetch(Record.objects.get(pk=record.pk)), user, is_direct=True)).percent
        for record in records
    }
    completeness.measure_records([record.pk for record in records])
    assert dict(CaseFile.objects.values_list("record", "completeness")) == expected
    assert len(set(expected.values())) > 3
    CaseFile.objects.update(completeness=None)
    completeness.measure_waiting()
    assert dict(CaseFile.objects.values_list("record", "completeness")) == expected
