"""Look territories up by code, former code, name and postal code, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import FloatField, Func

from geo.models import FormerCommune, Level, Territory
from geo.names import bare_names, normalise

COMMUNAL = (Level.COMMUNE.value, Level.ARRONDISSEMENT.value)


@lru_cache(maxsize=1000)
def region_key(name: str) -> str:
    """Return the name in any order of its words, without final « s »: « Champagne-Ardennes » is common."""
    return " ".join(sorted(word.rstrip("s") for word in normalise(name).split()))


@dataclass(frozen=True, slots=True)
class IndexedTerritory:
    """A territory, light enough to hold them all. ``point`` is (lon, lat), degrees, srid 4326."""

    pk: int
    level: str
    code: str
    name: str
    departement: str = ""
    point: tuple[float, float] | None = None
    area_km2: float | None = None
    postal_codes: tuple[str, ...] = ()
    commune_name: str = ""
    region: str = ""

    @property
    def reference(self) -> str:
        """Return its public key in one word: « commune:35238 »."""
        return f"{self.level}:{self.code}"

    @property
    def label(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def choice(self) -> tuple[str, str]:
        """Return its (reference, label), to be proposed."""
        return self.reference, self.label


@dataclass(frozen=True, slots=True)
class FormerCode:
    code: str
    name: str
    successor: IndexedTerritory


@dataclass(slots=True)
class TerritoryIndex:
    """Every way of finding a territory from the cells of a file."""

    by_reference: dict[str, IndexedTerritory] = field(default_factory=dict)
    communes: dict[str, IndexedTerritory] = field(default_factory=dict)
    former_codes: dict[str, list[FormerCode]] = field(default_factory=lambda: defaultdict(list))
    former_names: dict[str, list[FormerCode]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, list[IndexedTerritory]] = field(default_factory=lambda: defaultdict(list))
    groupings: dict[str, list[IndexedTerritory]] = field(default_factory=lambda: defaultdict(list))
    by_postal_code: dict[str, list[IndexedTerritory]] = field(default_factory=lambda: defaultdict(list))
    new_communes: set[str] = field(default_factory=set)
    regions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(
        cls, territories: Iterable[IndexedTerritory], former: Iterable[FormerCode] = ()
    ) -> TerritoryIndex:
        index = cls()
        for territory in territories:
            index.add(territory)
        for old in former:
            index.former_codes[old.code].append(old)
            index.new_communes.add(old.successor.code)
            if old.name:
                index.former_names[normalise(old.name)].append(old)
        return index

    @classmethod
    def load(cls) -> TerritoryIndex:
        """Load all current territories; two queries."""
        by_pk = {territory.pk: territory for territory in _current_territories()}
        rows = FormerCommune.objects.values_list("code", "name", "successor_id")
        old = [FormerCode(code, name, by_pk[pk]) for code, name, pk in rows if pk in by_pk]
        return cls.build(by_pk.values(), old)

    def add(self, territory: IndexedTerritory) -> None:
        """Make the territory findable."""
        self.by_reference[territory.reference] = territory
        name = normalise(territory.name)
        if territory.level == Level.REGION:
            self.regions[region_key(territory.name)] = territory.code
        if territory.level not in COMMUNAL:
            for form in {name, *bare_names(name)}:
                self.groupings[form].append(territory)
            return
        self.communes[territory.code] = territory
        if territory.level == Level.COMMUNE:
            for form in {name, *bare_names(name)}:
                self.names[form].append(territory)
        for code in territory.postal_codes:
            self.by_postal_code[code].append(territory)

    def find_by_name(self, name: str, departement: str = "") -> list[IndexedTerritory]:
        """Return current communes of that name, else those that replaced a commune of that name."""
        form = normalise(name)
        found = self.names.get(form) or [old.successor for old in self.former_names.get(form, [])]
        unique = list({territory.code: territory for territory in found}.values())
        return [g for g in unique if g.departement == departement] if departement else unique


def point_coordinate(function: str) -> Func:
    """Return the SQL expression of one coordinate of a territory's point, in degrees (srid 4326)."""
    return Func("point", function=function, output_field=FloatField())


def _current_territories() -> Iterable[IndexedTerritory]:
    rows = (
        Territory.objects.current()
        .annotate(lon=point_coordinate("ST_X"), lat=point_coordinate("ST_Y"))
        .values_list(
            "pk",
            "level",
            "code",
            "name",
            "departement__code",
            "lon",
            "lat",
            "area_km2",
            "postal_codes",
            "commune__name",
            "region__code",
        )
    )
    for pk, level, code, name, departement, lon, lat, area, postal_codes, commune, region in rows.iterator():
        point = None if lon is None else (lon, lat)
        codes = tuple(postal_codes)
        within = departement or ""
        yield IndexedTerritory(pk, level, code, name, within, point, area, codes, commune or "", region or "")
