"""Extracts: the passages of a record that the words of a search hit."""

import re

import pytest

from catalogue.models import Record, Section
from catalogue.public.search import extracts, words
from tests import factories

pytestmark = pytest.mark.django_db

LONG = (
    "La commune a d’abord écouté les habitants du quartier, puis les agents des services, avant de choisir "
    "un revêtement clair pour la place du marché. Elle a ensuite planté trente arbres autour du kiosque, et "
    "posé des bancs que les commerçants entretiennent avec les élèves du lycée professionnel voisin, "
    "chaque mercredi de la belle saison."
)


def extract(record: Record, typed: str) -> str:
    """The passage that a card shows, its marks left out; empty when it keeps its summary."""
    found = extracts.extracts([record.pk], words.read(typed).query)
    return re.sub("</?mark>", "", found.get(record.pk, ""))


def test_an_extract_marks_the_hits_and_escapes_the_rest():
    solution = factories.solution(summary="Un <b>toit</b> & des <script>toits</script> \ue000verts")
    extract = extracts.extracts([solution.pk], words.read("toit").query)[solution.pk]
    assert "<mark>toit</mark>" in extract
    assert extract.count("<mark>") == extract.count("</mark>")
    assert "<script>" not in extract
    assert "<b>" not in extract
    assert "&amp;" in extract


def test_what_looks_like_a_tag_is_kept():
    solution = factories.solution(summary="Un <b>toit</b> à moins de 3 m, si a < b")
    extract = extracts.extracts([solution.pk], words.read("toit").query)[solution.pk]
    assert extract == "Un &lt;b&gt;<mark>toit</mark>&lt;/b&gt; à moins de 3 m, si a &lt; b"


def test_a_hit_in_the_title_alone_gives_no_extract():
    solution = factories.solution(title="Toit", summary="Vert")
    assert extract(solution, "toit") == ""


def test_the_title_and_the_names_stay_out_of_an_extract_of_the_rest():
    solution = factories.solution(title="Cour d’école", summary="Planter des arbres.")
    assert extract(solution, "cour arbre") == "Planter des arbres."


# One field at a time


@pytest.fixture
def schoolyards(db):
    """An experiment whose words stand in every kind of field."""
    one = factories.experiment(
        summary="Les cours d’école parisiennes sont transformées une à une.",
        description="Chaque chantier dure un été.",
        abandon_reason="Le marché a été déclaré infructueux.",
        obstacles="La nappe affleure sous le préau.",
        source_citation="20minutes.fr, 3 mai 2023",
    )
    factories.indicator(one, name="Cours transformées", text="75 cours en 2022", measured_by="Ville de Paris")
    factories.indicator(one, name="Fraîcheur à l’ombre", text="3 à 5 °C de moins", measured_by="Observatoire")
    factories.document(one, title="Cahier de recommandations")
    Section.objects.create(record=one, code="contexte", text="Le préau date de 1950.")
    return one


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("cours", "Les cours d’école parisiennes sont transformées une à une."),
        ("cours transformées", "Les cours d’école parisiennes sont transformées une à une."),
        ("cours paris", "Les cours d’école parisiennes sont transformées une à une."),
        ("75", "75 cours en 2022"),
        ("cours 2022", "75 cours en 2022"),
        ("chantier cours", "Les cours d’école parisiennes sont transformées une à une."),
        ("chantier été fraîcheur", "Chaque chantier dure un été."),
        ("infructueux", "Le marché a été déclaré infructueux."),
        ("nappe", "La nappe affleure sous le préau."),
        ("1950", "Le préau date de 1950."),
        ("fraîcheur", "Indicateur\xa0: Fraîcheur à l’ombre"),
        ("observatoire", "Mesuré par\xa0: Observatoire"),
        ("recommandations", "Document\xa0: Cahier de recommandations"),
        ("mai 2023", "Source\xa0: 20minutes.fr, 3 mai 2023"),
    ],
)
def test_a_passage_comes_from_one_field(schoolyards, typed, expected):
    assert extract(schoolyards, typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("grue", "La grue arrive en mars."),
        ("élève", "Équipement : un laboratoire ouvert aux élèves"),
        ("prairie", "prairie, friche"),
    ],
)
def test_a_test_site_has_fields_of_its_own(typed, expected):
    site = factories.test_site(
        allowed_tests="La grue arrive en mars.",
        equipment="Équipement : un laboratoire ouvert aux élèves",
        conditions="Une convention d’un an",
        ground_kinds=["prairie", "friche"],
    )
    assert extract(site, typed) == expected


