"""What left the site before an update is still good after it: signed links, sealed secrets, queued jobs.

The tokens, the URLs and the names below are literals on purpose: they are in e-mails and in the queue of
running sites. None may change; a new one is added.
"""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from procrastinate.contrib.django import app

from catalogue.accounts.sealing import unseal_secret
from catalogue.models import ConfirmationRound, ImportBatch, SavedSearch
from tests import factories

SECRET_KEY = "une cle d'essai qui ne change jamais et qui est assez longue pour tout le monde"
SIGNED_AT = 1_796_040_000
STOP_ALL = "WzcsMF0:1xY036:60ABA5kPxXiMdrN_X6HXD7T0HtaVhYeuPEXH8LSeGq8"
STOP_ONE = "WzcsOV0:1xY036:Bfx2ltlRXervkMkb-ALzBYSelRlD1DepQn6BuPQK5cU"
CONFIRM = "WzUsNDQwMDAxLDNd:1xY036:aVH1wGa8u4fszcv8glCsQBYbtSjmg1JpBurDGBChxS8"
SEALED = (
    "f1:gAAAAABrDXkQ6Olk0lSdMTmF4MONfKcDdiR5suyXnLlEzec6TID-wr_UNXh1vIiDt5Fto_HGX32UQ-glLC1bH43ESQ1Pb9HL_tzZTxPl"
    "4Nq-uT0EAW5pu_w="
)
ON_SCHEDULE = (
    "ask_confirmations", "ask_results", "check_links", "check_quality_of_all", "encode_meanings",
    "find_all_duplicates",
    "forget_import_files", "forget_mails", "forget_misses", "measure_waiting", "read_searches_again",
    "release_abandoned", "rescue_jobs", "send_daily_alerts", "send_weekly_alerts", "sweep_files",
    "tidy_accounts",
)  # fmt: skip
ON_DEMAND = {
    "check_quality": ["records"],
    "find_duplicates": ["records"],
    "import_step": ["batch", "job"],
    "match_alerts": ["records"],
    "read_words_again": [],
    "send_mail": ["mail"],
    "treat_photo": ["document"],
}
JOBS_OF_IMPORTS = {"essai", "ecriture", "publication", "annulation"}


@pytest.fixture(autouse=True)
def _signed_then(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key and the moment of the literals: the links of confirmation last two months."""
    settings.SECRET_KEY = SECRET_KEY
    monkeypatch.setattr("django.core.signing.time", SimpleNamespace(time=lambda: SIGNED_AT + 3600))


@pytest.mark.django_db
@pytest.mark.parametrize(("token", "stopped"), [(STOP_ALL, {8, 9}), (STOP_ONE, {9})])
def test_a_link_that_stops_alerts(client: Client, token: str, stopped: set[int]) -> None:
    user = User.objects.create(pk=7, username="compte", email="compte@exemple.fr")
    for pk in (8, 9):
        SavedSearch.objects.create(
            pk=pk, user=user, name=f"Recherche {pk}", query_string=f"q={pk}", rhythm="quotidien"
        )
    assert client.post(f"/alertes/arret/{token}/").status_code == 200
    assert set(SavedSearch.objects.filter(rhythm="jamais").values_list("pk", flat=True)) == stopped


@pytest.mark.django_db
def test_a_link_that_confirms_a_record(client: Client) -> None:
    owner = factories.organisation(pk=3)
    record = factories.solution(pk=440001, title="Noues plantées", owner=owner)
    ConfirmationRound.objects.create(pk=5, record=record, organisation=owner, due_on="2026-12-31")
    page = client.get(f"/fiche-a-confirmer/{CONFIRM}/")
    assert page.status_code == 200
    assert "Noues plantées" in page.content.decode()


def test_a_sealed_second_factor() -> None:
    assert unseal_secret(SEALED) == "JBSWY3DPEHPK3PXP"


def test_a_queued_job_finds_its_task() -> None:
    tasks = {name: list(inspect.signature(task.func).parameters) for name, task in app.tasks.items()}
    assert {name: tasks.get(name) for name in ON_SCHEDULE} == {name: ["timestamp"] for name in ON_SCHEDULE}
    assert {name: tasks.get(name) for name in ON_DEMAND} == ON_DEMAND
    ours = {name for name in tasks if "builtin" not in name}
    assert ours == {*ON_SCHEDULE, *ON_DEMAND}, "name the new task above"
    assert set(ImportBatch.Job.values) == JOBS_OF_IMPORTS
