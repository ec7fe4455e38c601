"""Two people on one record, an expired session, forged fields, hostile values, who may and who may not."""

import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from catalogue.contributions import revisions
from catalogue.models import Experiment, Indicator, Record, Revision
from tests import factories
from tests.catalogue.contributions.journey import SUMMARY, draft, hidden, page, post, step

pytestmark = pytest.mark.django_db
State = Record.State


def opened(client, record, code="essentiel"):
    """The version of the page that a browser has open."""
    return hidden(client.get(step(record, code)), "version")


@pytest.fixture
def colleague(author):
    one = Client()
    one.force_login(factories.member(author.memberships.get().organisation))
    return one


def test_the_second_of_two_browsers_is_told_and_loses_nothing(logged, author, colleague):
    record = draft(author, title="Avant", summary="Avant")
    mine, theirs = opened(logged, record), opened(colleague, record)
    colleague.post(step(record, "essentiel"), {"version": theirs, "title": "Le leur", "summary": "Avant"})
    answer = logged.post(
        step(record, "essentiel"), {"version": mine, "title": "Le mien", "summary": "Résumé à moi"}
    )
    assert answer.status_code == 409
    told = page(answer)
    assert all(words in told for words in ("Le leur", "Le mien", "Résumé à moi", "valeur enregistrée"))
    record.refresh_from_db()
    assert (record.title, record.summary) == ("Le leur", "Avant")
    again = {"version": hidden(answer, "version"), "title": "Le mien", "summary": "Résumé à moi"}
    assert logged.post(step(record, "essentiel"), again).status_code == 302
    record.refresh_from_db()
    assert (record.title, record.summary) == ("Le mien", "Résumé à moi")


def test_two_who_change_different_fields_both_keep_theirs(logged, author, colleague):
    record = draft(author, title="Avant", summary="Avant")
    mine, theirs = opened(logged, record), opened(colleague, record)
    colleague.post(step(record, "essentiel"), {"version": theirs, "title": "Avant", "summary": "Le leur"})
    answer = logged.post(
        step(record, "essentiel"),
        {"version": mine, "title": "Le mien", "summary": "Avant", "owner": record.owner.slug},
        follow=True,
    )
    assert "Sa version est gardée" in page(answer)
    record.refresh_from_db()
    assert (record.title, record.summary) == ("Le mien", "Le leur")


def test_what_was_typed_when_the_session_ended_comes_back(client, author):
    record = draft(author, title="Avant")
    address = step(record, "essentiel")
    answer = client.post(address, {"version": "", "title": "Écrit trop tard", "summary": SUMMARY})
    assert answer.url.startswith(reverse("account_login"))
    session = client.session
    kept = session["kept_form"]
    client.force_login(author)
    session = client.session
    session["kept_form"] = kept
    session.save()
    answer = client.get(address)
    assert "Écrit trop tard" in page(answer)
    assert "Votre session avait expiré" in page(answer)
    record.refresh_from_db()
    assert record.title == "Avant"


def test_fields_that_the_page_does_not_have_are_ignored(logged, author):
    stranger = factories.organisation(slug="autre")
    record = draft(author, title="Avant")
    forged = {
        "title": "Après", "summary": SUMMARY, "state": "publiee", "slug": "vole", "proof_level": "5",
        "created_by": "1", "is_synthetic": "1",
    }  # fmt: skip
    assert post(logged, record, "essentiel", owner="", **forged).status_code == 302
    slug = record.slug
    record = Record.objects.get(pk=record.pk)
    assert (record.title, record.state, record.slug, record.owner) == ("Après", "brouillon", slug, None)
    assert record.proof_level in (None, 0)
    assert post(logged, record, "essentiel", owner=stranger.slug, **forged).status_code == 400
    record.refresh_from_db()
    assert record.owner is None


def test_a_record_says_where_it_comes_from_once_it_exists(logged, author):
    record = draft(author)
    said = {"title": record.title, "source_citation": "Délibération du 3 mars 2024"}
    address = "https://exemple.fr/deliberation"
    assert post(logged, record, "essentiel", **said, source_url="exemple point fr").status_code == 400
    assert post(logged, record, "essentiel", **said, source_url=address).status_code == 302
    record.refresh_from_db()
    assert (record.source_citation, record.source_url) == (said["source_citation"], address)
    assert address in page(logged.get(step(record, "essentiel")))
    assert "source_url" not in page(logged.get("/proposer/solution/"))


