"""New records: their address, their organisation, the solution of an experiment; drafts found again."""

import uuid

import pytest
from django.urls import reverse

from catalogue.contributions import drafts
from catalogue.models import Experiment, Record, TestSite
from tests import factories
from tests.catalogue.contributions.journey import draft, page, post, step

pytestmark = pytest.mark.django_db
State = Record.State


def new(client, kind="solution", **fields):
    posted = {"cle": str(uuid.uuid4()), "title": "Pavé drainant", "summary": "", "owner": "", **fields}
    return client.post(f"/proposer/{kind}/", posted)


@pytest.mark.parametrize("title", ["Pavé drainant", "!!!", "城市", "a" * 250])
def test_two_records_of_one_title_have_two_addresses(logged, title):
    for _time in range(2):
        assert new(logged, title=title).status_code == 302
    first, second = Record.objects.order_by("pk").values_list("slug", flat=True)
    assert second == f"{first}-2"


def test_the_only_organisation_is_offered_and_carries_the_record(logged, author):
    shown = page(logged.get("/proposer/solution/"))
    assert '<option value="atelier-nord" selected>' in shown
    new(logged, owner="atelier-nord")
    record = Record.objects.get()
    assert record.owner == author.memberships.get().organisation
    assert record.organisation_links.get().role == "porteur"


def test_an_adhesion_that_waits_will_do_and_another_organisation_will_not(client):
    user = factories.account()
    waiting = factories.membership(user, confirmed_at=None).organisation
    other = factories.organisation()
    client.force_login(user)
    assert new(client, owner=other.slug).status_code == 400
    assert new(client, owner=waiting.slug).status_code == 302
    record = Record.objects.get()
    assert client.get(step(record, "detail")).status_code == 200


def test_without_an_organisation_one_may_begin(client):
    client.force_login(factories.account())
    assert "pas encore d’organisation" in page(client.get("/proposer/besoin/"))
    assert new(client, "besoin").status_code == 302
    assert Record.objects.get().owner is None


def test_a_site_is_open_from_the_start(logged):
    new(logged, "site")
    assert TestSite.objects.get().site_state == "ouvert"


def test_an_experiment_begins_with_its_solution(logged, author):
    public = factories.solution(title="Pavé drainant public")
    own = draft(author, title="Pavé à moi")
    hidden_one = factories.solution(title="Pavé caché", state=State.DRAFT)
    shown = page(logged.get("/proposer/experimentation/"))
    assert own.title in shown
    assert public.title not in shown
    shown = page(logged.get("/proposer/experimentation/", {"q": "pavé"}))
    assert public.title in shown
    assert hidden_one.title not in shown
    assert "n’est pas au catalogue" in page(
        logged.get("/proposer/experimentation/", {"solution": hidden_one.slug})
    )
    new(logged, "experimentation", solution=hidden_one.slug)
    assert not Experiment.objects.exists()
    new(logged, "experimentation", solution=public.slug)
    assert Experiment.objects.get().solution == public


def test_the_solution_of_an_experiment_can_be_changed(logged, author):
    record = draft(author, maker=factories.experiment)
    other = factories.solution(title="Autre solution")
    hidden_one = factories.solution(state=State.DRAFT)
    address = reverse("catalogue:propose-solution", args=[record.slug])
    assert other.title in page(logged.get(address, {"q": "autre"}))
    assert logged.post(address, {"solution": hidden_one.slug}).status_code == 400
    assert logged.post(address, {"solution": other.slug}).status_code == 302
    assert Experiment.objects.get(pk=record.pk).solution == other


def test_the_parent_is_an_experiment_of_the_same_solution(logged, author):
    parent = factories.experiment(title="Premier essai")
    record = draft(author, maker=factories.experiment, solution=parent.solution)
    typed = {"status": "termine", "outcome": "concluant"}
    assert post(logged, record, "deroulement", parent=parent.slug, **typed).status_code == 302
    assert Experiment.objects.get(pk=record.pk).parent == parent
    other = factories.experiment()
    assert post(logged, record, "deroulement", parent=other.slug, **typed).status_code == 400


def test_an_abandoned_experiment_says_why(logged, author):
    record = draft(author, maker=factories.experiment)
    typed = {"status": "abandonne", "outcome": "inconnu"}
    answer = post(logged, record, "deroulement", **typed)
    assert answer.status_code == 400
    assert "Dites pourquoi" in page(answer)
    assert post(logged, record, "deroulement", abandon_reason="Trop cher", **typed).status_code == 302


def test_completion_gives_what_may_be_chosen(client, logged, author):
    own = draft(author, title="Pavé à moi")
    factories.solution(title="Pavé caché", state=State.DRAFT)
    names = [
        one["nom"] for one in logged.get("/api/solutions-essayables/", {"q": "pave"}).json()["resultats"]
    ]
    assert names == [own.title]
    assert logged.get("/api/organisations/", {"q": "nord"}).json()["resultats"][0]["nom"] == "Atelier Nord"
    assert logged.get("/api/organisations/", {"q": "a" * 300}).status_code == 400
    client.logout()
    assert client.get("/api/organisations/").status_code == 302


def test_drafts_are_found_again_and_never_those_of_others(logged, author):
    mine = draft(author, title="Mon brouillon")
    factories.solution(title="Leur brouillon", state=State.DRAFT, created_by=factories.account())
    shown = page(logged.get("/proposer/"))
    assert mine.title in shown
    assert "Leur brouillon" not in shown
    assert list(drafts.list_drafts(author)) == [Record.objects.get(pk=mine.pk)]


def test_an_account_does_not_fill_the_base_with_drafts(logged, author, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 1)
    draft(author)
    answer = logged.post(
        "/proposer/besoin/", {"title": "Un de trop", "summary": "", "owner": ""}, follow=True
    )
    assert "Vous avez déjà 1 brouillons" in page(answer)
    assert Record.objects.count() == 1


@pytest.mark.parametrize("kind", ["lune", "fiche-x"])
def test_an_unknown_kind_does_not_exist(logged, kind):
    assert logged.get(f"/proposer/{kind}/").status_code == 404


def test_an_unknown_step_does_not_exist(logged, author):
    record = draft(author)
    assert logged.get(step(record, "lieu")).status_code == 404
    assert logged.get(step(record, "lune")).status_code == 404


def test_leaving_keeps_what_was_typed(logged, author):
    record = draft(author)
    answer = post(logged, record, "essentiel", title="Gardé", summary="", suite="quitter")
    assert answer.url == reverse("catalogue:space-record", args=[record.slug])
    record.refresh_from_db()
    assert record.title == "Gardé"
