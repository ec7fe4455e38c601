"""Search: what the database keeps for it, and what words find."""

import pytest
from django.db import connection, transaction

from catalogue.models import Record, SearchEntry, SearchWord
from catalogue.public.search import results
from catalogue.public.search import words as search
from catalogue.public.search.record_search import RecordSearch
from tests import factories

pytestmark = pytest.mark.django_db


def terms(record: Record) -> set[str]:
    """The facet values of a record, as the database holds them."""
    return set(SearchEntry.objects.get(pk=record.pk).terms)


def finds(words: str, record: Record) -> bool:
    """True when the document of the record answers the words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT document @@ plainto_tsquery('francais', %s)"
            " FROM catalogue_searchentry WHERE record_id = %s",
            [words, record.pk],
        )
        return cursor.fetchone()[0]


# The database keeps the entry


def test_every_text_that_a_reader_sees_is_found():
    place = factories.commune(name="Trifouillis", epci=factories.territory("epci", name="Grand Bocage"))
    site = factories.test_site(
        territory=place, title="Halle", summary="Abri", description="Charpente", equipment="Fibre optique"
    )
    site.organisation_links.create(organisation=factories.organisation(name="Atelier Zéphyr"))
    site.themes.add(factories.theme(label="Réemploi"))
    factories.document(site, title="Cahier des charges du lavoir")
    for words in (
        "halle",
        "abri",
        "charpentes",
        "fibres",
        "trifouillis",
        "bocage",
        "zephyr",
        "réemploi",
        "lavoir",
    ):
        assert finds(words, site), words


def test_an_experiment_is_found_by_its_solution_and_indicators():
    experiment = factories.experiment(
        solution=factories.solution(title="Pavé drainant"), obstacles="Gel tardif"
    )
    factories.indicator(experiment, name="Ruissellement évité")
    assert finds("pavés drainants", experiment)
    assert finds("gel ruissellement", experiment)


def test_what_changes_elsewhere_is_followed():
    holder, theme = factories.organisation(name="Ancien"), factories.theme(label="Sols", code="sols")
    experiment = factories.experiment()
    experiment.organisation_links.create(organisation=holder)
    experiment.themes.add(theme)
    holder.name = "Moderne"
    holder.save()
    theme.label = "Terres vivantes"
    theme.code = "terres"
    theme.save()
    experiment.solution.title = "Chose nouvelle"
    experiment.solution.save()
    place = experiment.territory
    place.name = "Neuville"
    place.density_class = 5
    place.save()
    assert finds("moderne terres neuville nouvelle", experiment)
    assert not finds("ancien", experiment)
    assert {"theme:terres", "densite:5"} <= terms(experiment)
    experiment.themes.clear()
    assert not any(term.startswith("theme:") for term in terms(experiment))


def test_terms_are_the_values_of_the_address():
    place = factories.commune(density_class=2)
    experiment = factories.measured_experiment(territory=place)
    factories.document(experiment)
    assert terms(experiment) == {
        "type:experimentation", "statut:termine", "densite:2", "mesures:oui", "documents:oui",
    }  # fmt: skip
    operation = factories.operation()
    factories.award(operation)
    assert {"label:2016-2022", "label:2016-2022:etape-2"} <= terms(operation)
    assert "mesures:oui" in terms(experiment.solution)
    experiment.indicators.all().delete()
    assert "mesures:oui" not in terms(experiment)


def test_a_record_that_goes_takes_its_entry_along():
    site = factories.test_site()
    key = site.pk
    site.delete()
    assert not SearchEntry.objects.filter(pk=key).exists()


def test_words_of_a_draft_are_not_known():
    draft = factories.solution(title="Zygomatique", state=Record.State.DRAFT)
    assert not SearchWord.objects.filter(key="zygomatique").exists()
    draft.state = Record.State.PUBLISHED
    draft.save()
    assert SearchWord.objects.get(key="zygomatique").word == "zygomatique"


def test_a_mass_load_holds_the_triggers_back_then_rebuilds():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL catalogue.defers_search = 'on'")
        solution = factories.solution(title="Compostière")
        assert not SearchEntry.objects.filter(pk=solution.pk).exists()
        cursor.execute("SET LOCAL catalogue.defers_search = 'off'")
        cursor.execute("SELECT catalogue_rebuild_search()")
    assert finds("compostière", solution)


def test_a_description_beyond_what_a_document_holds_is_cut():
    assert finds(
        "debut", factories.solution(description="Début " + " ".join(f"mot{n}" for n in range(120_000)))
    )


# What words find


def found(words: str) -> list[Record]:
    """The published records that the words find, best first."""
    asked = RecordSearch(criteria=(("q", words),))
    records = asked.narrow(Record.objects.published())
    return results.fetch(asked, results.page_keys(asked, records, records.count(), 0, 50))


@pytest.fixture
def three() -> list[Record]:
    """Three records whose texts share some words."""
    yard = factories.solution(title="Végétalisation de la cour d’école", summary="Arbres et sols perméables")
    ecology = factories.solution(title="Écologie du compost", description="Un potager à l’école")
    paving = factories.solution(title="Pavé drainant", description="Pour la cour et les trottoirs")
    return [solution.record_ptr for solution in (yard, ecology, paving)]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("vegetalisations", ["Végétalisation de la cour d’école"]),  # inflection and accent
        ("végéta", ["Végétalisation de la cour d’école"]),  # unfinished last word
        ("cour à l'école", ["Végétalisation de la cour d’école"]),  # elision, stop word that had an accent
        ("cour -arbres", ["Pavé drainant"]),  # excluded
        ('"sols perméables"', ["Végétalisation de la cour d’école"]),  # phrase
        ('"perméables sols"', []),
        ("potager OU trottoir", ["Écologie du compost", "Pavé drainant"]),
        ("école cour compost", ["Écologie du compost"]),  # most of the words
        ("bibliothèque cour ruche", []),  # one in three
        ("cour-école", []),
    ],
)
def test_words_find(three, words, titles):
    assert sorted(record.title for record in found(words)) == sorted(titles)


def test_a_whole_word_is_not_the_beginning_of_its_stem(three):
    assert {record.title for record in found("école")} == {
        "Végétalisation de la cour d’école",
        "Écologie du compost",  # by its description, not by « écologie »
    }
    assert [record.title for record in found("écologie")] == ["Écologie du compost"]


def test_a_title_counts_more_than_a_description(three):
    assert found("école")[0].title == "Végétalisation de la cour d’école"


def test_a_proven_record_comes_before_an_equal_one():
    proven = factories.measured_experiment(title="Essai", solution=factories.solution(title="Ruche")).solution
    other = factories.solution(title="Ruche")
    assert [record for record in found("ruche") if record.title == "Ruche"] == [
        proven.record_ptr,
        other.record_ptr,
    ]


def test_a_misspelt_word_is_corrected_unless_quoted(three):
    words = search.read("vegetalisaton")
    assert words.corrections == {"vegetalisaton": "végétalisation"}
    assert words.corrected == "végétalisation"
    assert [record.title for record in found("vegetalisaton")] == ["Végétalisation de la cour d’école"]
    assert search.read('"vegetalisaton"').corrections == {}
    assert search.read("école").corrections == {}
    assert search.read("xyzzyqw").corrections == {}


@pytest.mark.parametrize("words", ["de la", "!!!", "🎉", ":*&|!", "à", "-", '"', "OU", "''"])
def test_words_that_say_nothing_are_told(words):
    assert search.read(words).says_nothing
    assert found(words) == []


@pytest.mark.parametrize(
    "words", ["-bois", "a" * 200, "x " * 100, "é:*", "<b>", "'; --", '-"cour d’école"', "a-b-c"]
)
def test_odd_words_break_nothing(three, words):
    found(words)


def test_a_draft_is_never_found():
    factories.solution(title="Secret défense", state=Record.State.DRAFT)
    assert found("secret") == []
