"""The newcomer's exercise of CONTRIBUTING.md: a field of a kind of record, wherever it must appear."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from catalogue.imports.run import ImportOptions, import_file
from catalogue.models import RecordVersion, TestSite
from catalogue.records import content, versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> TestSite:
    return factories.test_site(area_m2=12_500)


def spaced(text: str) -> str:
    """The text with plain spaces."""
    return " ".join(text.split())


def test_its_page_and_its_pdf_say_it(client: Client, site: TestSite) -> None:
    page = client.get(site.get_absolute_url()).content.decode()
    printed = client.get(reverse("catalogue:record-pdf", args=[site.slug])).content
    sheet = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(printed)).pages)

    assert "12 500 m²" in spaced(page)
    assert "12 500 m²" in spaced(sheet)


def test_without_it_nothing_is_said(client: Client) -> None:
    site = factories.test_site()

    assert "Surface disponible" not in client.get(site.get_absolute_url()).content.decode()


def test_the_exports_give_it(client: Client, site: TestSite) -> None:
    factories.need()
    properties = client.get(reverse("catalogue:record-geojson", args=[site.slug])).json()["properties"]
    table = client.get(reverse("catalogue:record-list-csv")).getvalue().decode("utf-8-sig")
    rows = {row["nature"]: row["surface_m2"] for row in csv.DictReader(io.StringIO(table), delimiter=";")}

    assert properties["surface_m2"] == 12_500
    assert rows == {"site": "12500", "besoin": ""}


def test_an_import_reads_it() -> None:
    factories.source(code="essai")
    commune = factories.commune()
    file = f"identifiant;titre;territoire;surface disponible\n1;Friche;{commune.code};1 200\n"

    import_file(ImportOptions("sites.csv", file.encode(), kind="site", source="essai"))

    assert TestSite.objects.get().area_m2 == 1200


def test_a_contributor_is_asked_for_it(client: Client) -> None:
    author = factories.member()
    draft = factories.test_site(state="brouillon", created_by=author, owner=None)
    client.force_login(author)

    page = client.get(reverse("catalogue:propose-step", args=[draft.slug, "terrain"])).content.decode()

    assert "Surface disponible (m²)" in page
    assert "Ce qu’un essai peut occuper" in page


def test_a_version_keeps_it_and_names_it(site: TestSite) -> None:
    versions.save_before([site.pk])
    TestSite.objects.filter(pk=site.pk).update(area_m2=None)
    versions.save_after([site.pk], None, versions.Origin.FORM)

    before, after = RecordVersion.objects.order_by("number")

    assert (before.data["area_m2"], after.data["area_m2"]) == (12_500, None)
    assert content.get_label("site", "area_m2") == "Surface disponible (m²)"
