"""The pages of quality: what a curator sees of their field, what an owner and readers see."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from catalogue.models import QualityFinding, Record
from catalogue.public import tiles
from catalogue.public.search.version import read_version
from catalogue.rankings.grounds import match
from catalogue.rankings.grounds.wish import Wish
from catalogue.rankings.solutions import rank_solutions
from catalogue.workshop.quality.refresh import refresh_findings, touch_map_if_stale
from tests import factories
from tests.catalogue.mvt import decode
from tests.catalogue.public.test_tiles import tile_at

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
PAST = TODAY - datetime.timedelta(days=3)
LIST = "/atelier/qualite/"


@pytest.fixture
def region():
    return factories.territory("region", name="Bretagne", code="53")


@pytest.fixture
def scene(region) -> dict[str, Any]:
    """A record of a region with a short summary, another elsewhere without any."""
    inside = factories.commune(name="Rennes", region=region)
    record = factories.operation(
        title="=Les Rives", summary="Court.", territory=inside, geometry=inside.point
    )
    other = factories.need(title="Ailleurs", summary="")
    refresh_findings()
    return {"record": record, "other": other}


def test_a_curator_sees_their_field_counted_filtered_and_as_csv(
    client, region, scene, django_assert_max_num_queries
):
    client.force_login(factories.curator(regions=[region]))
    page = client.get(LIST)
    text = page.content.decode()
    assert "Les Rives" in text
    assert "Résumé très court" in text
    counted = {line.code: line.count for line in page.context["counts"]}
    assert counted["resume-court"] == 1
    assert "resume-absent" in counted  # « Ailleurs » stands nowhere: it is in every field
    for line in page.context["counts"]:
        behind = client.get(line.url)
        assert behind.context["page"].paginator.count == line.count, line.code
    only = client.get(LIST + "?controle=resume-court&gravite=3&type=operation&region=53").content.decode()
    assert "Ailleurs" not in only
    assert client.get(LIST + "?controle=rien").status_code == 400
    assert client.get(LIST + "?page=99").status_code == 404
    csv = b"".join(client.get("/atelier/qualite.csv?controle=resume-court").streaming_content).decode()
    assert csv.startswith("\ufeffgravite;")
    assert ";'=Les Rives;" in csv
    assert "Ailleurs" not in csv
    with django_assert_max_num_queries(14):
        client.get(LIST)
    client.force_login(factories.member())
    assert client.get(LIST).status_code == 404


def test_a_curator_accepts_a_finding_and_confirms_a_record(client, region, scene):
    record = scene["record"]
    client.force_login(factories.curator(regions=[region]))
    row = QualityFinding.objects.get(record=record, code="resume-court")
    page = client.get(f"/atelier/fiches/{record.slug}/").content.decode()
    assert f"/proposer/fiche/{record.slug}/essentiel/" in page
    waive = f"/atelier/qualite/{record.slug}/{row.pk}/accepter/"
    assert client.get(waive).status_code == 405
    client.post(waive, {"motif": ""})
    row.refresh_from_db()
    assert row.waived_at is None
    client.post(waive, {"motif": "Un nom suffit."})
    assert "Un nom suffit." in client.get(f"/atelier/fiches/{record.slug}/").content.decode()
    assert "Les Rives" in client.get(LIST + "?ecarts=oui").content.decode()
    client.post(waive.replace("accepter", "retablir"))
    row.refresh_from_db()
    assert (row.waived_at, row.waiver) == (None, "")
    client.post(f"/atelier/qualite/{record.slug}/confirmer/")
    record.refresh_from_db()
    assert record.verified_on == TODAY
    elsewhere = factories.operation(
        territory=factories.commune(region=factories.territory("region", code="11"))
    )
    refresh_findings([elsewhere.pk])
    row = QualityFinding.objects.filter(record=elsewhere).first()
    assert (
        client.post(f"/atelier/qualite/{elsewhere.slug}/{row.pk}/accepter/", {"motif": "x"}).status_code
        == 404
    )
    assert client.post(f"/atelier/qualite/{elsewhere.slug}/confirmer/").status_code == 404


def test_an_owner_reads_what_they_can_fix(client):
    owner = factories.organisation(is_active=False)
    account = factories.member(owner)
    record = factories.need(owner=owner, summary="")
    refresh_findings([record.pk])
    client.force_login(account)
    page = client.get(f"/mon-espace/fiches/{record.slug}/").content.decode()
    assert "Le résumé manque" in page
    assert f"/proposer/fiche/{record.slug}/essentiel/" in page
    assert "Organisation disparue" not in page


def test_readers_see_the_date_and_the_rank_follows(client):
    commune = factories.commune(lon=-1.7, lat=48.0)
    theme = factories.theme()
    place = {"territory": commune, "geometry": commune.point}
    stale = {"verified_on": datetime.date(2024, 5, 3), "expires_on": PAST}
    fresh, old = (factories.test_site(site_state="ouvert", **place, **more) for more in ({}, stale))
    for one in (fresh, old):
        one.themes.add(theme)
    date = "Vérifiée le 3 mai 2024"
    page = client.get(f"/fiches/{old.slug}/").content.decode()
    assert "Information à confirmer" in page
    assert date in page
    assert "à confirmer depuis le" in page
    assert "Information à confirmer" not in client.get(f"/fiches/{fresh.slug}/").content.decode()
    assert "à confirmer depuis le" in client.get("/fiches/").content.decode()
    rows = {
        row["properties"]["slug"]: row["properties"]
        for row in client.get("/fiches.geojson").json()["features"]
    }
    assert rows[old.slug]["a_confirmer_depuis"] == PAST.isoformat()
    assert rows[fresh.slug]["a_confirmer_depuis"] is None
    # the popup of the map
    tile = decode(tiles.record_tile(None, *tile_at(commune.point.x, commune.point.y, 12)))
    assert {one["slug"]: one.get("stale") for one in tile["fiches"]} == {fresh.slug: None, old.slug: True}
    # ranking 2
    found = {ground.row["slug"]: ground for ground in match(Wish(themes=(theme,), point=commune.point)).sites}
    assert found[old.slug].score == pytest.approx(0.8 * found[fresh.slug].score)
    assert any("−20 %" in factor.detail.replace("\xa0", " ") for factor in found[old.slug].factors)
    # ranking 1
    trials = [factories.measured_experiment(**place, **more) for more in ({}, {"expires_on": PAST})]
    ranked = {one.slug: one for one in rank_solutions(commune, commune.point).solutions}
    new, late = (ranked[trial.solution.slug] for trial in trials)
    assert late.score == pytest.approx(0.8 * new.score)
    assert [factor.label for factor in late.factors][-1] == "Vérification"
    assert "Vérification" not in [factor.label for factor in new.factors]
    # words: the same text, the stale one changed last
    Record.objects.filter(pk__in=[fresh.pk, old.pk]).update(title="Halle", updated_at=timezone.now())
    text = client.get("/fiches/?q=halle").content.decode()
    assert 0 < text.index(f"/fiches/{fresh.slug}/") < text.index(f"/fiches/{old.slug}/")


def test_the_map_is_read_again_when_a_day_is_past():
    def version() -> str:
        return read_version()

    before = version()
    touch_map_if_stale()
    assert version() == before
    factories.need(geometry=Point(2.3, 48.8, srid=4326), expires_on=TODAY - datetime.timedelta(days=1))
    before = version()
    touch_map_if_stale()
    assert version() != before
