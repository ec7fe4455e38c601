"""How much a record is read and what searches do not find, counted without knowing by whom."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
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


class SearchMiss(models.Model):
    """Words that found nothing on one day, and how many times they were searched."""

    day = models.DateField(_("jour"))
    words = models.CharField(_("mots"), max_length=200, help_text=_("En minuscules."))
    missing = ArrayField(models.TextField(), verbose_name=_("mots absents"), default=list)
    count = models.PositiveIntegerField(_("fois"), default=0)

    class Meta:
        verbose_name = _("recherche sans réponse")
        verbose_name_plural = _("recherches sans réponse")
        constraints = [
            # also cuts the months of the dashboard, and what is too old
            models.UniqueConstraint(fields=["day", "words"], name="searchmiss_once"),
        ]
        indexes = [
            # what lacked the last time that words were searched
            models.Index(fields=["words", "-day"], name="searchmiss_words"),
        ]

    def __str__(self) -> str:
        return f"{self.words} – {self.day}"
