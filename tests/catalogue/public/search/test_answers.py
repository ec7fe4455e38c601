"""The set of a query in words: all the words, most of them, then what means nearly that."""

from __future__ import annotations

import pytest
from django.test import override_settings

from catalogue.models import Concept, Record, RecordMeaning
from catalogue.public.search import results
from catalogue.public.search.answers import find_answer
from catalogue.public.search.record_search import RecordSearch
from catalogue.records import encoder, meaning
from tests import factories

pytestmark = pytest.mark.django_db


def found(typed: str) -> list[str]:
    """The titles of what the words find, best first."""
    search = RecordSearch(criteria=(("q", typed),))
    records = search.narrow(Record.objects.published())
    keys = results.page_keys(search, records, records.count(), 0, 50)
    return [record.title for record in results.fetch(search, keys)]


# Families, compounds, indices


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Végétation des berges", "végétaliser"),
        ("Végétaliser les berges", "végétal"),
        ("Plantes végétales", "végétalisation"),
        ("Sols imperméables", "désimperméabiliser"),
        ("Désimperméabiliser les sols", "imperméable"),
        ("Rénovation des façades", "rénover"),
        ("Éclairage des quais", "éclairer"),
        ("Accessibilité des gares", "accessible"),
        ("Voisinage solidaire", "voisins"),
        ("Matériel de chantier", "matériaux"),
        ("Pistes à vélos", "vélo"),
    ],
)
def test_a_family_of_words_meets(title, typed):
    factories.solution(title=title)
    factories.solution(title="Autre chose")
    assert found(typed) == [title]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("École du quartier", "écologie"),
        ("Commerce de rue", "commun"),
        ("Indre à vélo", "indice"),
    ],
)
def test_words_that_have_nothing_in_common_do_not_meet(title, typed):
    factories.solution(title=title)
    factories.solution(title="Autre chose")
    assert found(typed) == []


@pytest.mark.parametrize(
    "written", ["tiers-lieu", "tiers-lieux", "tiers lieu", "tiers lieux", "Tiers-Lieux", "tierslieu"]
)
@pytest.mark.parametrize("typed", ["tiers-lieu", "tiers-lieux", "tiers lieu", "tierslieux"])
def test_a_compound_is_found_joined_hyphenated_or_apart(written, typed):
    factories.solution(title=f"Ouvrir un {written} rural")
    factories.solution(title="Autre chose")
    assert len(found(typed)) == 1


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Éco-quartier des Noés", "écoquartier"),
        ("Écoquartier des Noés", "éco quartier"),
        ("Écocité", "éco cité"),
        ("EnergieSprong", "energie sprong"),
        ("Energie-sprong", "energiesprong"),
        ("Mesure du CO₂", "CO2"),
        ("Mesure du CO2", "CO₂"),
        ("Cent m² de toit", "m2"),
        ("Halle de Saint-Denis", "St Denis"),
        ("Halle de St Denis", "Saint-Denis"),
        ("Jardin de Sainte-Anne", "Ste Anne"),
    ],
)
def test_the_same_thing_written_otherwise_is_found(title, typed):
    factories.solution(title=title)
    factories.solution(title="Autre chose")
    assert found(typed) == [title]


# The ladder


@pytest.fixture
def yards() -> None:
    """Three records about yards, the rarest word in one."""
    factories.solution(title="Ombrière de cour", summary="Un abri dans une cour d’école primaire")
    factories.solution(title="Cour d’école", summary="Des arbres")
    factories.solution(title="Cour de ferme", summary="Des poules")
    for n in range(10):
        factories.solution(title=f"Autre chose {n}")


def test_all_the_words_come_first_then_most(yards):
    assert found("ombrière cour école")[0] == "Ombrière de cour"
    answer = find_answer("ombrière cour école")
    assert answer.with_all == 1
    assert "Cour de ferme" not in found("ombrière cour école")


def test_an_exact_phrase_and_an_excluded_word_hold_for_what_joins(yards):
    assert found('"cour d’école" ombrière primaire poules') == ["Ombrière de cour"]
    assert found("ombrière primaire école ferme -arbres") == ["Ombrière de cour"]
    assert found("cour -école") == ["Cour de ferme"]


def test_an_excluded_word_is_excluded_in_all_its_forms(yards):
    factories.solution(title="Cour à vélos")
    assert "Cour à vélos" not in found("cour -vélo")
    assert "Cour à vélos" in found("cour -ferme")


def test_with_or_nothing_joins(yards):
    assert sorted(found("poules OU arbres")) == ["Cour de ferme", "Cour d’école"]


def test_the_page_says_which_words_were_found(client, yards):
    page = (
        client.get("/fiches/", {"q": "ombrière école ferme primaire"}).content.decode().replace("\xa0", " ")
    )
    assert "Aucune fiche avec tous ces mots ; 1 avec « ombrière », « école », « primaire »." in page


def test_a_solution_comes_before_its_experiments():
    solution = factories.solution(title="Compost partagé")
    factories.experiment(title="Compost partagé à Rennes", solution=solution)
    factories.experiment(title="Compost partagé au jardin partagé", solution=solution)
    assert found("compost partagé")[0] == "Compost partagé"


# The thesaurus


