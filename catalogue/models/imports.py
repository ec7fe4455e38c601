"""What an import makes of each row of its file: written anew by each dry run, read by the workshop."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from catalogue.models.history import ImportBatch
from catalogue.models.record import Record


class ImportRow(models.Model):
    """A row of an imported file: what the last dry run, or the write, made of it."""

    class Fate(models.TextChoices):
        NEW = "nouvelle", _("nouvelle")
        CHANGED = "modifiee", _("modifiée")
        UNCHANGED = "inchangee", _("inchangée")
        SUSPICIOUS = "douteuse", _("douteuse")
        REJECTED = "rejetee", _("rejetée")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name=_("lot"))
    line = models.PositiveIntegerField(_("ligne du fichier"))
    fate = models.CharField(_("sort"), max_length=10, choices=Fate)
    key = models.CharField(_("identifiant"), max_length=120, blank=True)
    title = models.CharField(_("titre"), max_length=250, blank=True)
    codes = ArrayField(models.CharField(max_length=40), verbose_name=_("motifs"), default=list)
    record = models.ForeignKey(
        Record, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("fiche")
    )
    digest = models.CharField(
        _("empreinte"), max_length=32, blank=True, help_text=_("De ce que l’écriture ferait.")
    )
    detail = models.JSONField(_("détail"), default=dict)

    class Meta:
        verbose_name = _("ligne d’import")
        verbose_name_plural = _("lignes d’import")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="importrow_once")]
        indexes = [
            # the rows of a fate, page by page
            models.Index(fields=["batch", "fate", "line"], name="importrow_fate"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.line}"