HOSTILE = ["\0", "a" * 100_000, "1e400", "-1", "9" * 5000, "٣", "NaN", "Infinity", "<script>", "🏙" * 300]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:8]))
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("solution", "essentiel"), ("solution", "detail"), ("experimentation", "deroulement"),
        ("site", "terrain"), ("besoin", "detail"), ("operation", "programme"), ("operation", "themes"),
        ("operation", "acteurs"), ("solution", "verifier"),
    ],
)  # fmt: skip
def test_no_value_breaks_a_step(logged, author, kind, code, value):
    makers = {
        "solution": factories.solution, "experimentation": factories.experiment, "site": factories.test_site,
        "besoin": factories.need, "operation": factories.operation,
    }  # fmt: skip
    record = draft(author, maker=makers[kind])
    fields = [
        "version", "title", "summary", "owner", "description", "trl", "costs", "url", "status", "year_start",
        "year_end", "outcome", "parent", "site_state", "ground_kinds", "available_from", "audiences",
        "frequency", "operation_type", "dwellings", "area_ha", "themes", "nom", "role", "organisation",
        "siret", "nouveau_nom", "reason", "suite", "programmes",
    ]  # fmt: skip
    for extra in ({}, {"ajouter": "1"}, {"retirer": value}):
        answer = logged.post(step(record, code), {**dict.fromkeys(fields, value), **extra})
        assert answer.status_code < 500


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:8]))
@pytest.mark.parametrize("code", ["resultats", "labels"])
def test_no_value_breaks_a_row(logged, author, code, value):
    record = draft(author, maker=factories.experiment if code == "resultats" else factories.operation)
    fields = [
        "version", "type", "name", "nature", "what", "reference", "value", "unit", "baseline", "text", "year",
        "period", "method", "measured_by", "document", "source_citation", "source_url", "etape", "label",
        "note",
    ]  # fmt: skip
    address = reverse("catalogue:propose-item", args=[record.slug, code, "nouveau"])
    assert logged.post(address, dict.fromkeys(fields, value)).status_code < 500
    typed = {"name": "Eau", "nature": "mesure", "value": value, "etape": "2016-2022:etape-1", "year": value}
    assert logged.post(address, typed).status_code < 500


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:8]))
def test_no_value_breaks_the_first_page(logged, value):
    posted = dict.fromkeys(["cle", "title", "summary", "owner", "solution", "suite"], value)
    for kind in ("solution", "experimentation"):
        assert logged.post(f"/proposer/{kind}/", posted).status_code < 500
        assert logged.get(f"/proposer/{kind}/", {"q": value[:300], "solution": value[:300]}).status_code < 500


def test_a_figure_is_added_corrected_and_taken_away(logged, author):
    record = draft(author, maker=factories.experiment)
    address = reverse("catalogue:propose-item", args=[record.slug, "resultats", "nouveau"])
    typed = {
        "name": "Eau économisée", "nature": "mesure", "what": "effet", "reference": "avant",
        "value": "1 250,5", "unit": "m³", "year": "2024", "source_citation": "Bilan",
    }  # fmt: skip
    for _click in range(2):
        assert logged.post(address, typed).status_code == 302
    row = Indicator.objects.get()
    assert str(row.value) == "1250.5000"
    assert Experiment.objects.get(pk=record.pk).proof_level is None or row.nature == "mesure"
    edit = reverse("catalogue:propose-item", args=[record.slug, "resultats", str(row.pk)])
    shown = hidden(logged.get(edit), "version")
    assert "1250,5" in page(logged.get(edit))
    assert logged.post(edit, {**typed, "value": "3", "version": shown}).status_code == 302
    stale = logged.post(edit, {**typed, "value": "4", "version": shown})
    assert stale.status_code == 409
    row.refresh_from_db()
    assert row.value == 3
    logged.post(edit, {"retirer": "1"})
    assert not Indicator.objects.exists()


def test_a_colleague_does_not_give_the_record_away(author, colleague):
    record = draft(author, title="Avant")
    assert 'name="owner"' not in page(colleague.get(step(record, "essentiel")))
    assert post(colleague, record, "essentiel", title="Après", owner="").status_code == 302
    record.refresh_from_db()
    assert (record.title, record.owner) == ("Après", author.memberships.get().organisation)


def test_a_row_of_another_record_is_not_found(logged, author):
    record = draft(author, maker=factories.experiment)
    other = factories.indicator(factories.experiment())
    address = reverse("catalogue:propose-item", args=[record.slug, "resultats", str(other.pk)])
    assert logged.get(address).status_code == 404
    assert logged.post(address, {"retirer": "1"}).status_code == 404
    assert Indicator.objects.filter(pk=other.pk).exists()


