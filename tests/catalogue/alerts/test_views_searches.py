"""Saved searches through HTTP: what works, whose they are, what is refused."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from catalogue.alerts import matching, saving
from catalogue.models import FeedKey, Record, SavedSearch
from geo.models import CompletionTerm
from tests import factories
from tests.catalogue.alerts.searches import saved

pytestmark = pytest.mark.django_db
LIST = "/mon-espace/recherches/"
SAVE = "/recherches/enregistrer/"
GIVEN = {"name": "Les besoins", "rhythm": "hebdomadaire"}


@pytest.mark.parametrize(
    ("page", "target"), [("/carte/", "carte"), ("/fiches/", "carte"), ("/trouver-un-terrain/", "terrain")]
)
def test_the_pages_offer_to_keep_the_search_they_show(client, eau, page, target):
    answer = client.get(page, {"theme": "eau"})
    assert f"{SAVE}?cible={target}&amp;theme=eau" in answer.text


def test_a_visitor_logs_in_and_comes_back_to_the_search(client, user):
    address = f"{SAVE}?cible=carte&type=besoin"
    answer = client.get(address)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [address]
    client.force_login(user)
    page = client.get(address)
    assert page.status_code == 200
    assert 'value="Besoins"' in page.text


def test_a_form_sent_after_the_session_ended_is_given_back(client, user):
    client.post(f"{SAVE}?cible=carte&type=besoin", {**GIVEN, "name": "Mon nom à moi"})
    client.force_login(user)
    page = client.get(f"{SAVE}?cible=carte&type=besoin")
    assert 'value="Mon nom à moi"' in page.text
    assert not SavedSearch.objects.exists()


def test_a_search_is_kept_without_what_says_nothing(mine, user, eau):
    address = f"{SAVE}?cible=carte&q=&theme=eau&theme=eau&page=3&tri=recent&inconnu=1&type=besoin"
    answer = mine.post(address, GIVEN, follow=True)
    search = SavedSearch.objects.get()
    assert (search.user, search.target, search.rhythm) == (user, "carte", "hebdomadaire")
    assert search.query_string == "type=besoin&theme=eau&tri=recent"
    assert "Recherche « Les besoins » enregistrée. Vous serez prévenu une fois par semaine." in answer.text
    opened = mine.get(saving.search_url(search))
    assert opened.status_code == 200


def test_a_search_of_grounds_is_kept(mine, eau):
    mine.post(f"{SAVE}?cible=terrain&theme=eau&rayon=&echelle=epci", GIVEN)
    answer = mine.post(f"{SAVE}?cible=terrain&theme=eau", GIVEN)
    search = SavedSearch.objects.get()
    assert search.query_string == "theme=eau"
    assert saving.search_url(search) == "/trouver-un-terrain/?theme=eau"
    assert answer.status_code == 302


def test_a_place_among_the_words_becomes_the_place(mine, rennes):

    CompletionTerm.objects.create(territory=rennes, term="rennes", kind=CompletionTerm.Kind.NAME, weight=1)
    answer = mine.get(f"{SAVE}?cible=carte&q=compost+près+de+rennes")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query) == {
        "cible": ["carte"],
        "q": ["compost"],
        "autour": ["commune:35238"],
    }


def test_a_double_click_keeps_one_search(mine):
    for _click in range(2):
        answer = mine.post(f"{SAVE}?cible=carte&type=besoin", GIVEN, follow=True)
    assert SavedSearch.objects.count() == 1
    assert "déjà enregistré" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "", "cible=ailleurs", "cible=carte&type=maison", "cible=carte&bbox=1,2,3", "cible=carte&preuve=9",
        "cible=carte&autour=0,91", "cible=carte&rayon=5", "cible=terrain&solution=inconnue",
        "cible=terrain&theme=rien", "cible=carte&page=x",
    ],
)  # fmt: skip
def test_criteria_that_make_no_sense_are_told_as_on_the_map(mine, query):
    for answer in (mine.get(f"{SAVE}?{query}"), mine.post(f"{SAVE}?{query}", GIVEN)):
        assert answer.status_code == 400
        assert "erreur" in answer.text or "n’existe pas" in answer.text or "obligatoire" in answer.text
    assert not SavedSearch.objects.exists()


def test_a_search_that_is_too_long_is_refused(mine):
    query = "&".join(f"bbox={n:.17f},40,5,50" for n in (1.5,)) + "&q=" + "é" * 190
    themes = "".join(
        f"&theme={factories.theme(code=f'un-theme-au-code-tres-long-{n}').code}" for n in range(50)
    )
    answer = mine.get(f"{SAVE}?cible=carte&{query}{themes}")
    assert answer.status_code == 400
    assert "trop de critères" in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": " ", "rhythm": "jamais"},
        {"name": "x" * 121, "rhythm": "jamais"},
        {"name": "A", "rhythm": "horaire"},
    ],
)
def test_a_bad_form_says_so_and_keeps_nothing(mine, given):
    answer = mine.post(f"{SAVE}?cible=carte", given)
    assert answer.status_code == 200
    assert "champ-erreur" in answer.text
    assert not SavedSearch.objects.exists()


def test_a_window_of_nowhere_is_told_on_the_form(mine):
    answer = mine.post(f"{SAVE}?cible=carte&bbox=0,86,10,89", GIVEN)
    assert answer.status_code == 200
    assert "ne contient aucun lieu" in answer.text


def test_fifty_searches_and_no_more(mine, user, monkeypatch):
    monkeypatch.setattr(saving, "MOST_PER_ACCOUNT", 2)
    for kind in ("besoin", "site"):
        saved(f"type={kind}", user=user)
    answer = mine.post(f"{SAVE}?cible=carte&type=solution", GIVEN)
    assert "Vous avez déjà 2 recherches enregistrées" in answer.text
    assert SavedSearch.objects.count() == 2


def test_the_list_shows_its_own_with_what_they_found(mine, user, django_assert_max_num_queries):
    for n in range(5):
        saved(f"preuve={n}", user=user, name=f"Preuve {n}")
    search = saved("type=besoin", user=user, name="Les besoins")
    saved("", name="D’un autre")
    need, hidden = factories.need(), factories.need()
    matching.match_published([need.pk, hidden.pk])
    Record.objects.filter(pk=hidden.pk).update(state=Record.State.ARCHIVED)
    with django_assert_max_num_queries(8):
        page = mine.get(LIST)
    assert "Les besoins" in page.text
    assert "Une fiche trouvée depuis" in page.text
    assert "D’un autre" not in page.text
    assert f"{LIST}{search.pk}/" in page.text
    assert mine.get(LIST, {"page": 2}).status_code == 404
    assert mine.get(LIST, {"page": "x"}).status_code == 400
    assert mine.post(LIST).status_code == 405


def test_an_empty_list_says_where_to_begin(mine):
    assert "Aucune recherche enregistrée" in mine.get(LIST).text


def test_a_search_shows_what_it_found_and_is_changed(mine, user, django_assert_max_num_queries):
    search = saved("type=besoin", user=user, rhythm="jamais")
    needs = [factories.need() for _ in range(21)]
    matching.match_published([need.pk for need in needs])
    Record.objects.filter(pk=needs[0].pk).update(state=Record.State.ARCHIVED)
    address = f"{LIST}{search.pk}/"
    with django_assert_max_num_queries(8):
        page = mine.get(address)
    assert page.text.count("Pourquoi : besoins") == 20
    assert f"/fiches/{needs[0].slug}/" not in page.text
    assert mine.get(address, {"page": "a"}).status_code == 400
    answer = mine.post(address, {"name": "Autre nom", "rhythm": "immediat"})
    assert answer.status_code == 302
    search.refresh_from_db()
    assert (search.name, search.rhythm) == ("Autre nom", "immediat")
    assert search.alerted_since is not None
    bad = mine.post(address, {"name": "", "rhythm": "immediat"})
    assert "champ-erreur" in bad.text
    assert "Autre nom" in bad.text


def test_a_search_is_deleted_when_it_is_confirmed(mine, user):
    search = saved("type=besoin", user=user)
    address = f"{LIST}{search.pk}/supprimer/"
    assert "Supprimer" in mine.get(address).text
    assert SavedSearch.objects.exists()
    assert mine.post(address).status_code == 302
    assert not SavedSearch.objects.exists()


def test_those_of_others_do_not_exist(mine, client):
    search = saved("type=besoin")
    for path in (
        f"{LIST}{search.pk}/",
        f"{LIST}{search.pk}/supprimer/",
        f"{LIST}0/",
        f"{LIST}99999999999999999999/",
    ):
        assert mine.get(path).status_code == 404
        assert mine.post(path, GIVEN).status_code == 404
    search.refresh_from_db()
    assert search.name == "Ma recherche"


def test_a_change_needs_the_token_of_the_form(user):
    search = saved("type=besoin", user=user)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    for path in (
        f"{SAVE}?cible=carte",
        f"{LIST}{search.pk}/",
        f"{LIST}{search.pk}/supprimer/",
        f"{LIST}flux/",
    ):
        assert strict.post(path, GIVEN).status_code == 403


def test_a_visitor_is_asked_to_log_in(client):
    for path in (LIST, f"{LIST}1/", f"{LIST}1/supprimer/", f"{LIST}flux/"):
        assert client.get(path).status_code == 302


def test_a_name_is_text(mine, user):
    saved("type=besoin", user=user, name="<script>alert(1)</script>")
    page = mine.get(LIST).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_address_of_the_feed_is_drawn_and_drawn_anew(mine, user):
    assert not FeedKey.objects.exists()
    mine.get(LIST)
    assert not FeedKey.objects.exists()
    mine.post(f"{LIST}flux/")
    first = FeedKey.objects.get(user=user).key
    assert f"/flux/{first}.atom" in mine.get(LIST).text
    mine.post(f"{LIST}flux/")
    second = FeedKey.objects.get(user=user).key
    assert second != first
    assert mine.get(f"{LIST}flux/").status_code == 405
    assert mine.get(f"/flux/{first}.atom").status_code == 404
    assert mine.get(f"/flux/{second}.atom").status_code == 200
