"""The standalone map: it asks the network for nothing, and texts stay texts."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point
from playwright.sync_api import sync_playwright

from catalogue.models import Record
from config.bootstrap.packages import browser
from geo.models import TerritoryOutline
from tests import factories
from tests.conftest import CHROMIUM

pytestmark = pytest.mark.django_db
URL = "/selection/carte.html"
HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}"
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture
def kept():
    """A hostile experiment with a place, its solution, and the outline of its commune."""
    place = factories.commune(name="Trifouillis", lon=2.0, source="Source d’essai")
    outline = MultiPolygon(factories.square(2.0, 47.0), srid=4326)
    outline.transform(3857)
    TerritoryOutline.objects.create(territory=place, level="commune", band=16, geometry=outline)
    one = factories.experiment(
        title=HOSTILE, summary=HOSTILE, territory=place, geometry=Point(2.05, 47.05, srid=4326),
        source_url="https://source.exemple.fr/page", source_citation=HOSTILE, place_name=HOSTILE,
    )  # fmt: skip
    return [one, one.solution]


def html(client, records):
    return client.get(URL, {"fiches": ",".join(record.slug for record in records)}).content.decode()


def test_it_is_a_download(client, kept):
    response = client.get(URL, {"fiches": kept[0].slug})
    assert response["Content-Disposition"] == 'attachment; filename="carte-selection.html"'


def test_no_address_but_those_of_sources_and_of_the_site(client, kept):
    page = html(client, kept)
    found = set(re.findall(r"https?://[^\s\"'<>)\\]+", page)) - {NAMESPACE}
    assert {address.split("/")[2] for address in found} == {"testserver", "source.exemple.fr"}
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert "<link" not in page
    assert "url(" not in "".join(re.findall(r"<style>.*?</style>", page, flags=re.S))
    assert "@import" not in page


def test_a_hostile_title_is_neither_markup_nor_template(client, kept):
    page = html(client, kept)
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page
    assert "&lt;/script&gt;&lt;img" in page


def test_drafts_are_not_on_it(client, kept):
    draft = factories.experiment(
        solution=kept[1], title="Brouillon secret", geometry=Point(2, 47, srid=4326), state=Record.State.DRAFT
    )
    assert "Brouillon secret" not in html(client, [*kept, draft])


def test_outlines_are_its_base(client, kept):
    assert '"MultiPolygon"' in html(client, kept)


def test_few_queries(client, kept, django_assert_max_num_queries):
    many = [*kept, *(factories.operation() for _n in range(10))]
    with django_assert_max_num_queries(10):
        html(client, many)


def seen_offline(address: str) -> dict[str, Any]:
    """What Chromium shows of a file without network, what it asked for, and what went wrong."""
    asked, problems = [], []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=list(CHROMIUM))
        page = chromium.new_context(offline=True).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.goto(address)
        markers = page.locator(".repere")
        words = markers.all_inner_texts()
        markers.first.click()
        popup = page.locator(".leaflet-popup-content")
        return {
            "markers": words,
            "popup": popup.inner_text(),
            "images": popup.locator("img").count(),
            "outlines": page.locator(".leaflet-overlay-pane path").count(),
            "asked": [url for url in asked if not url.startswith("file:")],
            "problems": problems,
        }


def test_it_opens_without_network_and_shows_its_records(client, kept, tmp_path):
    file = tmp_path / "carte.html"
    file.write_text(html(client, kept), encoding="utf-8")
    # In a thread of its own: the event loop of Playwright would open a second connection to the base.
    with ThreadPoolExecutor(1) as thread:
        seen = thread.submit(seen_offline, file.as_uri()).result()
    assert seen["markers"] == ["1,2"]
    assert HOSTILE in seen["popup"]
    assert seen["images"] == 0
    assert seen["outlines"] >= 1
    assert seen["asked"] == []
    assert seen["problems"] == []
