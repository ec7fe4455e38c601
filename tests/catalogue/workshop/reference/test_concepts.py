"""The thesaurus in the workshop: names line by line, no circle, one concept a name, merges that unite."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from catalogue.models import Concept, ConceptName, Job, ReferenceChange, SavedSearch
from catalogue.queue import defer_task
from catalogue.tasks import read_words_again
from catalogue.workshop.reference import line_merge
from catalogue.workshop.reference.line_changes import ReferenceRefused
from catalogue.workshop.reference.lists import LISTS
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/atelier/referentiels/notions/"
WORD = f"{LIST}mot/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return client_of(factories.curator())


@pytest.fixture
def road() -> Concept:
    return factories.concept(code="chaussees", label="état des chaussées", synonyms=["nids-de-poule"])


def line(code: str) -> str:
    return f"{LIST}ligne/{code}/"


def filled(client: Client, url: str) -> dict[str, Any]:
    """What the form of a concept holds, as a browser sends it back."""
    form = client.get(url).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def names_of(concept: Concept) -> list[str]:
    return sorted(ConceptName.objects.filter(concept=concept).values_list("name", flat=True))


def waiting() -> int:
    return Job.objects.filter(task_name="read_words_again", status="todo").count()


def test_names_are_edited_line_by_line_and_can_be_restored(client: Client, road: Concept) -> None:
    above = factories.concept(code="voirie", label="entretien de la voirie")
    form = filled(client, line("chaussees"))
    assert form["synonyms"] == "nids-de-poule"
    form |= {"synonyms": " trous  dans la route \n\nnids-de-poule\nNids-de-poule\n", "broader": above.pk}
    assert client.post(line("chaussees"), form).status_code == 302
    road.refresh_from_db()
    assert (road.synonyms, road.broader) == (["nids-de-poule", "trous dans la route"], above)
    assert names_of(road) == ["nids-de-poule", "trous dans la route", "état des chaussées"]
    change = ReferenceChange.objects.get()
    assert change.changes == {
        "synonyms": [["nids-de-poule"], ["nids-de-poule", "trous dans la route"]],
        "broader": [None, "voirie"],
    }
    page = client.get(line("chaussees")).content.decode()
    assert "nids-de-poule ; trous dans la route" in page
    for name in ("synonyms", "broader"):
        client.post(f"/atelier/referentiels/changements/{change.pk}/retablir/", {"champ": name})
    road.refresh_from_db()
    assert (road.synonyms, road.broader) == (["nids-de-poule"], None)


def test_the_first_names_of_a_concept_can_be_taken_back(client: Client) -> None:
    concept = factories.concept(code="noue", label="noue")
    client.post(line("noue"), {**filled(client, line("noue")), "synonyms": "jardin de pluie"})
    change = ReferenceChange.objects.get()
    client.post(f"/atelier/referentiels/changements/{change.pk}/retablir/", {"champ": "synonyms"})
    concept.refresh_from_db()
    assert concept.synonyms == []


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"synonyms": "x"}, "un nom a de 2 à 80 caractères"),
        ({"synonyms": "x" * 81}, "un nom a de 2 à 80 caractères"),
        ({"synonyms": "Lampadaires"}, "déjà un nom de la notion « éclairage public »"),
        ({"label": "éclairages publics"}, "déjà un nom de la notion « éclairage public »"),
        ({"label": ""}, "obligatoire"),
    ],
)
def test_what_would_mislead_a_search_is_refused(
    client: Client, road: Concept, typed: dict[str, str], problem: str
) -> None:
    factories.concept(label="éclairage public", synonyms=["lampadaire"])
    answer = client.post(line("chaussees"), {**filled(client, line("chaussees")), **typed})
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert not ReferenceChange.objects.exists()


def test_no_concept_is_above_itself(client: Client, road: Concept) -> None:
    below = factories.concept(code="trou", label="trou", broader=road)
    offered = client.get(line("chaussees")).context["form"].fields["broader"].queryset
    assert road not in offered
    answer = client.post(line("chaussees"), {**filled(client, line("chaussees")), "broader": below.pk})
    assert "tournerait en rond" in answer.content.decode()
    with pytest.raises(IntegrityError, match="above itself"), transaction.atomic():
        Concept.objects.filter(pk=road.pk).update(broader=below)
    with pytest.raises(IntegrityError, match="above itself"), transaction.atomic():
        Concept.objects.filter(pk=road.pk).update(broader=road)


def test_concepts_are_found_by_any_of_their_names_in_the_order_of_the_alphabet(
    client: Client, road: Concept
) -> None:
    factories.concept(label="bruit", synonyms=["nuisance sonore"])
    page = client.get(f"{LIST}?q=Nids")
    assert [row.title for row in page.context["rows"]] == ["état des chaussées"]
    assert page.context["rows"][0].details == ["nids-de-poule"]
    assert [row.title for row in client.get(LIST).context["rows"]] == ["bruit", "état des chaussées"]
    assert not client.get(LIST).context["can_order"]


def test_two_concepts_become_one_and_two_again(client: Client, road: Concept) -> None:
    other = factories.concept(code="routes", label="routes abîmées", synonyms=["nids-de-poule", "ornières"])
    below = factories.concept(label="fissure", broader=other)
    before = list(Concept.objects.order_by("pk").values())
    url = f"{line('routes')}reunir/?avec=chaussees"
    page = client.get(url)
    assert [(one.label, one.moved, one.doubles) for one in page.context["effects"]] == [
        ("noms", 2, 1),
        ("notions plus précises", 1, 0),
    ]
    tokens = {name: page.context["form"][name].value() for name in ("seen", "other")}
    assert client.post(url, tokens).status_code == 302
    road.refresh_from_db()
    below.refresh_from_db()
    assert road.synonyms == ["nids-de-poule", "ornières", "routes abîmées"]
    assert below.broader == road
    assert names_of(other) == []
    assert waiting() == 1
    merge = ReferenceChange.objects.get(action="reunion")
    assert client.get(line("chaussees")).context["history"][0].reason.startswith("« routes abîmées » réuni")
    client.post(f"/atelier/referentiels/changements/{merge.pk}/annuler/")
    assert list(Concept.objects.order_by("pk").values()) == before
    assert names_of(other) == ["nids-de-poule", "ornières", "routes abîmées"]


def test_a_concept_is_not_merged_into_one_of_its_own(road: Concept) -> None:
    middle = factories.concept(broader=road)
    below = factories.concept(broader=middle)
    ref = LISTS["notions"]
    with pytest.raises(ReferenceRefused, match="plus large"):
        line_merge.merge_lines(
            ref, (road.pk, below.pk), line_merge.make_tokens(ref, road, below), factories.administrator()
        )


def test_every_change_has_the_saved_searches_read_again(client: Client, road: Concept) -> None:
    client.post(line("chaussees"), filled(client, line("chaussees")))
    assert waiting() == 0
    client.post(line("chaussees"), {**filled(client, line("chaussees")), "synonyms": "ornières"})
    assert waiting() == 1
    client.post(f"{LIST}ajouter/", {"label": "bruit", "synonyms": "nuisance sonore"})
    assert waiting() == 2
    client.post(f"{line('bruit')}archiver/", {"seen": client.get(line("bruit")).context["seen"]})
    assert waiting() == 3
    posted = {"label": "bruits", "code": "bruit", "synonyms": "tapage", "description": "", "broader": ""}
    page = f"/administration/catalogue/concept/{Concept.objects.get(code='bruit').pk}/change/"
    assert client_of(factories.administrator()).post(page, posted).status_code == 302
    assert waiting() == 4
    assert Concept.objects.get(code="bruit").synonyms == ["tapage"]
    factories.theme(code="eau", label="Eau")
    client.post("/atelier/referentiels/themes/ligne/eau/", {"label": "Eaux", "seen": ""})
    assert waiting() == 4


def test_only_the_last_of_several_changes_reads_the_searches_that_have_words() -> None:
    user = factories.account()
    worded, other = (
        SavedSearch.objects.create(user=user, name="a", query_string="q=bruit", words="bruit"),
        SavedSearch.objects.create(user=user, name="b", query_string="type=solution"),
    )
    read_words_again()
    worded.refresh_from_db()
    other.refresh_from_db()
    assert worded.read_at is not None
    assert other.read_at is None
    SavedSearch.objects.update(read_at=None)
    defer_task("read_words_again")
    read_words_again()
    worded.refresh_from_db()
    assert worded.read_at is None


def test_a_word_that_is_missing_becomes_a_name_in_one_step(client: Client, road: Concept) -> None:
    page = client.get(f"{WORD}?mot=orni%C3%A8re")
    assert page.context["form"]["mot"].value() == "ornière"
    assert page.context["add_url"] == f"{LIST}ajouter/?nom=orni%C3%A8re"
    assert client.get(page.context["add_url"]).context["form"]["label"].value() == "ornière"
    answer = client.post(WORD, {"mot": "ornière", "notion": "chaussees", "reason": "Recherche sans réponse"})
    assert answer["Location"] == line("chaussees")
    road.refresh_from_db()
    assert road.synonyms == ["nids-de-poule", "ornière"]
    assert ReferenceChange.objects.get().reason == "Recherche sans réponse"
    factories.concept(code="bruit", label="bruit")
    refused = client.post(WORD, {"mot": "ornières", "notion": "bruit"})
    assert "déjà un nom de la notion « état des chaussées »" in refused.content.decode()
    for wrong in ({"mot": "x", "notion": "bruit"}, {"mot": "sillon", "notion": "inconnue"}, {}):
        assert client.post(WORD, wrong).status_code == 422


def test_a_limited_curator_reads_the_thesaurus_and_changes_nothing(road: Concept) -> None:
    limited = client_of(factories.curator(regions=[factories.territory(Level.REGION)]))
    assert limited.get(line("chaussees")).context["form"] is None
    assert limited.get(WORD).status_code == 404
    assert limited.post(WORD, {"mot": "ornière", "notion": "chaussees"}).status_code == 404
    assert client_of(factories.account()).get(WORD).status_code == 404
    assert not ReferenceChange.objects.exists()
