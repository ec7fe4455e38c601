"""A record ages from the day that it was verified or, failing that, from the day its source speaks of."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from catalogue.models import Experiment, Record, Transition
from catalogue.public.cards import record_card
from catalogue.records import expiry, workflow
from catalogue.workshop.quality.refresh import refresh_findings
from tests import factories

pytestmark = pytest.mark.django_db

DAY = datetime.date
TODAY = DAY(2026, 11, 30)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *given: TODAY)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("mai 2025", DAY(2025, 5, 31)),
        ("Février 2024", DAY(2024, 2, 29)),
        ("août 2019", DAY(2019, 8, 31)),
        ("2019", DAY(2019, 12, 31)),
        ("2019-2021", DAY(2021, 12, 31)),
        ("de mars à mai 2021", DAY(2021, 5, 31)),
        ("12/05/2021", DAY(2021, 5, 31)),
        ("2021-05-12", DAY(2021, 5, 31)),
        ("Marseille, 2020", DAY(2020, 12, 31)),
        ("lot 20210", None),
        ("au printemps", None),
        ("", None),
    ],
)
def test_the_day_that_words_speak_of(words, day):
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_read_day(%s)", [words])
        assert cursor.fetchone()[0] == day


def filled(record: Record) -> tuple[DAY | None, DAY | None]:
    expiry.fill_expiry([record.pk])
    record.refresh_from_db()
    return record.stated_on, record.expires_on


def test_each_kind_has_the_day_of_its_source():
    study = factories.source(published_in="octobre 2020")
    undated = factories.source()
    trial = factories.experiment(status="deploiement", status_on="mai 2025", source=study)
    assert filled(trial) == (DAY(2025, 5, 31), DAY(2026, 5, 31))
    assert filled(factories.experiment(status="deploiement", source=study)) == (
        DAY(2020, 10, 31),
        DAY(2021, 10, 31),
    )
    assert filled(factories.need(source=study)) == (DAY(2020, 10, 31), DAY(2021, 10, 31))
    assert filled(factories.need(source=undated)) == (None, None)
    operation = factories.operation(source=undated)
    factories.award(operation, year=2015)
    assert filled(operation) == (DAY(2015, 12, 31), DAY(2018, 12, 31))
    assert filled(trial.solution) == (DAY(2025, 5, 31), DAY(2027, 5, 31))
    article = factories.need(source=undated, source_url="https://exemple.fr/2021/05/07/un-essai")
    assert filled(article) == (DAY(2021, 5, 31), DAY(2022, 5, 31))


def test_what_is_over_stays_true():
    trial = factories.experiment(status="termine", status_on="2018")
    assert filled(trial) == (DAY(2018, 12, 31), None)


def test_a_day_that_was_counted_follows_its_source_and_a_given_one_stays():
    counted = factories.experiment(status="deploiement", status_on="2019")
    assert filled(counted)[1] == DAY(2020, 12, 31)
    type(counted).objects.filter(pk=counted.pk).update(status_on="mai 2026")
    assert filled(counted) == (DAY(2026, 5, 31), DAY(2027, 5, 31))
    type(counted).objects.filter(pk=counted.pk).update(status="termine")
    assert filled(counted)[1] is None
    given = factories.experiment(status="deploiement", status_on="2019", expires_on=DAY(2027, 3, 1))
    assert filled(given)[1] == DAY(2027, 3, 1)
    assert expiry.fill_expiry() == 2, "their solutions"
    assert expiry.fill_expiry() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "deploiement", "status_on": "2022"}, "en déploiement, constaté en 2022"),
        ({"status": "experimentation", "status_on": "mai 2025"}, "en expérimentation, constaté en mai 2025"),
        ({"status": "deploiement", "status_on": "2019"}, "dernier état connu (2019) : en déploiement"),
        ({"status": "termine", "status_on": "2018"}, "terminé, constaté en 2018"),
        ({"status": "deploiement"}, "en déploiement (date non connue)"),
        ({"status": "deploiement", "stated_on": DAY(2025, 12, 31)}, "en déploiement, constaté en 2025"),
        (
            {"status": "deploiement", "status_on": "2019", "verified_on": DAY(2026, 3, 2)},
            "en déploiement, vérifié le 2 mars 2026",
        ),
        (
            {"status": "deploiement", "status_on": "2019", "verified_on": DAY(2018, 3, 2)},
            "dernier état connu (2019) : en déploiement",
        ),
    ],
)
def test_a_status_has_its_date_wherever_it_is_shown(client: Client, fields, words):
    place = factories.commune(name="Rennes", code="35238")
    trial = factories.experiment(territory=place, geometry=place.point, **fields)
    pages = [
        trial.get_absolute_url(),
        trial.solution.get_absolute_url(),
        reverse("catalogue:record-list"),
        reverse("catalogue:territory-detail", args=["commune", "35238"]),
        reverse("catalogue:record-compare") + f"?fiches={trial.slug}",
    ]
    for address in pages[:4]:
        page = client.get(address, follow=True).content.decode().replace("\u00a0", " ")
        assert words in page, address


def test_a_card_says_its_age_once():
    trial = factories.experiment(status="deploiement", status_on="2019")
    filled(trial)
    card = record_card(Record.objects.get(pk=trial.pk))
    assert (card.status_label, card.verified) == ("dernier état connu (2019) : en déploiement", "À confirmer")
    need = factories.need(source=factories.source(published_in="2025"))
    filled(need)
    assert record_card(Record.objects.get(pk=need.pk)).verified.startswith("D’après une source de 2025")


def test_five_years_to_the_day_is_not_old_yet():
    assert not expiry.is_old(DAY(2021, 11, 30))
    assert expiry.is_old(DAY(2021, 11, 29))


def test_the_page_says_how_old_its_source_is(client: Client):
    old = factories.need(source=factories.source(published_in="octobre 2020"))
    filled(old)
    page = client.get(old.get_absolute_url()).content.decode().replace("\u00a0", " ")
    assert "Dernier état connu : octobre 2020" in page
    assert "vient d’une source d’octobre 2020 et n’a pas été confirmé depuis" in page
    unknown = client.get(factories.need().get_absolute_url()).content.decode()
    assert "Date de l’information non connue" in unknown


def test_only_what_somebody_can_confirm_is_a_finding():
    nobody = factories.need(source=factories.source(published_in="2016"))
    held = factories.need(
        source=factories.source(published_in="2016"), owner=factories.organisation(name="Ville de Rennes")
    )
    refresh_findings()
    assert nobody.findings.filter(code="verification-echue").count() == 0
    assert held.findings.filter(code="verification-echue").count() == 1
    assert not nobody.findings.filter(code="jamais-verifiee").exists()


def propose(**fields) -> Record:
    record = factories.solution(state="en-instruction", **fields)
    Transition.objects.create(
        record=record, from_state="brouillon", to_state="soumise", action="submit",
        actor=factories.user(),
    )  # fmt: skip
    return record


def test_a_proposal_is_declared_by_those_who_wrote_it():
    record = propose(owner=factories.organisation(name="Ombrière SAS"))
    workflow.apply(record, "publish", None)
    record.refresh_from_db()
    assert record.source_citation == "Déclaré par Ombrière SAS, 30 novembre 2026"
    assert record.verified_on == TODAY
    assert record.expires_on == DAY(2028, 11, 30)


def test_a_source_that_is_given_stays_and_what_nobody_proposed_is_not_declared():
    sourced = propose(source_citation="Bilan de la ville, 2024")
    workflow.apply(sourced, "publish", None)
    imported = factories.solution(state="en-instruction")
    workflow.apply(imported, "publish", None)
    sourced.refresh_from_db()
    imported.refresh_from_db()
    assert (sourced.source_citation, sourced.verified_on) == ("Bilan de la ville, 2024", TODAY)
    assert (imported.source_citation, imported.verified_on) == ("", None)


def test_a_proposal_that_waits_is_not_without_source():
    waiting, published = propose(), factories.solution()
    refresh_findings()
    assert not waiting.findings.filter(code="source-absente").exists()
    assert published.findings.filter(code="source-absente").exists()


def test_a_publication_is_no_verification():
    old = factories.need(state="en-instruction", source=factories.source(published_in="octobre 2020"))
    workflow.apply(old, "publish", None)
    old.refresh_from_db()
    assert old.expires_on == DAY(2021, 10, 31)
    undated = factories.need(state="en-instruction")
    workflow.apply(undated, "publish", None)
    undated.refresh_from_db()
    assert undated.expires_on == DAY(2027, 11, 30)


def test_the_day_of_a_status_crosses_its_migration_both_ways():
    trial = factories.experiment(status_on="mai 2025")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end forbids to alter a table
        MigrationExecutor(connection).migrate([("catalogue", "0041_saved_searches_by_meaning")])
        cursor.execute("SELECT to_regproc('catalogue_read_day') IS NULL")
        assert cursor.fetchone() == (True,)
    MigrationExecutor(connection).migrate([("catalogue", "0042_day_of_a_source")])
    assert Experiment.objects.values_list("status_day", flat=True).get(pk=trial.pk) == DAY(2025, 5, 31)