def test_a_need_and_a_solution_have_fields_of_their_own():
    need = factories.need(existing_data="Le relevé des fuites", missing_data="Le débit de nuit")
    solution = factories.solution(costs="12 000 € de pompe", reuse_conditions="Un réseau maillé")
    assert extract(need, "débit fuite") == "Le relevé des fuites"
    assert extract(solution, "pompe") == "12 000 € de pompe"
    assert extract(solution, "maillé") == "Un réseau maillé"


def test_two_paragraphs_are_not_one_sentence():
    solution = factories.solution(
        description="## Contexte\n\nUne ville dense\n\n- toits plats\n- toits en *zinc*\n\nIl pleut souvent."
    )
    assert extract(solution, "ville contexte") == "Contexte"
    assert extract(solution, "dense") == "… Une ville dense"
    assert extract(solution, "zinc") == "… toits en zinc"
    assert extract(solution, "pleut") == "… Il pleut souvent."


def test_a_document_that_waits_for_a_curator_is_not_quoted():
    solution = factories.solution()
    factories.document(solution, title="Rapport confidentiel", is_pending=True)
    assert extracts.extracts([solution.pk], words.read("confidentiel").query) == {}


# Where it is cut


@pytest.mark.parametrize(
    ("typed", "starts", "ends"),
    [
        ("commune", "La commune a d’abord écouté", " …"),
        ("kiosque", "… ", " …"),
        ("lycée", "… ", "chaque mercredi de la belle saison."),
    ],
)
def test_a_long_text_is_cut_and_says_so(typed, starts, ends):
    passage = extract(factories.solution(summary=LONG), typed)
    assert typed in passage
    assert passage.startswith(starts)
    assert passage.endswith(ends)
    assert len(passage) < len(LONG)


def test_a_short_text_is_shown_whole():
    summary = "Un abri léger, démontable, que deux agents posent en une matinée devant l’école ou le gymnase."
    assert extract(factories.solution(summary=summary), "gymnase") == summary


def test_words_far_apart_give_two_passages_of_the_same_text():
    passage = extract(factories.solution(summary=LONG), "habitants bancs")
    assert "habitants" in passage
    assert "bancs" in passage


# What is asked


def test_an_excluded_word_chooses_no_passage():
    solution = factories.solution(summary="Une toile tendue.", description="Un toit en bois.")
    assert extract(solution, "toit -tuile") == "Un toit en bois."
    assert extract(solution, "-tuile") == ""


def test_a_phrase_is_looked_for_whole():
    solution = factories.solution(summary="L’eau et la pluie.", description="La récupération d’eau de pluie.")
    assert extract(solution, '"eau de pluie"') == "La récupération d’eau de pluie."


def test_alternatives_show_the_text_that_has_most_of_them():
    solution = factories.solution(summary="Un vélo.", description="Un vélo ou une trottinette.")
    assert extract(solution, "vélo OU trottinette") == "Un vélo ou une trottinette."


def test_a_page_of_results_takes_one_statement(django_assert_num_queries):
    keys = [factories.solution(summary=f"Toit numéro {number}").pk for number in range(20)]
    query = words.read("toit").query
    with django_assert_num_queries(1):
        assert len(extracts.extracts(keys, query)) == 20
