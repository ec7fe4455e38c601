"""The files for a GIS hold what is published, where it stands, and open with GDAL."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pytest
from django.core.management import CommandError, call_command

from catalogue.models import Record
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_file_opens_with_every_published_record(tmp_path: Path, suffix: str) -> None:
    operation = factories.operation(territory=factories.commune(), title="Un écoquartier")
    factories.solution(title="Une solution sans lieu")
    factories.operation(state=Record.State.DRAFT, title="Un brouillon")
    path = tmp_path / f"fiches{suffix}"
    call_command("export_records", path, url="https://exemple.fr/")
    table = geopandas.read_file(path)
    assert sorted(table["titre"]) == ["Un écoquartier", "Une solution sans lieu"]
    assert table.crs.to_epsg() == 4326
    row = table[table["titre"] == "Un écoquartier"].iloc[0]
    assert row.geometry.bounds == pytest.approx(operation.geometry.extent)
    assert row["adresse"] == f"https://exemple.fr{operation.get_absolute_url()}"


def test_unknown_format_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="shp"):
        call_command("export_records", tmp_path / "fiches.shp")
    assert list(tmp_path.iterdir()) == []
