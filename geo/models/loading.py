"""The journal of imports of the territory: what the database holds, and the version of its tiles."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class TerritoryLoad(models.Model):
    """One import that changed something; the newest is that of the data in the database."""

    fingerprint = models.CharField(_("empreinte des sources"), max_length=64)
    millesime = models.PositiveSmallIntegerField(_("millésime"))
    departements = ArrayField(
        models.CharField(max_length=3),
        verbose_name=_("départements chargés"),
        default=list,
        blank=True,
        help_text=_("Vide : tout le territoire."),
    )
    figures = models.JSONField(_("chiffres"), default=dict)
    rejects = models.JSONField(_("rejets"), default=list, blank=True)
    loaded_at = models.DateTimeField(_("chargé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("chargement du territoire")
        verbose_name_plural = _("chargements du territoire")
        ordering = ["-pk"]
        get_latest_by = "pk"

    def __str__(self) -> str:
        return f"{self.millesime} – {self.fingerprint[:12]}"