def test_a_name_of_the_thesaurus_finds_what_bears_another(yards):
    factories.solution(title="Entretien de l’état des chaussées")
    factories.concept(label="état des chaussées", synonyms=["nid-de-poule", "trous dans la route"])
    for typed in ("nids-de-poule", "nid de poule", "nids de poules", "trou dans la route"):
        assert found(typed)[:1] == ["Entretien de l’état des chaussées"], typed


def test_a_narrower_notion_answers_and_a_broader_one_comes_after():
    broad = factories.concept(label="déchets")
    factories.concept(label="biodéchets", synonyms=["déchets verts"], broader=broad)
    factories.solution(title="Trier les biodéchets")
    factories.solution(title="Autre chose")
    assert found("déchets") == ["Trier les biodéchets"]


def test_the_page_says_that_synonyms_and_broader_notions_count(client):
    broad = factories.concept(label="déchets")
    factories.concept(label="biodéchets", broader=broad)
    factories.solution(title="Trier les déchets")
    factories.solution(title="Trier les biodéchets au jardin")
    for n in range(5):
        factories.solution(title=f"Autre chose {n}")
    page = client.get("/fiches/", {"q": "biodéchets"}).content.decode()
    assert "1 fiche avec ce mot ; 1 par une notion plus large. Les mots de même sens comptent aussi." in page


def test_a_change_of_the_thesaurus_is_seen_at_once():
    factories.solution(title="Candélabre économe")
    factories.solution(title="Autre chose")
    assert found("lampadaire") == []
    concept = factories.concept(label="candélabre", synonyms=["lampadaire"])
    assert found("lampadaire") == ["Candélabre économe"]
    Concept.objects.filter(pk=concept.pk).update(is_active=False)
    assert found("lampadaire") == []


def test_a_name_is_met_by_its_words_and_not_by_their_stems():
    factories.concept(label="participation citoyenne", synonyms=["concertation"])
    factories.solution(title="Participation citoyenne en ligne")
    factories.solution(title="Autre chose")
    assert found("concert") == []
    assert found("concertation") == ["Participation citoyenne en ligne"]


def test_a_name_of_the_thesaurus_is_not_corrected():
    factories.solution(title="Salles de réunion")
    factories.concept(label="rue sale", synonyms=["sales"])
    assert find_answer("sales").words.corrections == {}


# The meaning


@pytest.fixture
def meant() -> dict[str, Record]:
    """Records with their vectors."""
    titles = {
        "roof": "Peindre les toits en blanc contre la chaleur",
        "waste": "Collecter les déchets alimentaires des cantines",
        "bus": "Navette autonome vers la gare",
    }
    records = {name: factories.solution(title=title) for name, title in titles.items()}
    meaning.encode_lacking()
    return records


def test_a_record_of_the_same_meaning_is_found_and_says_so(client, meant):
    typed = "Repeindre des toitures avec du blanc pour avoir moins chaud"
    answer = find_answer(typed)
    assert meant["roof"].pk in answer.ranked
    if meant["roof"].pk in answer.by_meaning:
        assert "proche par le sens" in client.get("/fiches/", {"q": typed}).content.decode()


def test_meaning_alone_is_said_on_the_card_and_in_the_sentence(client, meant):
    typed = "white reflective paint on rooftops against heat"
    assert find_answer(typed).by_meaning == {meant["roof"].pk}
    page = client.get("/fiches/", {"q": typed}).content.decode()
    assert 'class="fiche-mention">proche par le sens' in page
    assert "Aucune fiche avec tous ces mots ; 1 proche par le sens." in page
    page = client.get("/fiches/", {"q": f"{typed} -blanc"}).content.decode()
    assert "proche par le sens" not in page


def test_what_is_not_published_is_never_near(meant):
    typed = "white reflective paint on rooftops against heat"
    Record.objects.filter(pk=meant["roof"].pk).update(state=Record.State.DRAFT)
    assert find_answer(typed).ranked == ()
    assert meant["roof"].pk not in find_answer(typed).nearest


def test_a_meaning_is_forgotten_with_its_text_and_computed_again(meant):
    record = meant["bus"]
    Record.objects.filter(pk=record.pk).update(summary="Un potager partagé sur le toit")
    assert not RecordMeaning.objects.filter(pk=record.pk).exists()
    assert meaning.encode_lacking([record.pk]) == 1
    assert meaning.encode_lacking() == 0
    Record.objects.filter(pk=record.pk).update(place_name="Ailleurs")
    assert meaning.encode_lacking() == 0


@override_settings(SEARCH_BY_MEANING=False)
def test_an_operator_turns_the_meaning_off(monkeypatch):
    monkeypatch.setattr(encoder, "_model", None)  # would fail if it were called
    factories.solution(title="Peindre les toits en blanc")
    assert meaning.encode_lacking() == 0
    assert found("toits blancs") == ["Peindre les toits en blanc"]
    assert found("white reflective paint on rooftops") == []


def test_a_stored_vector_keeps_its_neighbours():
    vectors = encoder.encode(["Un jardin sur le toit", "Un potager en terrasse", "Le tri des déchets"])
    stored = meaning.from_stored([meaning.to_stored(vector).numbers for vector in vectors])
    assert abs(vectors @ vectors.T - stored @ stored.T).max() < 0.02
