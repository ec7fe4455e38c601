"""Owners are asked before the day and answer by a signed link, with a POST; a round takes one answer."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from catalogue.models import ConfirmationRound, Membership, OutgoingMail, QualityFinding, Record, Revision
from catalogue.workshop.quality import confirmation
from catalogue.workshop.quality.refresh import refresh_findings
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SOON = TODAY + datetime.timedelta(days=20)
LINK = re.compile(r"https?://\S*(/fiche-a-confirmer/\S+)")


@pytest.fixture
def owner():
    return factories.organisation(name="Ville de Rennes")


@pytest.fixture
def site(owner):
    """An open site whose day is near, owned by an organisation with a manager and a member."""
    factories.member(owner, role=Membership.Role.MANAGER)
    factories.member(owner)
    return factories.test_site(owner=owner, site_state="ouvert", expires_on=SOON, title="Place d’essai")


def asked(record: Record) -> ConfirmationRound:
    """The open round of a record, asked for now."""
    confirmation.ask_owners()
    return ConfirmationRound.objects.get(record=record, answered_at__isnull=True)


def url(one: ConfirmationRound) -> str:
    """Where the round is answered."""
    return reverse("catalogue:record-confirm", args=[confirmation.make_token(one)])


def history(record: Record) -> list[str]:
    """The actions of the lines of history."""
    return list(record.transitions.order_by("pk").values_list("action", flat=True))


def test_the_manager_is_asked_once_before_and_once_on_the_day(site):
    far = factories.test_site(
        owner=site.owner, site_state="ouvert", expires_on=TODAY + datetime.timedelta(days=90)
    )
    author = factories.account()
    lonely = factories.need(created_by=author, expires_on=SOON)
    factories.need(expires_on=SOON)  # nobody's
    assert confirmation.ask_owners() == 2
    assert confirmation.ask_owners() == 0
    manager = site.owner.memberships.get(role=Membership.Role.MANAGER).user
    mails = OutgoingMail.objects.filter(kind="fiche-a-confirmer").order_by("pk")
    assert {mail.to for mail in mails} == {manager.email, author.email}
    assert "Place d’essai" in mails.get(to=manager.email).text
    assert LINK.search(mails.get(to=author.email).text)
    assert not ConfirmationRound.objects.filter(record=far).exists()
    # the day comes
    Record.objects.filter(pk=lonely.pk).update(expires_on=TODAY)
    ConfirmationRound.objects.filter(record=lonely).update(
        due_on=TODAY, opened_at=timezone.now() - datetime.timedelta(days=30)
    )
    assert confirmation.ask_owners() == 1
    assert confirmation.ask_owners() == 0
    assert mails.filter(to=author.email).count() == 2


def test_opening_the_link_changes_nothing_and_exact_renews(client, site):
    one = asked(site)
    text = client.get(url(one)).content.decode()
    client.head(url(one))
    assert "Place d’essai" in text
    assert "Le site passera à « fermé »" in text.replace("\xa0", " ")
    assert not any(mail.to in text for mail in OutgoingMail.objects.all())
    site.refresh_from_db()
    assert (site.verified_on, site.expires_on) == (None, SOON)
    response = client.post(url(one), {"reponse": "exacte"})
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "same-origin"  # no-referrer would make browsers post a null origin
    site.refresh_from_db()
    assert site.verified_on == TODAY
    assert site.expires_on > SOON + datetime.timedelta(days=100)
    assert history(site) == ["confirm"]
    # one answer a round
    assert client.post(url(one), {"reponse": "close"}).status_code == 409
    site.refresh_from_db()
    assert (site.site_state, history(site)) == ("ouvert", ["confirm"])
    assert "Quelqu’un a déjà répondu" in client.get(url(one)).content.decode()


def test_closing_changes_what_was_announced(client, site, owner):
    curator = factories.curator()
    assert client.post(url(asked(site)), {"reponse": "close"}).status_code == 200
    site.refresh_from_db()
    assert (site.site_state, site.state, site.expires_on) == ("ferme", "publiee", None)
    assert Revision.objects.get(record=site).changes == {"site_state": ["ouvert", "ferme"]}
    trial = factories.experiment(owner=owner, status="experimentation", expires_on=SOON)
    assert client.post(url(asked(trial)), {"reponse": "close"}).status_code == 200
    trial.refresh_from_db()
    assert (trial.status, trial.state) == ("termine", "publiee")
    # of other kinds, curators decide
    need = factories.need(owner=owner, expires_on=SOON)
    one = asked(need)
    assert "décidera" in client.get(url(one)).content.decode()
    assert client.post(url(one), {"reponse": "close"}).status_code == 200
    need.refresh_from_db()
    assert (need.state, history(need)) == ("publiee", ["withdraw-asked"])
    assert OutgoingMail.objects.filter(to=curator.email, kind="fiche-reponse-porteur").count() == 1
    refresh_findings([need.pk])
    assert QualityFinding.objects.get(record=need, code="reponse-du-porteur").detail["reponse"] == "a-retirer"


def test_a_note_reaches_the_curators_and_cannot_be_empty(client, site):
    curator, one = factories.curator(), asked(site)
    assert client.post(url(one), {"reponse": "a-corriger", "note": " "}).status_code == 422
    assert client.post(url(one), {"reponse": "n’importe"}).status_code == 422
    response = client.post(url(one), {"reponse": "a-corriger", "note": "Le terrain a déménagé."})
    assert response.status_code == 200
    assert "Le terrain a déménagé." in OutgoingMail.objects.get(to=curator.email).text
    one.refresh_from_db()
    assert (one.answer, one.note) == ("a-corriger", "Le terrain a déménagé.")
    site.refresh_from_db()
    assert (site.expires_on, history(site)) == (SOON, ["amend"])


def test_a_link_that_is_no_longer_good(client, site, monkeypatch):
    one = asked(site)
    good = confirmation.make_token(one)
    assert client.get(reverse("catalogue:record-confirm", args=[good[:-2] + "xx"])).status_code == 404
    forged = signing.dumps([one.pk, one.record_id, one.organisation_id], salt="autre")
    assert client.get(reverse("catalogue:record-confirm", args=[forged])).status_code == 404
    # two months later: shown, with a way to ask for another, sent to the same e-mail address
    monkeypatch.setattr(confirmation, "VALID_FOR", datetime.timedelta(seconds=-1))
    assert "n’est plus valable" in client.get(url(one)).content.decode()
    assert client.post(url(one), {"reponse": "exacte"}).status_code == 409
    before = OutgoingMail.objects.count()
    client.post(url(one), {"reponse": "nouveau-lien"})
    assert OutgoingMail.objects.count() == before  # one was just sent
    ConfirmationRound.objects.update(sent_at=timezone.now() - datetime.timedelta(days=61))
    client.post(url(one), {"reponse": "nouveau-lien"})
    client.post(url(one), {"reponse": "nouveau-lien"})
    assert OutgoingMail.objects.count() == before + 1
    monkeypatch.undo()
    # the record has another owner, or is no longer public
    Record.objects.filter(pk=site.pk).update(owner=factories.organisation())
    assert client.get(url(one)).status_code == 404
    Record.objects.filter(pk=site.pk).update(owner=one.organisation_id, state="archivee")
    assert client.get(url(one)).status_code == 404


def test_answers_from_one_address_are_counted(client, site, monkeypatch):
    from catalogue.workshop.quality.views import answers

    monkeypatch.setattr(answers, "POSTS_AN_HOUR", 0)
    one = asked(site)
    answer: Any = client.post(url(one), {"reponse": "exacte"})
    assert answer.status_code == 429
    site.refresh_from_db()
    assert site.verified_on is None
