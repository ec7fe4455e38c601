"""The checks: each finds the record that it is about and leaves a sound one alone; findings come and go."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from catalogue.models import (
    ConfirmationRound,
    DuplicateCandidate,
    LinkState,
    QualityFinding,
    Record,
    RecordOrganisation,
)
from catalogue.records import workflow
from catalogue.workshop.quality import findings
from catalogue.workshop.quality.checks import CHECKS
from catalogue.workshop.quality.refresh import refresh_findings
from tests import factories

pytestmark = pytest.mark.django_db

SUMMARY = "Deux phrases qui disent ce que c’est et ce que cela change pour les habitants du quartier."
TODAY = timezone.localdate()


@pytest.fixture
def ground() -> dict[str, Any]:
    """What a record that no check finds at fault has."""
    commune = factories.commune(name="Rennes", lon=-1.7, lat=48.0)
    return {
        "territory": commune,
        "geometry": Point(-1.62, 48.03, srid=4326),
        "summary": SUMMARY,
        "source_citation": "Bilan de la ville",
        "verified_on": TODAY,
    }


def sound(make: Any, ground: dict[str, Any], **fields: Any) -> Any:
    """A record without a fault but those of ``fields``."""
    record = make(**{**ground, **fields})
    record.themes.add(factories.theme())
    return record


def doubtful_places(ground: dict[str, Any]) -> dict[str, Record]:
    """Records whose place is doubtful, by the check that finds it."""
    town_hall = ground["territory"].point
    return {
        "lieu-hors-territoire": sound(factories.operation, ground, geometry=Point(2.35, 48.85, srid=4326)),
        "lieu-axes-inverses": sound(factories.operation, ground, geometry=Point(48.03, -1.62, srid=4326)),
        "lieu-zero": sound(factories.operation, ground, geometry=Point(0, 0, srid=4326)),
        "lieu-absent": sound(factories.operation, ground, geometry=None, location_precision="aucune"),
        "lieu-mairie": sound(factories.operation, ground, geometry=town_hall),
        "lieu-imprecis": sound(factories.operation, ground, location_precision="commune"),
        "site-sans-perimetre": sound(factories.test_site, ground, site_state="ouvert"),
    }


def doubtful_contents(ground: dict[str, Any]) -> dict[str, Record]:
    """Records whose text, results, documents or people are doubtful, by the check that finds it."""
    closed, empty = factories.organisation(is_active=False), factories.organisation()
    found: dict[str, Record] = {
        "resume-absent": sound(factories.operation, ground, summary=""),
        "resume-court": sound(factories.operation, ground, summary="Trop court."),
        "source-absente": sound(factories.operation, ground, source_citation=""),
        "theme-absent": factories.operation(**ground),
        "donnees-personnelles": sound(
            factories.operation, ground, description="Écrire à a.b@ville.fr, merci."
        ),
        "verification-echue": sound(
            factories.operation,
            ground,
            verified_on=datetime.date(2024, 1, 2),
            expires_on=datetime.date(2025, 1, 2),
        ),
        "organisation-sans-membre": sound(factories.operation, ground, owner=empty),
        "organisation-fermee": sound(factories.operation, ground),
        "document-sans-licence": sound(factories.operation, ground),
        "photo-sans-description": sound(factories.operation, ground),
        "lien-mort": sound(factories.operation, ground, source_url="https://exemple.fr/disparu"),
        "doublon-possible": sound(factories.operation, ground),
        "reponse-du-porteur": sound(factories.operation, ground),
    }
    finished = {"status": "termine"}
    found |= {
        name: sound(factories.experiment, ground, **finished)
        for name in ("sans-resultat", "resultat-incomplet", "mesure-sans-methode", "annees-contradictoires")
    }
    whole = {"method": "Compteurs relevés chaque jour"}
    factories.indicator(found["resultat-incomplet"], unit="", source_citation="", **whole)
    factories.indicator(found["resultat-incomplet"], name="Sans classe", kind="", **whole)
    factories.indicator(found["mesure-sans-methode"])
    factories.indicator(found["annees-contradictoires"], year=2001, **whole)
    Record.objects.filter(pk=found["annees-contradictoires"].pk).update(year_start=2019)
    RecordOrganisation.objects.create(record=found["organisation-fermee"], organisation=closed)
    factories.document(found["document-sans-licence"])
    factories.document(found["photo-sans-description"], kind="photo", licence="Licence Ouverte 2.0")
    LinkState.objects.create(
        url="https://exemple.fr/disparu", host="exemple.fr", is_dead=True, fault="absente"
    )
    other = sound(factories.operation, ground, state="soumise")
    DuplicateCandidate.objects.create(
        first=min(other, found["doublon-possible"], key=lambda one: one.pk),
        second=max(other, found["doublon-possible"], key=lambda one: one.pk),
        kind="operation", score=80, found_at=timezone.now(),
    )  # fmt: skip
    ConfirmationRound.objects.create(
        record=found["reponse-du-porteur"], due_on=TODAY, answer="a-corriger", note="Le nom a changé.",
        answered_at=timezone.now(),
    )  # fmt: skip
    return found


@pytest.fixture
def at_fault(ground: dict[str, Any]) -> dict[str, Record]:
    """For each check, a record that has that fault."""
    return {**doubtful_places(ground), **doubtful_contents(ground)}


def codes_of(record: Record) -> set[str]:
    """The checks that hold something against a record."""
    return set(QualityFinding.objects.filter(record=record.pk).values_list("code", flat=True))


def test_each_check_finds_its_record_and_no_sound_one(ground, at_fault):
    good = sound(factories.operation, ground)
    draft = factories.operation(state="brouillon", title="Brouillon")
    refresh_findings()
    assert set(at_fault) == set(CHECKS)
    beside = {"lieu-zero": {"lieu-hors-territoire"}, "doublon-possible": set()}
    for code, record in at_fault.items():
        assert codes_of(record) - beside.get(code, set()) == {code}, code
    assert codes_of(good) == codes_of(draft) == set()
    for record in at_fault.values():
        (one,) = findings.list_for_record(record)
        assert one.message, one.code
        assert "%" not in one.message, one.code
        assert one.fix_url.startswith(("/proposer/fiche/", "/atelier/")), one.code
        assert "@" not in one.message
    others = {
        finding.code: finding for record in at_fault.values() for finding in findings.list_for_record(record)
    }
    assert "km de Rennes" in others["lieu-hors-territoire"].message
    assert "unité, source" in others["resultat-incomplet"].message
    assert "« Sans classe » : ce qu’il mesure" in others["resultat-incomplet"].message
    assert "la description" in others["donnees-personnelles"].message
    for code in ("lien-mort", "source-absente"):
        assert others[code].fix_url.endswith("/essentiel/")
    assert "Le nom a changé." in others["reponse-du-porteur"].message
    # a few records are checked in one statement, with the same outcome
    before = set(QualityFinding.objects.values_list("record", "code"))
    QualityFinding.objects.all().delete()
    refresh_findings([record.pk for record in Record.objects.all()])
    assert set(QualityFinding.objects.values_list("record", "code")) == before


def test_a_finding_goes_with_its_fault_and_an_exception_with_its_words(ground):
    record = sound(factories.operation, ground, summary="Court.")
    curator = factories.curator()
    refresh_findings([record.pk])
    row = QualityFinding.objects.get(record=record)
    since = row.since
    assert findings.waive_finding(row.pk, record, curator, "Un nom suffit ici.") is not None
    refresh_findings([record.pk])
    row.refresh_from_db()
    assert (row.waiver, row.since) == ("Un nom suffit ici.", since)
    assert not QualityFinding.objects.filter(record=record, waived_at__isnull=True).exists()
    Record.objects.filter(pk=record.pk).update(summary="Plus court.")
    refresh_findings()
    row.refresh_from_db()
    assert (row.waived_at, row.waiver, row.since) == (None, "", since)
    assert row.detail == {"signes": 11}
    Record.objects.filter(pk=record.pk).update(summary=SUMMARY)
    refresh_findings([record.pk])
    assert codes_of(record) == set()
    Record.objects.filter(pk=record.pk).update(summary="", state="archivee")
    refresh_findings()
    assert codes_of(record) == set()


def test_a_publication_has_the_record_checked_and_gives_it_a_day(ground, run_jobs):
    need = factories.need(state="soumise", summary="", **{k: ground[k] for k in ("territory", "geometry")})
    workflow.apply(need, "publish", factories.curator())
    assert "check_quality" in run_jobs()
    need.refresh_from_db()
    assert "resume-absent" in codes_of(need)
    assert need.expires_on is not None
    assert 365 <= (need.expires_on - TODAY).days <= 366
