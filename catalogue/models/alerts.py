"""Searches that somebody keeps, and what they were told of them."""

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class SavedSearch(models.Model):
    """A search that somebody wants to be told about."""

    class Rhythm(models.TextChoices):
        NEVER = "jamais", _("sans alerte")
        IMMEDIATE = "immediat", _("dès la publication")
        DAILY = "quotidien", _("une fois par jour")
        WEEKLY = "hebdomadaire", _("une fois par semaine")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", verbose_name=_("compte")
    )
    name = models.CharField(_("nom"), max_length=120)
    query_string = models.CharField(_("critères"), max_length=2000)
    zone = models.GeometryField(_("zone"), srid=4326, null=True, blank=True)
    rhythm = models.CharField(_("rythme"), max_length=12, choices=Rhythm, default=Rhythm.NEVER)
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)

    class Meta:
        verbose_name = _("recherche enregistrée")
        verbose_name_plural = _("recherches enregistrées")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
