"""The filter bar: what it offers, what it counts, what it costs."""

from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from catalogue.models import Experiment, Record
from catalogue.public.search.facets import filter_bar
from catalogue.public.search.filters import RecordFilterForm
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db


def bar(query: str = "") -> dict[str, Any]:
    """The filter bar of a query string."""
    form = RecordFilterForm(QueryDict(query))
    assert form.is_valid(), form.errors
    return filter_bar(form.search, form.fields, Record.objects.published(), "/fiches/")


def counts(context: dict[str, Any], title: str) -> dict[str, int]:
    """The counts of a facet by value; empty when it is not offered."""
    for facet in context["facets"]:
        if facet["title"] == title and "choices" in facet:
            return {choice["value"]: choice["count"] for choice in facet["choices"]}
    return {}


def test_statuses_are_counted():
    factories.experiment(status=Experiment.Status.FINISHED)
    factories.experiment(status=Experiment.Status.FINISHED)
    factories.test_site(site_state="ouvert")
    assert counts(bar(), "Avancement") == {"termine": 2, "ouvert": 1}


def test_a_choice_that_nothing_bears_is_not_offered_unless_chosen():
    factories.theme(code="eau", label="Eau")
    factories.operation()
    assert counts(bar(), "Thème") == {}
    assert counts(bar("theme=eau"), "Thème") == {"eau": 0}


def test_a_facet_does_not_count_itself():
    factories.test_site()
    factories.need()
    context = bar("type=site")
    assert counts(context, "Nature")["besoin"] == 1
    assert context["total"] == 1


def test_drafts_are_not_counted():
    factories.operation(state=Record.State.DRAFT)
    assert bar()["total"] == 0


def test_measures_and_documents_stand_together_under_their_own_parameters():
    factories.document(factories.measured_experiment())
    facets = bar("documents=oui")["facets"]
    facet = next(facet for facet in facets if facet["title"] == "Résultats et documents")
    assert [(choice["name"], choice["count"], choice["checked"]) for choice in facet["choices"]] == [
        ("mesures", 1, False),
        ("documents", 1, True),
    ]


def test_what_the_bar_does_not_show_is_kept_when_it_is_submitted():
    factories.test_site().organisation_links.create(organisation=factories.organisation(slug="ville"))
    kept = bar("autour=2,47&bbox=1,46,3,48&tri=recent&q=eau&organisation=ville&utm=x")["hidden"]
    assert kept == [("autour", "2,47"), ("bbox", "1,46,3,48"), ("organisation", "ville")]


def test_two_queries_whatever_is_chosen(django_assert_num_queries):
    factories.theme(code="eau")
    with django_assert_num_queries(2):  # the vocabularies, the counts
        bar("theme=eau&type=site&statut=ouvert&label=2013-2016&mesures=oui&preuve=2&bbox=1,46,3,48")


def test_the_busiest_page_keeps_to_eighteen_queries(client, django_assert_max_num_queries):
    region = factories.territory(Level.REGION, name="Région")
    for _n in range(5):
        place = factories.commune(region=region, population=5000, density_class=3)
        site = factories.test_site(title="Compost", summary="Compost", territory=place)
        site.themes.add(factories.theme())
    near = factories.commune(lon=2.0)
    query = {
        "q": "compst", "autour": f"commune:{near.code}", "rayon": "200",
        "territoire": f"region:{region.code}",
        "jumeaux": f"commune:{near.code}", "densite": "3", "population_min": "10", "type": "site",
        "statut": "historique", "tri": "pertinence",
    }  # fmt: skip
    for page in ("catalogue:map", "catalogue:record-list"):
        with django_assert_max_num_queries(18):
            assert client.get(reverse(page), query).status_code == 200
