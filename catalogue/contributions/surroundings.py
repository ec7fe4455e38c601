"""What is around a place: the territories it lies in, what designates them, what is published near it.

Shown on the place step of a form, by ``/api/lieu/`` while one draws and by the page once it is saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from catalogue.models import Programme, Record, Zonage, ZonageMember
from catalogue.records.wording import NBSP, distance_words, format_integer
from geo.models import Territory

AROUND_KM = 2
MOST_NEIGHBOURS = 6
NEIGHBOUR_KINDS = (Record.Kind.OPERATION, Record.Kind.EXPERIMENT, Record.Kind.SITE)


@dataclass(frozen=True)
class Neighbour:
    """A published record near the place."""

    title: str
    kind: str
    address: str
    distance: str


@dataclass(frozen=True)
class Surroundings:
    """What is known of a place; ``facts`` are terms and values, ready to be shown."""

    facts: list[dict[str, str]] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    neighbours: list[Neighbour] = field(default_factory=list)


def describe_surroundings(
    geometry: GEOSGeometry | None, territory: Territory | None, *, record_key: int | None = None
) -> Surroundings:
    """Return what is around a geometry (srid 4326) in its territory, the record ``record_key`` left out."""
    if territory is not None:  # with those it lies in, whose outlines weigh megabytes
        territory = Territory.objects.with_parents().get(pk=territory.pk)
    return Surroundings(
        facts=_facts(territory) if territory is not None else [],
        programmes=[_zonage_words(zonage) for zonage in zonages(territory)] if territory is not None else [],
        neighbours=_neighbours(geometry, record_key) if geometry is not None else [],
    )


def zonages(territory: Territory) -> QuerySet[Zonage]:
    """Return zonages that designate the territory or one it lies in, each with its programme."""
    within = [
        territory.pk,
        territory.commune_id,
        territory.epci_id,
        territory.ept_id,
        territory.departement_id,
        territory.region_id,
    ]
    members = Prefetch(
        "members",
        queryset=ZonageMember.objects.filter(
            territory__in=[pk for pk in within if pk is not None]
        ).select_related("territory"),
        to_attr="here",
    )
    return (
        Zonage.objects.filter(members__territory__in=[pk for pk in within if pk is not None])
        .distinct()
        .select_related("programme")
        .prefetch_related(members)
    )


def suggested_programmes(territory: Territory) -> QuerySet[Programme]:
    """Return programmes that designate the territory, or one it lies in: to be offered for a record there."""
    return Programme.objects.filter(zonages__in=zonages(territory).prefetch_related(None)).distinct()


def _zonage_words(zonage: Zonage) -> str:
    """Return « Action cœur de ville (Rennes) »."""
    places = ", ".join(member.territory.name for member in zonage.here)  # type: ignore[attr-defined]
    return f"{zonage.label} ({places})"


def _facts(territory: Territory) -> list[dict[str, str]]:
    found = [(territory.kind_label.capitalize(), territory.label)]
    if territory.commune is not None:
        found.append((_("Commune"), territory.commune.label))
    if territory.epci is not None:
        found.append((_("Intercommunalité"), territory.epci.name))
    if territory.departement is not None:
        found.append((_("Département"), territory.departement.name))
    if territory.region is not None:
        found.append((_("Région"), territory.region.name))
    if territory.population is not None:
        found.append((_("Population"), f"{format_integer(territory.population)}{NBSP}{_('habitants')}"))
    if territory.density_class is not None:
        found.append((_("Densité"), territory.get_density_class_display()))
    return [{"term": term, "value": value} for term, value in found]


def _neighbours(geometry: GEOSGeometry, record_key: int | None) -> list[Neighbour]:
    """Return published records within two kilometres, the nearest first (record_geog_published)."""
    point = geometry if isinstance(geometry, Point) else geometry.point_on_surface
    near = (
        Record.objects.published()
        .near(point, AROUND_KM)
        .filter(kind__in=NEIGHBOUR_KINDS)
        .with_distance(point)
        .nearest_first(point)
        .only("title", "slug", "kind", "location_precision")
    )
    if record_key is not None:
        near = near.exclude(pk=record_key)
    return [
        Neighbour(
            one.title,
            one.get_kind_display(),
            one.get_absolute_url(),
            distance_words(one.distance.m, is_coarse=one.is_coarse),
        )
        for one in near[:MOST_NEIGHBOURS]
    ]