def test_an_organisation_is_added_by_name_by_number_and_once(logged, author):
    record = draft(author, owner=None)
    ville = factories.organisation(name="Ville de Vannes", slug="ville-de-vannes")
    factories.organisation(name="Ville de Vannes-le-Châtel")
    post = {"ajouter": "1", "role": "partenaire"}
    answer = logged.post(step(record, "acteurs"), {**post, "nom": "Vannes"})
    assert "Laquelle" in page(answer)
    for _click in range(2):
        logged.post(step(record, "acteurs"), {**post, "nom": "vannes", "organisation": ville.slug})
    assert [link.organisation for link in record.organisation_links.all()] == [ville]
    answer = logged.post(step(record, "acteurs"), {**post, "nom": "732 829 320 00074"})
    assert 'value="73282932000074"' in page(answer)
    bad = {**post, "nom": "Neuve", "nouveau_nom": "Neuve", "siret": "73282932000075"}
    for wrong in ("73282932000075", "73282932100007"):  # the key of the SIRET, that of its SIREN
        assert "n’est pas un numéro SIRET" in page(
            logged.post(step(record, "acteurs"), {**bad, "siret": wrong})
        )
    logged.post(step(record, "acteurs"), {**bad, "siret": "73282932000074"})
    assert record.organisations.filter(siret="73282932000074", name="Neuve").exists()
    logged.post(step(record, "acteurs"), {"retirer": f"partenaire:{ville.slug}"})
    assert record.organisations.count() == 1


def test_a_published_record_is_changed_through_a_revision(client, author):
    record = draft(author, state=State.PUBLISHED, title="Publié", summary="Avant")
    client.force_login(author)
    assert post(client, record, "essentiel", title="Proposé", summary="Avant").status_code == 302
    record.refresh_from_db()
    assert record.title == "Publié"
    revision = Revision.objects.get()
    assert revision.changes == {"title": ["Publié", "Proposé"]}
    assert "Proposé" in page(client.get(step(record, "essentiel")))
    assert "Proposé" not in page(Client().get(record.get_absolute_url()))
    review = page(client.get(step(record, "verifier")))
    assert "Publié" in review
    assert "Proposé" in review
    assert client.post(step(record, "verifier"), {"reason": "Nouveau nom"}).status_code == 302
    revision.refresh_from_db()
    assert (revision.state, revision.reason) == ("proposee", "Nouveau nom")


def test_prepared_changes_can_be_given_up(client, author):
    record = draft(author, state=State.PUBLISHED)
    client.force_login(author)
    post(client, record, "essentiel", title="Proposé", summary="")
    client.post(reverse("catalogue:propose-discard", args=[record.slug]))
    assert not Revision.objects.exists()


def test_the_place_and_the_rows_of_a_published_record_wait_too(client, author):
    record = draft(author, maker=factories.experiment, state=State.PUBLISHED)
    client.force_login(author)
    address = reverse("catalogue:propose-item", args=[record.slug, "resultats", "nouveau"])
    typed = {"name": "Eau", "nature": "annonce", "what": "effet", "text": "Moins d’eau"}
    for _click in range(2):
        client.post(address, typed)
    assert not Indicator.objects.exists()
    listed = page(client.get(step(record, "resultats")))
    assert "Moins d’eau" in listed
    revision = Revision.objects.get()
    assert len(revision.changes["indicators"][1]) == 1
    ref = "n" + revision.changes["indicators"][1][0]["new"]
    edit = reverse("catalogue:propose-item", args=[record.slug, "resultats", ref])
    shown = hidden(client.get(edit), "version")
    client.post(edit, {**typed, "text": "Bien moins d’eau", "version": shown})
    revision.refresh_from_db()
    assert revision.changes["indicators"][1][0]["text"] == "Bien moins d’eau"
    client.post(edit, {"retirer": "1"})
    revision.refresh_from_db()
    assert revision.changes == {}


def confirm(client, record, wkt):
    """Draw a place, then say that the territory found is the right one."""
    address = step(record, "lieu")
    shown = hidden(client.get(address), "version")
    typed = {"version": shown, "way": "carte", "geometry": wkt, "country": "FR", "place_name": "Quai"}
    answer = client.post(address, typed)
    assert answer.status_code == 200
    assert "Est-ce bien là" in page(answer)
    found = answer.context["form"]["confirmed"].value()
    return client.post(address, {**typed, "confirmed": found})


