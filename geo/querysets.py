"""The chain of territories: one adjective a method. ``with_*`` annotates, everything else filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D

if TYPE_CHECKING:
    from geo.models import Territory


PARENTS = ("commune", "epci", "ept", "departement", "region")
PARENT_SHAPES = ("geometry", *(f"{parent}__{field}" for parent in PARENTS for field in ("geometry", "envelope")))


class TerritoryQuerySet(models.QuerySet["Territory"]):
    """Territories."""

    def current(self) -> Self:
        """Those in force in the loaded vintage."""
        return self.filter(is_current=True)

    def at_level(self, *levels: str) -> Self:
        """Those of one of these levels."""
        return self.filter(level__in=levels)

    def with_geometry(self) -> Self:
        """The same, with the outline read at once (srid 4326)."""
        return self.defer(None)

    def containing(self, point: Point) -> Self:
        """Current territories whose outline covers ``point`` (srid 4326), borders included."""
        return self.current().filter(geometry__covers=point)

    def near(self, point: Point, km: float) -> Self:
        """Territories whose point is within ``km`` kilometres of ``point`` (srid 4326), true metres."""
        return self.filter(geog__dwithin=(point, D(km=km)))

    def resolve(self, level: str, code: str) -> Territory:
        """The current territory of a level and a public code; a merged commune answers with its successor.

        Raises Territory.DoesNotExist when neither a current territory nor a former code matches.
        """
        found = self.current().filter(level=level, code=code).select_related(*PARENTS).defer(*PARENT_SHAPES)
        try:
            return found.get()
        except self.model.DoesNotExist:
            if level != "commune":
                raise
        successors = self.current().filter(level=level, former_communes__code=code)
        return successors.select_related(*PARENTS).defer(*PARENT_SHAPES).distinct().get()

    def with_distance(self, point: Point) -> Self:
        """Annotate ``distance``, true metres from ``point`` (srid 4326)."""
        return self.annotate(distance=Distance("geog", point))

    def nearest_first(self, point: Point) -> Self:
        """Order by the KNN operator, so that the GiST index on ``geog`` gives the order."""
        return self.filter(geog__isnull=False).order_by(GeometryDistance("geog", point), "pk")


class TerritoryManager(models.Manager.from_queryset(TerritoryQuerySet)):  # type: ignore[misc]
    """Territories without their outline, which weighs up to megabytes: ``with_geometry()`` brings it."""

    def get_queryset(self) -> TerritoryQuerySet:
        """The queryset that everything starts from."""
        return super().get_queryset().defer("geometry")
