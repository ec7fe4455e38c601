"""What the map reads: kept by the database from the published records (migrations 0010, 0012), never edited.

Cells are counted in the grid of zoom 21: ``col`` and ``line`` of a place at zoom ``z`` are those of
zoom 21 shifted right by ``21 - z``, so that no rounding puts a record into two tiles.
"""

from collections.abc import Sequence
from typing import Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from catalogue.models.conditions import AnsweringQuerySet, answers
from catalogue.models.record import Record


class MapEntryQuerySet(AnsweringQuerySet):
    """Points of the map: what they answer by themselves, the records are not asked."""

    def bearing(self, terms: Sequence[str]) -> Self:
        """Those that bear any of the facet terms (``theme:eau``)."""
        return self.filter(terms__overlap=list(terms))

    @answers("preuve")
    def at_least_proven(self, level: int) -> Self:
        """Those whose niveau de preuve is at least ``level``."""
        return self.filter(proof__gte=level)

    @answers("de")
    def active_since(self, year: int) -> Self:
        """Those whose period touches that year or a later one."""
        return self.filter(last_year__gte=year)

    @answers("a")
    def active_until(self, year: int) -> Self:
        """Those whose period touches that year or an earlier one."""
        return self.filter(first_year__lte=year)


class MapEntry(models.Model):
    """A published record that stands somewhere: only what a tile shows of it, in a narrow row."""

    record = models.OneToOneField(
        Record,
        models.DO_NOTHING,
        primary_key=True,
        related_name="map",
        db_constraint=False,
        verbose_name=_("fiche"),
    )
    point = models.PointField(_("point"), srid=3857, spatial_index=False)
    col = models.IntegerField(_("colonne au zoom 21"))
    line = models.IntegerField(_("rangée au zoom 21"))
    kind = models.CharField(_("nature"), max_length=16)
    proof = models.SmallIntegerField(_("niveau de preuve"), null=True)
    precision = models.CharField(_("précision"), max_length=10)
    slug = models.CharField(_("adresse courte"), max_length=120)
    title = models.CharField(_("titre, abrégé"), max_length=100)
    first_year = models.SmallIntegerField(_("première année"), null=True)
    last_year = models.SmallIntegerField(_("dernière année"), null=True)
    terms = ArrayField(
        models.TextField(),
        verbose_name=_("valeurs de facettes"),
        default=list,
        help_text=_("Celles de l’entrée de recherche."),
    )
    due_on = models.DateField(_("à revoir avant le"), null=True)

    objects = MapEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("point de la carte")
        verbose_name_plural = _("points de la carte")
        indexes = [
            # the points of a tile
            GistIndex(fields=["point"], name="mapentry_point"),
        ]

    def __str__(self) -> str:
        return self.title


class MapShape(models.Model):
    """The line or the perimeter of a published record, in Web Mercator."""

    record = models.OneToOneField(
        Record,
        models.DO_NOTHING,
        primary_key=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("fiche"),
    )
    shape = models.GeometryField(_("tracé"), srid=3857, spatial_index=False)
    width = models.FloatField(_("largeur (m de Mercator)"))
    kind = models.CharField(_("nature"), max_length=16)
    slug = models.CharField(_("adresse courte"), max_length=120)
    title = models.CharField(_("titre, abrégé"), max_length=100)

    class Meta:
        verbose_name = _("tracé de la carte")
        verbose_name_plural = _("tracés de la carte")
        indexes = [
            # the perimeters of a tile that are wide enough to be seen
            GistIndex(fields=["shape", "width"], name="mapshape_shape"),
        ]

    def __str__(self) -> str:
        return self.title


class MapCell(models.Model):
    """How many published records stand in a cell of 1/32 of a tile, by kind, for the low zooms.

    Only ever added to: a change is one row more, with negative counts for what left, so that two
    writers never wait for each other. ``catalogue_compact_map()`` sums the rows of a cell into one.
    """

    zoom = models.SmallIntegerField(_("zoom de la tuile"))
    x = models.IntegerField(_("colonne de la tuile"))
    y = models.IntegerField(_("rangée de la tuile"))
    col = models.IntegerField(_("colonne"))
    line = models.IntegerField(_("rangée"))
    n = models.IntegerField(_("fiches"))
    solution = models.IntegerField(_("solutions"))
    experimentation = models.IntegerField(_("expérimentations"))
    operation = models.IntegerField(_("opérations"))
    site = models.IntegerField(_("sites"))
    besoin = models.IntegerField(_("besoins"))
    sum_x = models.FloatField(_("somme des x (m)"))
    sum_y = models.FloatField(_("somme des y (m)"))
    key = models.BigIntegerField(
        _("somme des clés"), help_text=_("La clé de la fiche, quand elle est seule.")
    )

    class Meta:
        verbose_name = _("cellule de la carte")
        verbose_name_plural = _("cellules de la carte")
        indexes = [
            # the cells of a tile
            models.Index(fields=["zoom", "x", "y"], name="mapcell_tile"),
        ]

    def __str__(self) -> str:
        return f"{self.zoom}/{self.x}/{self.y} : {self.n}"


class CatalogueChange(models.Model):
    """A statement that changed what the public sees: the number of the last and their count are the version.

    Only ever added to, like the cells; trimming leaves a new number, so that no pair comes twice.
    """

    class Meta:
        verbose_name = _("changement du catalogue")
        verbose_name_plural = _("changements du catalogue")

    def __str__(self) -> str:
        return str(self.pk)
