"""PDF files: what a reader finds in them, what they cannot fetch, and what they cost."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from pypdf import PdfReader

from catalogue.models import Record
from catalogue.public.printing import pdf
from catalogue.public.printing.typesetting import SCHEME, typeset_pdf
from tests import factories

pytestmark = pytest.mark.django_db
RENNES, SAINT_DENIS = Point(-1.68, 48.11, srid=4326), Point(55.45, -20.88, srid=4326)


def read(response) -> PdfReader:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    return PdfReader(BytesIO(response.content))


def words(file: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in file.pages).split())


def test_a_record_is_printed_with_its_place_its_proof_and_its_sources(client: Client) -> None:
    source = factories.source(name="Recueil d’essai", licence="Licence Ouverte 2.0")
    town = factories.commune(name="Rennes")
    one = factories.measured_experiment(
        title="Noue <b>rue</b> Ampère", summary="La pluie s’infiltre.", territory=town, geometry=RENNES,
        description="**Cent mètres** de trottoir\n\n- ouverts\n- plantés", source=source,
    )  # fmt: skip
    factories.document(one, title="Rapport public", url="https://exemple.fr/rapport")
    factories.document(one, title="Rapport en attente", url="https://exemple.fr/x", is_pending=True)
    file = read(client.get(f"/fiches/{one.slug}.pdf"))
    said = words(file)
    for expected in (
        "Noue <b>rue</b> Ampère", "La pluie s’infiltre.", "Cent mètres de trottoir", "niveau de preuve",
        "Rennes", "Rapport public", "Recueil d’essai", "Licence Ouverte 2.0", f"/fiches/{one.slug}/",
        "Page 1 sur",
    ):  # fmt: skip
        assert expected in said, expected
    assert "en attente" not in said
    assert "**" not in said
    assert file.metadata is not None
    assert file.metadata.title == "Noue <b>rue</b> Ampère"
    root = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    tree = str(root["/StructTreeRoot"].get_object())
    assert tree


def test_a_selection_has_its_contents_its_maps_and_each_record(client: Client, django_assert_max_num_queries):
    near = factories.operation(title="Quartier proche", geometry=RENNES)
    far = factories.operation(title="Quartier lointain", geometry=SAINT_DENIS)
    nowhere = factories.need(title="Besoin sans lieu", geometry=None)
    hidden = factories.operation(title="Brouillon caché", state=Record.State.DRAFT)
    slugs = ",".join(one.slug for one in (near, far, nowhere, hidden))
    with django_assert_max_num_queries(45):
        file = read(client.get("/selection.pdf", {"fiches": slugs}))
    said = words(file)
    assert "3 fiches" in said
    assert "Quartier proche, page 3" in said
    assert "Besoin sans lieu, page 5" in said
    assert f"Page {len(file.pages)} sur {len(file.pages)}" in said
    assert "Brouillon" not in said


def test_the_sheet_of_a_solution_says_what_its_trials_show(client: Client) -> None:
    solution = factories.solution(title="Noue de rue")
    factories.measured_experiment(solution=solution, title="Noue ratée", outcome="non-concluant")
    said = words(read(client.get(f"/fiches/{solution.slug}.pdf")))
    assert "Ce que montrent les essais" in said
    assert "Noue ratée" in said


def test_nothing_kept_leads_to_the_page_that_says_so(client: Client) -> None:
    assert client.get("/selection.pdf?fiches=inconnue").headers["Location"] == "/selection/"


def test_nothing_is_fetched_but_what_is_listed() -> None:
    asked = "".join(
        f'<img alt="x" src="{address}">'
        for address in (
            "http://127.0.0.1:1/x.png", "file:///etc/passwd", f"{SCHEME}:../config/settings.py", "ftp://x/y",
        )
    )  # fmt: skip
    made = typeset_pdf(f"<html lang='fr'><title>t</title><body>{asked}reste</body></html>", {})
    file = PdfReader(BytesIO(made))
    assert "reste" in file.pages[0].extract_text()
    assert not any(page.images for page in file.pages)


def test_one_file_is_made_at_a_time_and_the_next_is_told_when_to_come_back(
    client: Client, monkeypatch
) -> None:
    one = factories.need()
    monkeypatch.setattr(pdf, "PATIENCE_S", 0.01)
    with pdf._ONE_AT_A_TIME:
        response = client.get(f"/fiches/{one.slug}.pdf")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "Rechargez cette page" in response.content.decode()
    assert client.get(f"/fiches/{one.slug}.pdf").status_code == 200
