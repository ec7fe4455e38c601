"""Outlines drawn on the map, one per territory and zoom band, sharing their borders inside a band."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from geo.models.territory import WEB_MERCATOR, Band, Level, Territory


class TerritoryOutline(models.Model):
    """The outline of a territory in Web Mercator, generalised for one zoom band."""

    territory = models.ForeignKey(
        Territory, models.CASCADE, related_name="outlines", verbose_name=_("territoire")
    )
    level = models.CharField(_("niveau"), max_length=14, choices=Level)
    band = models.PositiveSmallIntegerField(_("bande de zoom"), choices=Band)
    geometry = models.MultiPolygonField(_("contour"), srid=WEB_MERCATOR, spatial_index=False)

    class Meta:
        verbose_name = _("contour généralisé")
        verbose_name_plural = _("contours généralisés")
        ordering = ["band", "territory"]
        indexes = [
            # the outlines of a tile: one partial index for each band. An expression, because Django
            # forgets the condition of an index on a geometry field.
            GistIndex(models.F("geometry"), name=f"outline_band_{band}", condition=models.Q(band=band))
            for band in Band.values
        ]
        constraints = [
            models.UniqueConstraint(fields=["territory", "band"], name="outline_once_per_band"),
            models.CheckConstraint(condition=models.Q(band__in=Band.values), name="outline_band_known"),
            models.CheckConstraint(condition=models.Q(geometry__isvalid=True), name="outline_geometry_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.territory} – {self.get_band_display()}"
