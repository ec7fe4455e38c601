"""How much a record is read, counted without knowing by whom."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.record import Record


class AudienceDay(models.Model):
    """Views and contacts of one record on one day."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="audience", verbose_name=_("fiche"))
    day = models.DateField(_("jour"))
    views = models.PositiveIntegerField(_("affichages"), default=0)
    contacts = models.PositiveIntegerField(_("mises en relation"), default=0)

    class Meta:
        verbose_name = _("audience d’une fiche")
        verbose_name_plural = _("audience des fiches")
        constraints = [models.UniqueConstraint(fields=["record", "day"], name="audienceday_once")]

    def __str__(self) -> str:
        return f"{self.record} – {self.day}"
