"""The chain of territories: one adjective a method. ``with_*`` annotates, everything else filters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Self

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.contrib.postgres.fields import ArrayField

from geo import completion

if TYPE_CHECKING:
    from geo.models import Territory

MEMBERSHIP = {
    "commune": "commune",
    "epci": "epci",
    "ept": "ept",
    "departement": "departement",
    "region": "region",
}
"""The link that leads from a territory to the one of that level that it lies in."""
MOST_SUGGESTIONS = 20


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def current(self) -> Self:
        """Return those in force in the loaded vintage."""
        return self.filter(is_current=True)

    def at_level(self, *levels: str) -> Self:
        return self.filter(level__in=levels)

    def with_geometry(self) -> Self:
        """Return the same, with the outline read at once (srid 4326)."""
        return self.defer(None)

    def with_parents(self) -> Self:
        """Return the same, with the enclosing territories fetched at once, outlines aside."""
        shapes = [f"{parent}__{field}" for parent, field in product(MEMBERSHIP, ("geometry", "envelope"))]
        return self.select_related(*MEMBERSHIP).defer("geometry", *shapes)

    def inside(self, territory: Territory) -> Self:
        """Return the territory and those in it; an EPCI over two départements is in that of its main town."""
        if territory.level == "pays":
            return self.all()
        link = MEMBERSHIP.get(territory.level)
        itself = models.Q(pk=territory.pk)
        return self.filter(itself | models.Q(**{link: territory.pk}) if link else itself)

    def parts_of(self, territory: Territory) -> Self:
        """Return those that lie in the territory, itself aside."""
        return self.inside(territory).exclude(pk=territory.pk)

    def containing(self, point: Point) -> Self:
        """Return current territories whose outline covers ``point`` (srid 4326), borders included."""
        return self.current().filter(geometry__covers=point)

    def locate(self, point: Point) -> Territory | None:
        """Return the arrondissement, else the commune, that covers ``point`` (srid 4326); None at sea."""
        finest_first = self.containing(point).at_level("arrondissement", "commune").order_by("level", "code")
        return finest_first.first()

    def near(self, point: Point, km: float) -> Self:
        """Return those whose point is within ``km`` kilometres of ``point`` (srid 4326), true metres."""
        return self.filter(geog__dwithin=(point, D(km=km)))

    def with_distance(self, point: Point) -> Self:
        """Annotate ``distance``, true metres from ``point`` (srid 4326)."""
        return self.annotate(distance=Distance("geog", point))

    def nearest_first(self, point: Point) -> Self:
        """Order by the KNN operator, so that the GiST index on ``geog`` gives the order."""
        return self.filter(geog__isnull=False).order_by(GeometryDistance("geog", point), "pk")

    def with_postal_code(self, code: str) -> Self:
        """Return communes and arrondissements that the postal code serves."""
        return self.filter(postal_codes__contains=[code])

    def complete(self, query: str, limit: int = 10, levels: Sequence[str] = ()) -> Self:
        """Return territories that complete ``query``, best first; ``alias`` is the former name that matched.

        By name, part of a name, former name, INSEE or SIREN code, postal code; accents, hyphens and typing
        errors are forgiven, a code at the end separates homonyms (« saint denis 974 »).
        """
        found = completion.find_territories(query, min(limit, MOST_SUGGESTIONS), levels)
        if not found:
            return self.none()
        ids, aliases = [pk for pk, _ in found], [alias for _, alias in found]
        return (
            self.filter(pk__in=ids).annotate(rank=rank_in(ids), alias=alias_of(ids, aliases)).order_by("rank")
        )

    def resolve(self, level: str, code: str) -> Territory:
        """Return the territory in force for a code, merged communes followed (93059 → 93066).

        Raises ``Territory.DoesNotExist`` when the code is that of nothing, past or present.
        """
        code = code.strip().upper()
        for _step in range(4):  # a commune merged into one that merged later
            own = self.filter(level=level, code=code).first()
            if own is not None and own.is_current:
                return own
            successor = self.filter(former_communes__code=code).first() if level == "commune" else None
            if successor is None:
                break
            if successor.is_current:
                return successor
            code = successor.code
        raise self.model.DoesNotExist(f"{level} {code}")


class TerritoryManager(models.Manager.from_queryset(TerritoryQuerySet)):  # type: ignore[misc]
    """Territories without their outline, which weighs up to megabytes: ``with_geometry()`` brings it."""

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("geometry")


def rank_in(ids: list[int]) -> models.Func:
    """Return the SQL expression of the row's place in a list of primary keys."""
    array = models.Value(ids, output_field=ArrayField(models.BigIntegerField()))
    return models.Func(array, models.F("pk"), function="array_position", output_field=models.IntegerField())


def alias_of(ids: list[int], aliases: list[str]) -> models.Func:
    """Return the SQL expression of the alias at the row's place in ``ids``."""
    array = models.Value(aliases, output_field=ArrayField(models.TextField()))
    return models.Func(
        array, rank_in(ids), template="(%(expressions)s]", arg_joiner=")[", output_field=models.TextField()
    )
