"""What the home of an account proposes, and its private feed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string

from catalogue.alerts import feed, matching
from catalogue.alerts.proposals import proposals_for
from catalogue.models import Organisation, Record
from geo.models import TerritoryProfile
from tests import factories
from tests.catalogue.alerts.searches import saved

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def shown(user: User) -> str:
    return render_to_string("catalogue/alerts/_proposals.html", {"proposals": proposals_for(user)})


@pytest.fixture
def solution(user: User, eau) -> Record:
    """A solution of the account, proven in one commune, with a site, a need and a twin to propose."""
    one = factories.solution(created_by=user, title="Pavé drainant", slug="pave")
    one.themes.add(eau)
    model, twin = (factories.commune(name=name) for name in ("Modèle", "Jumelle"))
    for n, place in enumerate((model, twin)):
        TerritoryProfile.objects.create(
            territory=place, level="commune", values=[1000, 50, 80, 1, 9000, 12, 0, 0], profile=(n, *[0] * 7)
        )
    factories.measured_experiment(solution=one, territory=model, geometry=model.point)
    factories.test_site(title="Friche", site_state="ouvert", territory=factories.commune()).themes.add(eau)
    need = factories.need(title="Moins de ruissellement", territory=factories.commune())
    need.themes.add(eau)
    factories.meaning(one)
    factories.meaning(need, 0.45)
    return one


def test_three_grounds_for_a_solution_each_explained(user, solution):
    (proposal,) = proposals_for(user)
    assert proposal.title == "Trois terrains pour «\u00a0Pavé drainant\u00a0»"
    assert proposal.url == "/trouver-un-terrain/?solution=pave"
    page = shown(user)
    for words in ("Friche", "Moins de ruissellement", "Jumelle", "Ressemblance", "Ouverture"):
        assert words in page
    assert page.count('class="facteurs"') == 3


def test_five_proven_solutions_for_a_need_and_for_a_territory(user, rennes, eau):
    for n in range(6):
        one = factories.solution(title=f"Éprouvée {n}")
        one.themes.add(eau)
        factories.measured_experiment(solution=one, territory=rennes, geometry=rennes.point)
    factories.experiment(territory=rennes, geometry=rennes.point)
    need = factories.need(title="Moins de bruit", created_by=user, territory=rennes, geometry=rennes.point)
    need.themes.add(eau)
    town = factories.organisation(name="Ville", kind=Organisation.Kind.COLLECTIVITE, territory=rennes)
    factories.membership(user, town)
    for_need, for_town = proposals_for(user)
    assert for_need.title == "Cinq solutions éprouvées pour votre besoin «\u00a0Moins de bruit\u00a0»"
    assert for_need.url == "/territoires/commune/35238/?theme=eau"
    assert for_town.title == "Cinq solutions éprouvées pour le territoire de Rennes"
    assert [len(one.items) for one in (for_need, for_town)] == [5, 5]
    assert "sur le territoire" in shown(user)


def test_records_of_the_organisation_count_once_the_place_is_confirmed(user, solution):
    firm = factories.organisation()
    Record.objects.update(created_by=None)
    Record.objects.filter(pk=solution.pk).update(owner=firm)
    place = factories.membership(user, firm, confirmed_at=None)
    assert proposals_for(user) == []
    place.confirmed_at = solution.created_at
    place.save()
    assert len(proposals_for(user)) == 1


def test_nothing_for_a_draft_and_nothing_of_a_draft(user, solution):
    Record.objects.filter(kind__in=["site", "besoin"]).update(state=Record.State.SUBMITTED)
    page = shown(user)
    assert "Friche" not in page
    assert "Moins de ruissellement" not in page
    Record.objects.filter(pk=solution.pk).update(state=Record.State.DRAFT)
    assert proposals_for(user) == []


def test_an_account_with_nothing_is_told_what_would_be_proposed(user):
    assert "Rien à vous proposer pour le moment" in shown(user)
    need = factories.need(created_by=user, geometry=None)
    assert need.pk
    assert proposals_for(user) == []


def test_the_number_of_queries_is_bounded(user, solution, eau, rennes, django_assert_max_num_queries):
    for _n in range(5):
        factories.solution(created_by=user).themes.add(eau)
        factories.need(created_by=user, territory=rennes).themes.add(eau)
    with django_assert_max_num_queries(32):
        shown(user)


def entries(document: bytes) -> list[ET.Element]:
    return ET.fromstring(document).findall(f"{ATOM}entry")


def test_the_feed_is_valid_atom_with_matches_and_proposals(client, user, solution):
    search = saved("type=besoin", user=user, name="Un nom à moi")
    need = factories.need(title="Besoin & « guillemets »")
    matching.match_published([need.pk])
    key = feed.new_key(user)
    answer = client.get(f"/flux/{key.key}.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert root.find(f"{ATOM}{name}") is not None, name
    assert any(link.get("rel") == "self" for link in root.findall(f"{ATOM}link"))
    found = root.findall(f"{ATOM}entry")
    assert len(found) == 3
    ids = [entry.findtext(f"{ATOM}id") for entry in found]
    assert len(set(ids)) == 3
    for entry in found:
        for name in ("id", "title", "updated", "link"):
            assert entry.find(f"{ATOM}{name}") is not None, name
    text = answer.text
    assert "Trouvée par une de vos recherches : besoins" in text
    assert "Trois terrains pour" in text
    for personal in (user.email, user.username, search.name):
        assert personal not in text


def test_the_feed_answers_304_until_something_changes(client, user):
    saved("type=besoin", user=user)
    key = feed.new_key(user)
    path = f"/flux/{key.key}.atom"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again["ETag"] == first["ETag"]
    assert not again.content
    dated = client.get(path, headers={"If-Modified-Since": first["Last-Modified"]})
    assert dated.status_code == 304
    matching.match_published([factories.need().pk])
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert len(entries(changed.content)) == 1
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_the_feed_shows_published_records_alone(client, user, solution):
    saved("type=besoin", user=user)
    need = factories.need(title="Retirée")
    matching.match_published([need.pk])
    path = f"/flux/{feed.new_key(user).key}.atom"
    assert "Retirée" in client.get(path).text
    Record.objects.filter(pk=need.pk).update(state=Record.State.ARCHIVED)
    Record.objects.filter(kind="site").update(state=Record.State.DRAFT)
    text = client.get(path).text
    assert "Retirée" not in text
    assert "Friche" not in text


def test_the_feed_of_another_key_or_of_a_closed_account_does_not_exist(client, user):
    path = f"/flux/{feed.new_key(user).key}.atom"
    assert client.get("/flux/x.atom").status_code == 404
    assert client.get(f"/flux/{'é' * 43}.atom").status_code == 404
    user.is_active = False
    user.save()
    assert client.get(path).status_code == 404


def test_a_feed_with_nothing_is_valid_too(client, user):
    answer = client.get(f"/flux/{feed.new_key(user).key}.atom")
    assert answer.status_code == 200
    assert entries(answer.content) == []


def test_the_feed_costs_a_bounded_number_of_queries(client, user, solution, django_assert_max_num_queries):
    saved("type=besoin", user=user)
    matching.match_published([factories.need().pk for _n in range(5)])
    path = f"/flux/{feed.new_key(user).key}.atom"
    with django_assert_max_num_queries(16):
        client.get(path)
