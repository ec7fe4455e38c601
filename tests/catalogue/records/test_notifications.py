"""Each transition of a record is told by e-mail to those it concerns, once each, and to nobody else."""

from __future__ import annotations

import pytest
from django.core import mail

from catalogue.models import OutgoingMail, Record, Revision
from catalogue.records import notifications, workflow
from tests import factories

pytestmark = pytest.mark.django_db

State = Record.State


class People:
    """An author, a colleague, somebody who waits to join, a curator of everything and one of elsewhere."""

    def __init__(self):
        self.organisation = factories.organisation(name="Ville d’Essai")
        self.author = factories.member(self.organisation)
        self.colleague = factories.member(self.organisation)
        self.waiting = factories.account()
        factories.membership(self.waiting, self.organisation, confirmed_at=None)
        self.curator = factories.curator()
        self.elsewhere = factories.curator(regions=[factories.territory("region")])

    def need(self, state, **fields):
        values = {"owner": self.organisation, "created_by": self.author, "territory": factories.commune()}
        return factories.need(state=state, **{**values, **fields})


@pytest.fixture
def people() -> People:
    return People()


def told() -> dict[str, set[str]]:
    """Addresses by kind of e-mail."""
    found: dict[str, set[str]] = {}
    for one in OutgoingMail.objects.all():
        found.setdefault(one.kind, set()).add(one.to)
    return found


@pytest.mark.parametrize(
    ("action", "state", "by", "expected"),
    [
        ("submit", State.DRAFT, "author", {"fiche-soumise": {"author"}, "fiche-recue": {"curator"}}),
        ("submit", State.TO_COMPLETE, "colleague",
         {"fiche-soumise": {"author", "colleague"}, "fiche-recue": {"curator"}}),
        ("review", State.SUBMITTED, "curator", {"fiche-en-instruction": {"author", "colleague"}}),
        ("ask", State.IN_REVIEW, "curator", {"fiche-a-completer": {"author", "colleague"}}),
        ("publish", State.IN_REVIEW, "curator", {"fiche-publiee": {"author", "colleague"}}),
        ("refuse", State.IN_REVIEW, "curator", {"fiche-refusee": {"author", "colleague"}}),
        ("archive", State.PUBLISHED, "curator", {"fiche-archivee": {"author", "colleague"}}),
        ("retire", State.PUBLISHED, "author",
         {"fiche-archivee": {"colleague"}, "fiche-retiree": {"curator"}}),
        ("withdraw", State.SUBMITTED, "author", {"fiche-reprise": {"curator"}}),
        ("reopen", State.REFUSED, "author", {}),
    ],
)  # fmt: skip
def test_who_is_told(people, action, state, by, expected):
    workflow.apply(people.need(state), action, getattr(people, by), "Parce que.")
    assert told() == {
        kind: {getattr(people, name).email for name in names} for kind, names in expected.items()
    }


def test_the_email_says_why_and_where_to_go(people, run_jobs, settings):
    settings.SITE_URL = "https://place.exemple.fr"
    record = people.need(State.IN_REVIEW, title="Un banc & une rampe")
    workflow.apply(record, "ask", people.curator, "Quelle largeur fait « la rampe » ?")
    run_jobs()
    [sent] = [one for one in mail.outbox if one.to == [people.author.email]]
    assert sent.subject == "Un complément est demandé pour « Un banc & une rampe »"
    assert "Quelle largeur fait « la rampe » ?" in sent.body
    assert f"https://place.exemple.fr/mon-espace/fiches/{record.slug}/" in sent.body
    everything = sent.subject + sent.body
    for person in (people.curator, people.colleague, people.author):
        assert person.email not in everything


def test_a_record_that_nobody_contributed_tells_nobody():
    factories.curator()
    workflow.apply(factories.need(state=State.SUBMITTED), "publish", None)
    assert not OutgoingMail.objects.exists()


def test_an_author_who_left_the_organisation_is_not_told(people):
    people.author.memberships.all().delete()
    workflow.apply(people.need(State.IN_REVIEW), "publish", people.curator)
    assert told() == {"fiche-publiee": {people.colleague.email}}


def test_the_closed_accounts_are_not_written_to(people):
    type(people.author).objects.filter(pk=people.colleague.pk).update(is_active=False)
    workflow.apply(people.need(State.IN_REVIEW), "publish", people.curator)
    assert told() == {"fiche-publiee": {people.author.email}}


def test_a_curator_is_told_of_their_region_and_themes_alone(people):
    region = factories.territory("region")
    theme = factories.theme()
    both = factories.curator(regions=[region], themes=[theme])
    record = people.need(State.DRAFT, territory=factories.commune(region=region))
    assert list(notifications.find_curators(record)) == [people.curator]
    record.themes.add(theme)
    assert list(notifications.find_curators(Record.objects.get(pk=record.pk))) == [people.curator, both]


def test_without_a_curator_the_administrators_are_told(people):
    administrator = factories.administrator()
    record = people.need(State.DRAFT)
    people.curator.curatorship.delete()
    assert list(notifications.find_curators(record)) == [administrator]


def test_an_email_vanishes_with_a_refused_transition(people):
    record = people.need(State.PUBLISHED)
    with pytest.raises(workflow.TransitionRefused):
        workflow.apply(record, "submit", people.author)
    assert not OutgoingMail.objects.exists()


def test_a_proposed_change_and_its_decision_are_told(people, settings):
    settings.SITE_URL = "https://place.exemple.fr"
    record = people.need(State.PUBLISHED)
    revision = Revision.objects.create(record=record, author=people.author, changes={}, reason="Mise à jour")
    notifications.notify_proposal(revision)
    assert told() == {"changement-propose": {people.curator.email}}
    assert f"/atelier/changements/{revision.pk}/" in OutgoingMail.objects.get().text
    OutgoingMail.objects.all().delete()
    revision.state, revision.decision = Revision.RevisionState.REFUSED, "Chiffre invérifiable."
    notifications.notify_decision(revision)
    assert told() == {"changement-refuse": {people.author.email}}
    assert "Chiffre invérifiable." in OutgoingMail.objects.get().text
    OutgoingMail.objects.all().delete()
    revision.state, revision.decision = Revision.RevisionState.ACCEPTED, ""
    notifications.notify_decision(revision)
    assert told() == {"changement-accepte": {people.author.email}}


def test_the_change_of_an_import_has_no_author_to_tell(people):
    revision = Revision.objects.create(record=people.need(State.PUBLISHED), changes={}, state="acceptee")
    notifications.notify_decision(revision)
    assert not OutgoingMail.objects.exists()
