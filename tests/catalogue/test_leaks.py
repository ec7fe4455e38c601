"""Nothing unpublished is on any public surface: one test walks them all, state by state."""

from __future__ import annotations

import pytest
from django.test import Client

from catalogue.models import Record
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "Zéphyrinade"
HIDDEN_STATES = [state for state in Record.State if state != Record.State.PUBLISHED]


@pytest.mark.parametrize("state", HIDDEN_STATES)
def test_an_unpublished_record_is_nowhere(client: Client, state: str) -> None:
    commune = factories.commune(code="35238", name="Rennes", lon=-1.7, lat=48.0)
    place = {"territory": commune, "geometry": commune.point, "state": state}
    solution = factories.solution(title=f"{SECRET} solution", slug="zephyr-solution", state=state)
    hidden = [
        solution,
        factories.measured_experiment(
            title=f"{SECRET} essai", slug="zephyr-essai", solution=solution, **place
        ),
        factories.operation(title=f"{SECRET} opération", slug="zephyr-operation", **place),
        factories.test_site(title=f"{SECRET} site", slug="zephyr-site", **place),
        factories.need(title=f"{SECRET} besoin", slug="zephyr-besoin", **place),
    ]
    public = factories.operation(
        title="Fiche publique", slug="publique", territory=commune, geometry=commune.point
    )
    for record in hidden:
        for address in (f"/fiches/{record.slug}/", f"/fiches/{record.slug}.geojson"):
            assert client.get(address).status_code == 404
    for address in surfaces(public):
        response = client.get(address)
        content = response.getvalue().decode("utf-8", "replace").lower()
        assert response.status_code in {200, 204}, (address, response.status_code)
        typed = "?q=" in address
        assert "zephyr-" not in content, address
        assert typed or SECRET.lower() not in content, address
    assert client.get("/fiches.geojson").json()["numberMatched"] == 1


def surfaces(public: Record) -> list[str]:
    """Every public address that could show a record."""
    lists = ["/fiches/", "/carte/", "/fiches.geojson", "/fiches.csv"]
    searches = [f"{address}?q={SECRET}" for address in lists] + [f"/api/completion/?q={SECRET}"]
    tiles = [
        f"/tuiles/fiches/{z}/{x}/{y}.mvt"
        for z, x, y in ((0, 0, 0), (5, 15, 11), (9, 253, 177), (13, 4057, 2842))
    ]
    return [
        "/",
        *lists,
        *searches,
        *tiles,
        "/territoires/commune/35238/",
        "/territoires/commune/35238/?voir=tout",
        public.get_absolute_url(),
        f"/fiches/{public.slug}.geojson",
        "/sitemap-fiches.xml",
        "/sitemap-territoires.xml",
    ]
