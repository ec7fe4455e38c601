"""Search: what the database keeps for it, and what words find."""

import pytest
from django.db import connection, transaction

from catalogue.models import Record, SearchEntry, SearchWord
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
