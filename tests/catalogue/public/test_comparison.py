"""Records side by side, records kept: what is aligned, what is told, what never leaks."""

import pytest
from django.urls import reverse

from catalogue.models import IndicatorType, Record
from catalogue.public import comparison
from tests import factories

pytestmark = pytest.mark.django_db
COMPARE, SELECTION, CSV = "/comparer/", "/selection/", "/selection.csv"


def text(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode()


def rows(*records):
    """The indicator rows of these records, by label: the values of each cell."""
    compared = comparison.records([record.slug for record in records])
    return {
        row["label"]: [[cell["after"] for cell in cells] for cells in row["cells"]]
        for row in comparison.indicator_rows(compared)
    }


def test_the_addresses_are_the_documented_ones():
    assert [reverse(f"catalogue:record-{name}") for name in ("compare", "selection", "selection-csv")] == [
        COMPARE, SELECTION, CSV,
    ]  # fmt: skip
    assert reverse("catalogue:record-selection-map") == "/selection/carte.html"


# Indicators


def test_a_shared_type_aligns_indicators_whatever_their_names():
    kind = IndicatorType.objects.create(code="eau", label="Eau économisée", unit="%")
    one, two = factories.experiment(), factories.experiment()
    factories.indicator(one, type=kind, name="Eau en moins", value=12)
    factories.indicator(two, type=kind, name="Consommation évitée", value=30)
    assert rows(one, two) == {"Eau économisée": [["12"], ["30"]]}


def test_without_a_type_name_and_unit_align():
    one, two = factories.experiment(), factories.experiment()
    factories.indicator(one, name="Trafic", unit="véh./j", value=1)
    factories.indicator(two, name="trafic ", unit="véh./J", value=2)
    factories.indicator(two, name="Trafic", unit="%", value=3)
    assert rows(one, two) == {"Trafic (véh./j)": [["1"], ["2"]], "Trafic (%)": [[], ["3"]]}


def test_rows_that_several_records_fill_come_first():
    one, two = factories.experiment(), factories.experiment()
    factories.indicator(one, name="Seul", value=1)
    factories.indicator(one, name="Tous", value=2)
    factories.indicator(two, name="Tous", value=3)
    assert list(rows(one, two)) == ["Tous (%)", "Seul (%)"]


def test_a_solution_shows_the_measures_of_its_published_experiments_only():
    solution = factories.solution()
    factories.measured_experiment(solution=solution)
    hidden = factories.experiment(solution=solution, state=Record.State.DRAFT)
    factories.indicator(hidden, name="Secret")
    assert rows(solution, factories.solution()) == {"Eau économisée": [["12"], []]}


def test_facts_follow_one_order_and_empty_rows_are_left_out():
    solution, experiment = factories.solution(trl=7), factories.experiment()
    compared = comparison.records([solution.slug, experiment.slug])
    labels = [row["label"] for row in comparison.fact_rows(compared)]
    assert labels[:3] == ["Nature", "Niveau de preuve", "Lieu"]
    assert labels.index("Maturité") < labels.index("Avancement")
    assert "Coûts" not in labels


# The page


def test_two_records_stand_side_by_side_in_the_order_asked_for(client):
    one, two = factories.measured_experiment(title="Alpha"), factories.experiment(title="Bêta")
    page = text(client.get(COMPARE, {"fiches": f"{two.slug},{one.slug}"}))
    assert page.index("Bêta") < page.index("Alpha")
    assert "Eau économisée" in page
    assert "aucun résultat connu" in page


def test_an_unknown_record_and_a_draft_are_told_alike_and_the_others_compared(client):
    one, two = factories.experiment(), factories.experiment()
    draft = factories.experiment(title="Titre secret", state=Record.State.DRAFT)
    page = text(client.get(COMPARE, {"fiches": f"{one.slug},{draft.slug},{two.slug},inconnue"}))
    assert f"ne sont plus publiées : {draft.slug}, inconnue." in page
    assert "Titre secret" not in page
    assert one.title in page
    assert two.title in page


def test_one_record_alone_asks_for_another(client):
    one = factories.experiment()
    assert "Il en faut deux au moins" in text(client.get(COMPARE, {"fiches": one.slug}))


def test_beyond_four_the_first_four_are_compared_and_it_is_said(client):
    kept = [factories.experiment() for _n in range(5)]
    page = text(client.get(COMPARE, {"fiches": ",".join(one.slug for one in kept)}))
    assert "4 fiches au plus" in page
    assert kept[3].title in page
    assert f">{kept[4].title}</a>" not in page


@pytest.mark.parametrize(
    "query", ["", "fiches=", "fiches=,,", "fiches=%3Cscript%3E", "fiches=../../etc/passwd"]
)
@pytest.mark.parametrize("url", [COMPARE, SELECTION, CSV, "/selection/carte.html"])
def test_nothing_to_show_is_no_error(client, url, query):
    response = client.get(f"{url}?{query}")
    assert response.status_code == 200
    assert "<script>" not in text(response).split("<main")[-1].split("</main>")[0]


@pytest.mark.parametrize("url", [COMPARE, SELECTION, CSV, "/selection.pdf", "/selection/carte.html"])
def test_an_endless_list_is_refused_and_only_reading_answered(client, url):
    assert client.get(url, {"fiches": ",".join(f"s{n}" for n in range(300))}).status_code == 400
    assert client.post(url).status_code == 405


def test_comparing_four_records_costs_at_most_twelve_queries(client, django_assert_max_num_queries):
    solution = factories.solution()
    kept = [factories.measured_experiment(solution=solution) for _n in range(2)]
    kept += [solution, factories.operation(), factories.test_site(), factories.need()]
    with django_assert_max_num_queries(12):
        client.get(COMPARE, {"fiches": ",".join(one.slug for one in kept[:4])})
    with django_assert_max_num_queries(12):
        client.get(SELECTION, {"fiches": ",".join(one.slug for one in kept)})


# The selection


def test_the_selection_offers_the_comparison_the_table_and_the_map(client):
    one, two = factories.experiment(), factories.experiment()
    query = f"fiches={one.slug},{two.slug}"
    page = text(client.get(f"{SELECTION}?{query}"))
    for address in (COMPARE, CSV, "/selection.pdf", "/selection/carte.html"):
        assert f'href="{address}?{query}"' in page
    assert f'href="{SELECTION}?fiches={two.slug}"' in page


def test_the_table_has_the_kept_records_and_no_draft(client):
    one = factories.experiment(title="=1+1")
    draft = factories.experiment(state=Record.State.DRAFT)
    response = client.get(CSV, {"fiches": f"{one.slug},{draft.slug}"})
    lines = text(response).splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert response["Content-Disposition"].startswith("attachment")


def test_thirty_records_are_kept_at_most_and_it_is_said(client):
    kept = [factories.solution() for _n in range(31)]
    page = text(client.get(SELECTION, {"fiches": ",".join(one.slug for one in kept)}))
    assert "30 fiches au plus" in page
    assert page.count("data-panier-retirer") == 30
