"""The territory: a commune and everything it belongs to, found by its level and public code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from geo.prose import at_name, of_name
from geo.querysets import TerritoryManager, TerritoryQuerySet
from geo.twins import nearest_twins

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from geo.twins import Explanation

WGS84 = 4326
WEB_MERCATOR = 3857
OVERSEAS_COLLECTIVITIES = frozenset({"975", "977", "978", "984", "986", "987", "988", "989"})
"""Codes of the collectivités d’outre-mer, at the level of the départements."""


class Level(models.TextChoices):
    """The levels of territory, from the smallest to the country."""

    COMMUNE = "commune", _("commune")
    ARRONDISSEMENT = "arrondissement", _("arrondissement municipal")
    EPCI = "epci", _("intercommunalité")
    EPT = "ept", _("établissement public territorial")
    DEPARTEMENT = "departement", _("département")
    REGION = "region", _("région")
    COUNTRY = "pays", _("pays")


class DensityClass(models.IntegerChoices):
    """Density classes computed from population and area, not the communal density grid of INSEE."""

    VERY_DENSE = 1, _("très dense (1 500 hab./km² ou plus)")
    DENSE = 2, _("dense (300 à 1 500 hab./km²)")
    MEDIUM = 3, _("intermédiaire (100 à 300 hab./km²)")
    SPARSE = 4, _("peu dense (30 à 100 hab./km²)")
    VERY_SPARSE = 5, _("très peu dense (moins de 30 hab./km²)")


class EpciType(models.TextChoices):
    """Legal forms of an EPCI, and the établissement public territorial."""

    CC = "CC", _("communauté de communes")
    CA = "CA", _("communauté d’agglomération")
    CU = "CU", _("communauté urbaine")
    METRO = "METRO", _("métropole")
    MET69 = "MET69", _("métropole de Lyon")
    EPT = "EPT", _("établissement public territorial")


class Band(models.IntegerChoices):
    """Zoom bands; the value is the last zoom that the band serves."""

    COUNTRY = 5, _("zooms 0 à 5")
    REGION = 8, _("zooms 6 à 8")
    FULL = 16, _("zooms 9 à 16")


def point_as(function_srid: int) -> models.Func:
    """Return the SQL expression of ``point`` in another reference system."""
    return models.Func(
        models.F("point"),
        models.Value(function_srid),
        function="ST_Transform",
        output_field=models.PointField(srid=function_srid),
    )


def parent(related_name: str, label: StrPromise) -> models.ForeignKey[Territory | None, Territory | None]:
    """Return a nullable link to an enclosing territory."""
    return models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name=related_name, verbose_name=label
    )


class Territory(models.Model):
    """A place that has a code: ``(level, code)`` is its public key.

    Querysets leave ``geometry`` out (a région weighs megabytes); ask for it with ``with_geometry()``.
    """

    level = models.CharField(_("niveau"), max_length=14, choices=Level)
    code = models.CharField(
        _("code"), max_length=9, help_text=_("Code INSEE, ou SIREN d’une intercommunalité.")
    )
    name = models.CharField(_("nom"), max_length=150)
    name_type = models.PositiveSmallIntegerField(
        _("type d’article"), default=0, help_text=_("Type de nom en clair (TNCC) de l’INSEE, de 0 à 8.")
    )
    slug = models.SlugField(_("nom simplifié"), max_length=160, db_index=False)
    commune = parent("arrondissements", _("commune"))
    epci = parent("epci_members", _("intercommunalité"))
    ept = parent("ept_members", _("établissement public territorial"))
    departement = parent("departement_members", _("département"))
    region = parent("region_members", _("région"))
    seat = parent("seat_of", _("chef-lieu"))
    population = models.PositiveIntegerField(_("population municipale"), null=True, blank=True)
    area_km2 = models.FloatField(
        _("superficie (km²)"),
        null=True,
        blank=True,
        help_text=_("Calculée sur l’ellipsoïde à partir du contour."),
    )
    density = models.FloatField(_("densité (hab./km²)"), null=True, blank=True)
    density_class = models.PositiveSmallIntegerField(
        _("classe de densité calculée"), choices=DensityClass, null=True, blank=True
    )
    geometry = models.MultiPolygonField(_("contour"), srid=WGS84, null=True, blank=True, spatial_index=False)
    envelope = models.GeneratedField(
        expression=models.Func(
            models.F("geometry"), function="ST_Envelope", output_field=models.GeometryField(srid=WGS84)
        ),
        output_field=models.GeometryField(srid=WGS84, null=True, spatial_index=False),
        db_persist=True,
        verbose_name=_("emprise"),
    )
    point = models.PointField(
        _("point"),
        srid=WGS84,
        null=True,
        blank=True,
        spatial_index=False,
        help_text=_("Mairie si elle est dans le contour, sinon un point du contour."),
    )
    geog = models.GeneratedField(
        expression=Cast("point", models.PointField(srid=WGS84, geography=True)),
        output_field=models.PointField(srid=WGS84, geography=True, null=True, spatial_index=False),
        db_persist=True,
        verbose_name=_("point sur l’ellipsoïde"),
    )
    mercator = models.GeneratedField(
        expression=point_as(WEB_MERCATOR),
        output_field=models.PointField(srid=WEB_MERCATOR, null=True, spatial_index=False),
        db_persist=True,
        verbose_name=_("point des tuiles"),
    )
    label_zoom = models.PositiveSmallIntegerField(
        _("zoom d’apparition du nom"),
        null=True,
        blank=True,
        help_text=_("Calculé selon la population et le voisinage."),
    )
    postal_codes = ArrayField(
        models.CharField(max_length=5), verbose_name=_("codes postaux"), default=list, blank=True
    )
    epci_type = models.CharField(_("type d’intercommunalité"), max_length=5, choices=EpciType, blank=True)
    is_coastal = models.BooleanField(
        _("littoral"),
        null=True,
        blank=True,
        help_text=_("Touche la mer ou un estuaire ; calculé à partir des contours."),
    )
    is_overseas = models.BooleanField(_("outre-mer"), default=False)
    is_current = models.BooleanField(_("en vigueur"), default=True)
    millesime = models.PositiveSmallIntegerField(_("millésime"))
    source = models.CharField(_("source"), max_length=200)

    objects = TerritoryManager()

    if TYPE_CHECKING:
        explanation: Explanation
        """Set by ``twins()`` alone."""

    class Meta:
        verbose_name = _("territoire")
        base_manager_name = "objects"
        default_manager_name = "objects"
        ordering = ["level", "code"]
        indexes = [
            # reverse look-up of a point, records in a territory, suspicion of the importers
            GistIndex(fields=["geometry"], name="territory_geometry"),
            # near(): radius and KNN in true metres
            GistIndex(fields=["geog"], name="territory_geog"),
            # town names of a tile; an expression, because Django forgets the condition on a geometry field
            GistIndex(
                models.F("mercator"),
                name="territory_label_mercator",
                condition=models.Q(label_zoom__isnull=False),
            ),
            # names of the low zooms, where the tile covers the country
            models.Index(
                fields=["label_zoom"],
                name="territory_label_zoom",
                condition=models.Q(label_zoom__isnull=False),
            ),
            # the région of many territories at once, without reading their outlines
            models.Index(fields=["id"], include=["level", "region"], name="territory_region"),
            # communes of a postal code
            GinIndex(fields=["postal_codes"], name="territory_postal_codes"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["level", "code"], name="territory_level_code_once"),
            models.CheckConstraint(
                condition=models.Q(geometry__isnull=True) | models.Q(geometry__isvalid=True),
                name="territory_geometry_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(geometry__isnull=True)
                | models.Q(point__isnull=True)
                | models.Q(geometry__covers=models.F("point")),
                name="territory_point_in_geometry",
            ),
            models.CheckConstraint(
                condition=models.Q(area_km2__isnull=True) | models.Q(area_km2__gt=0),
                name="territory_area_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(density__isnull=True) | models.Q(density__gte=0),
                name="territory_density_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(density_class__isnull=True) | models.Q(density_class__range=(1, 5)),
                name="territory_density_class_range",
            ),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="territory_level_known"),
            models.CheckConstraint(
                condition=models.Q(
                    code__regex=r"^([0-9]{2}|[0-9]{3}|[0-9]{5}|[0-9]{9}|2[AB]|2[AB][0-9]{3}|FR)$"
                ),
                name="territory_code_shape",
            ),
            models.CheckConstraint(
                condition=models.Q(level="arrondissement", commune__isnull=False)
                | (~models.Q(level="arrondissement") & models.Q(commune__isnull=True)),
                name="territory_commune_of_arrondissement",
            ),
            models.CheckConstraint(
                condition=models.Q(name_type__range=(0, 8)), name="territory_name_type_range"
            ),
            models.CheckConstraint(
                condition=models.Q(millesime__range=(2000, 2100)), name="territory_millesime_plausible"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def and_inside(self) -> TerritoryQuerySet:
        """Return the territory itself and those that lie in it: for ``filter(territory__in=…)``."""
        inside: TerritoryQuerySet = type(self).objects.inside(self)
        return inside

    def twins(self, n: int = 10) -> list[Territory]:
        """Return the nearest twins of the same level, with ``twin_distance`` and ``explanation``."""
        return nearest_twins(self, n)

    def simplified_outline(self) -> dict[str, Any] | None:
        """Return the outline for a map of the territory alone, as GeoJSON (srid 4326); None without one.

        A région is drawn by the coarsest band, larger ground than a commune by the next, a commune in full.
        """
        coarsest = Band.COUNTRY if self.level == Level.REGION else Band.REGION
        degrees = AsGeoJSON(Transform("geometry", WGS84), precision=5)
        drawn = self.outlines.filter(band__gte=coarsest).order_by("band").annotate(json=degrees)
        text = drawn.values_list("json", flat=True).first()
        return json.loads(text) if text else None

    @property
    def url_parts(self) -> tuple[str, str]:
        """Level and code, the two arguments of the territory's URL."""
        return (self.level, self.code)

    @property
    def is_overseas_collectivity(self) -> bool:
        """True for a collectivité d’outre-mer, at the level of the départements."""
        return self.level == Level.DEPARTEMENT and self.code in OVERSEAS_COLLECTIVITIES

    @property
    def kind_label(self) -> str:
        """What the territory is, in words: « commune », « métropole », « collectivité d’outre-mer »."""
        if self.is_overseas_collectivity:
            return str(_("collectivité d’outre-mer"))
        return self.get_epci_type_display() if self.epci_type else self.get_level_display()

    @property
    def label(self) -> str:
        """Name and what distinguishes it from its homonyms: « Saint-Denis (93) », « Rennes Métropole »."""
        if self.level in (Level.COMMUNE, Level.ARRONDISSEMENT):
            return f"{self.name} ({self.departement_code})"
        return self.name

    @property
    def departement_code(self) -> str:
        """Code of the département of a commune, read from its own code."""
        return self.code[:3] if self.code[:2] in ("97", "98") else self.code[:2]

    @property
    def of_name(self) -> str:
        """The name after « de »: « de Rennes », « du Havre », « des Yvelines », « de l’Ain »."""
        return of_name(self.name, self.level, self.name_type)

    @property
    def at_name(self) -> str:
        """The name as a place: « à Rennes », « au Havre », « en Bretagne », « dans le Morbihan »."""
        return at_name(self.name, self.level, self.name_type, self.code)

    @property
    def has_outline(self) -> bool:
        """True when the source gives the outline; known by the area, so that no geometry is read."""
        return self.area_km2 is not None

    @property
    def bbox(self) -> tuple[float, float, float, float] | None:
        """Bounds (min lon, min lat, max lon, max lat; degrees, srid 4326), None without an outline."""
        return self.envelope.extent if self.envelope else None