def test_a_place_is_confirmed_then_saved(logged, author):
    town = factories.commune(lon=2.0, name="Ouest")
    record = draft(author, maker=factories.need, geometry=None)
    assert confirm(logged, record, "POINT (2.05 47.05)").status_code == 302
    record.refresh_from_db()
    assert record.geometry.coords == (2.05, 47.05)
    assert (record.location_precision, record.territory, record.place_name) == ("exacte", town, "Quai")


def test_the_place_of_a_published_record_waits(client, author):
    town = factories.commune(lon=2.0, name="Ouest")
    record = draft(author, maker=factories.need, state=State.PUBLISHED)
    client.force_login(author)
    assert confirm(client, record, "POINT (2.05 47.05)").status_code == 302
    record.refresh_from_db()
    assert record.geometry.coords != (2.05, 47.05)
    revision = Revision.objects.get()
    assert revision.changes["territory"][1] == f"commune:{town.code}"
    assert "2.05" in page(client.get(step(record, "lieu")))
    revisions.propose(revision, "")
    revisions.accept(revision, factories.curator())
    record.refresh_from_db()
    assert (record.geometry.coords, record.territory) == ((2.05, 47.05), town)


def test_a_curator_corrects_a_published_record_at_once_and_the_import_keeps_off(client):
    record = factories.solution(external_id="x", source=factories.source(), title="Importé")
    client.force_login(factories.curator())
    assert post(client, record, "essentiel", title="Corrigé", summary="").status_code == 302
    record.refresh_from_db()
    assert (record.title, record.locked_fields) == ("Corrigé", ["title"])
    trace = Revision.objects.get()
    assert (trace.state, trace.changes) == ("acceptee", {"title": ["Importé", "Corrigé"]})


PAGES = ["essentiel", "themes", "acteurs", "documents", "verifier", "supprimer", "detail"]


@pytest.mark.parametrize("code", PAGES)
def test_the_draft_of_another_does_not_exist(client, author, code):
    record = draft(author)
    address = f"/proposer/fiche/{record.slug}/{code}/"
    assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(factories.member())
    assert client.get(address).status_code == 404
    assert client.post(address, {"title": "Volé", "suite": "continuer"}).status_code == 404
    record.refresh_from_db()
    assert record.title != "Volé"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.REFUSED, State.ARCHIVED])
def test_a_record_that_left_its_author_is_not_edited(logged, author, state):
    record = draft(author, state=state)
    assert logged.get(step(record, "essentiel")).status_code == 404


def test_a_draft_is_deleted_after_it_is_asked(logged, author):
    record = draft(author)
    address = reverse("catalogue:propose-delete", args=[record.slug])
    assert "Il n’y a pas de retour" in page(logged.get(address))
    assert Record.objects.filter(pk=record.pk).exists()
    logged.post(address)
    assert not Record.objects.filter(pk=record.pk).exists()


def test_a_solution_with_experiments_is_not_deleted(logged, author):
    record = draft(author)
    factories.experiment(solution=record)
    answer = logged.post(reverse("catalogue:propose-delete", args=[record.slug]), follow=True)
    assert "s’appuie sur cette solution" in page(answer)


def test_the_pages_cost_a_bounded_number_of_queries(logged, author, django_assert_max_num_queries):
    record = draft(author, maker=factories.experiment)
    for _row in range(8):
        factories.indicator(record)
        link = {"role": "partenaire"}
        record.organisations.add(factories.organisation(), through_defaults=link)
    for code in ("essentiel", "themes", "resultats", "acteurs", "verifier", "deroulement"):
        with django_assert_max_num_queries(24):
            logged.get(step(record, code))
    with django_assert_max_num_queries(10):
        logged.get("/proposer/")


@pytest.mark.django_db(transaction=True)
def test_twenty_simultaneous_clicks_make_one_record(author):
    clients = [Client() for _click in range(6)]
    for one in clients:
        one.force_login(author)
    posted = {
        "cle": "5e0c2a56-6f3e-4f0e-9d2c-0a5a3a1d7d11", "title": "Pavé", "summary": "", "owner": "",
    }  # fmt: skip
    answers = []

    def click(one):
        try:
            answers.append(one.post("/proposer/solution/", posted).url)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[one]) for one in clients]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(answers)) == 1
    assert len(answers) == 6
    assert Record.objects.count() == 1
    connection.close()
