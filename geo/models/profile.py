"""The standardised profile of a territory, by which its twins are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from geo.fields import CubeField
from geo.models.territory import Level, Territory


class TerritoryProfile(models.Model):
    """Variables of a territory: as measured in ``values``, standardised within its level in ``profile``.

    The order of both is that of ``geo.twins.VARIABLES[level]``. Computed in SQL at each import.
    """

    territory = models.OneToOneField(
        Territory, models.CASCADE, primary_key=True, related_name="profile", verbose_name=_("territoire")
    )
    level = models.CharField(_("niveau"), max_length=14, choices=Level)
    values = ArrayField(models.FloatField(), verbose_name=_("valeurs"))
    profile = CubeField(_("profil"))

    class Meta:
        verbose_name = _("profil de territoire")
        verbose_name_plural = _("profils de territoire")
        ordering = ["territory"]
        indexes = [
            # twins(): the nearest profiles of the same level
            GistIndex(fields=["profile"], name=f"profile_knn_{level}", condition=models.Q(level=level))
            for level in (Level.COMMUNE.value, Level.EPCI.value, Level.DEPARTEMENT.value)
        ]

    def __str__(self) -> str:
        return str(self.territory)
