"""A new vintage: what it changes with its records, then exactly that, in one go or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from shapely import box

from catalogue.models import Record, RecordVersion, ReferenceChange, TerritoryUpdate
from catalogue.workshop.reference import vintage
from geo.importers.build import build
from geo.importers.nomenclature import Former, Named, Nomenclature
from geo.importers.shapes import Shapes
from geo.importers.vintage import Change, Held, Kind, find_changes
from geo.importers.write import write
from geo.models import Territory, TerritoryLoad
from tests import factories

SQUARES = {"01001": box(0, 0, 1, 1), "01002": box(1, 0, 2, 1), "01003": box(2, 0, 3, 1)}


def nomenclature(year: int, former: tuple[Former, ...] = (), **communes: str) -> Nomenclature:
    """Communes of one département, by their code, each « name/epci »."""
    epcis = sorted({value.partition("/")[2] for value in communes.values()} - {""})
    named = [
        Named("pays", "FR", "France", 3, 3000),
        Named("region", "84", "Auvergne-Rhône-Alpes", 1, 3000, {"pays": "FR"}),
        Named("departement", "01", "Ain", 5, 3000, {"region": "84"}),
        *(Named("epci", code, f"EPCI {code}", 0, 1000, {"region": "84"}, epci_type="CC") for code in epcis),
    ]
    for code, value in communes.items():
        name, _slash, epci = value.partition("/")
        parents = {"departement": "01", "region": "84", **({"epci": epci} if epci else {})}
        named.append(Named("commune", code.removeprefix("c"), name, 0, 1000, parents, ("01000",)))
    return Nomenclature(tuple(named), former, year)


ONE, TWO = "200000001", "200000002"
OLD = nomenclature(2026, c01001=f"Ouest/{ONE}", c01002=f"Milieu/{ONE}", c01003=f"Est/{ONE}")
NEW = nomenclature(
    2027, (Former("01002", "Milieu", "fusionnee", "01001"),), c01001=f"Grand-Ouest/{ONE}", c01003=f"Est/{TWO}"
)
WIDER = {"01001": box(0, 0, 2, 1), "01003": SQUARES["01003"]}


def test_the_kinds_of_change_are_distinguished() -> None:
    parents = {"epci": ONE, "departement": "01", "region": "84"}
    loaded = {
        ("commune", "01001"): Held("Ouest", parents, 1.0),
        ("commune", "01002"): Held("Milieu", parents, 1.0),
        ("commune", "01003"): Held("Est", parents, 1.0),
        ("commune", "01004"): Held("Perdue", parents, None),
        ("epci", ONE): Held(f"EPCI {ONE}"),
        ("region", "84"): Held("Auvergne-Rhône-Alpes"),
        ("departement", "01"): Held("Ain"),
        ("pays", "FR"): Held("France"),
    }
    found = find_changes(NEW, loaded, Shapes("essai", dict(WIDER)))
    assert found == [
        Change(Kind.MERGED, "commune", "01002", "Milieu", "Milieu", "01001"),
        Change(Kind.GONE, "commune", "01004", "Perdue", "Perdue"),
        Change(Kind.CREATED, "epci", TWO, f"EPCI {TWO}"),
        Change(Kind.EPCI, "commune", "01003", "Est", f"EPCI {ONE} ({ONE})", f"EPCI {TWO} ({TWO})"),
        Change(Kind.RENAMED, "commune", "01001", "Grand-Ouest", "Ouest", "Grand-Ouest"),
        Change(Kind.OUTLINE, "commune", "01001", "Ouest", "", "+100,0 %"),
    ]


@pytest.fixture
def vintage_file(db: None, tmp_path: Path) -> Path:
    """A file of the new nomenclature, on a database of the old one, with a record in each commune."""
    write(
        build(OLD, Shapes("essai", dict(SQUARES))),
        frozenset(),
        TerritoryLoad(fingerprint="a", millesime=2026),
    )
    for commune in Territory.objects.filter(level="commune").order_by("code"):
        factories.need(territory=commune, geometry=commune.point, slug=f"fiche-de-{commune.code}")
    path = tmp_path / "nouveau.json.xz"
    path.write_bytes(b"nouveau")
    return path


def place_of(slug: str) -> Any:
    territory = Record.objects.get(slug=slug).territory
    return territory and territory.code


def test_a_vintage_is_tried_then_applied(vintage_file: Path) -> None:
    shapes = Shapes("essai", dict(WIDER))
    with pytest.raises(vintage.DryRunRequired):
        vintage.apply_vintage(vintage_file, NEW, shapes)
    update = vintage.try_vintage(vintage_file, NEW, shapes)
    assert place_of("fiche-de-01002") == "01002"
    assert update.record_count == 3
    assert vintage.count_by_kind(update)["fusionnee"] == (1, 1)
    client = Client()
    client.force_login(factories.curator())
    url = f"/atelier/referentiels/territoires/{update.pk}/"
    page = client.get(url)
    merged = next(line for line in page.context["rows"] if line["code"] == "01002")
    assert "fiche-de-01002" in client.get(merged["url"]).content.decode()
    assert client.get(f"{url}touchees/?nature=epci&niveau=commune&code=01001").status_code == 404
    vintage.apply_vintage(vintage_file, NEW, shapes)
    assert place_of("fiche-de-01002") == "01001"
    assert [place_of("fiche-de-01001"), place_of("fiche-de-01003")] == ["01001", "01003"]
    assert not Territory.objects.get(level="commune", code="01002").is_current
    versions = RecordVersion.objects.filter(record__slug="fiche-de-01002").order_by("number")
    assert [version.origin for version in versions] == ["constat", "referentiel"]
    assert "réunie à Grand-Ouest" in versions[1].reason
    assert ReferenceChange.objects.get().record_count == 1
    assert "fiche-de-01002" in client.get(merged["url"]).content.decode()
    assert "Appliqué" in client.get(url).content.decode().title()
    with pytest.raises(vintage.DryRunRequired):
        vintage.apply_vintage(vintage_file, NEW, shapes)


def test_a_trial_on_another_database_is_not_applied(vintage_file: Path) -> None:
    shapes = Shapes("essai", dict(WIDER))
    vintage.try_vintage(vintage_file, NEW, shapes)
    TerritoryLoad.objects.create(fingerprint="b", millesime=2026)
    with pytest.raises(vintage.DryRunRequired, match="refaites"):
        vintage.apply_vintage(vintage_file, NEW, shapes)
    assert place_of("fiche-de-01002") == "01002"
    assert TerritoryUpdate.objects.get().state == "essai"


def test_a_file_that_is_none_is_refused(vintage_file: Path) -> None:
    with pytest.raises(CommandError, match="lisible"):
        call_command("update_territories", str(vintage_file), verbosity=0)
    with pytest.raises(CommandError, match="introuvable"):
        call_command("update_territories", "rien.json.xz", verbosity=0)
