"""The capitalisation sheet of a record: its written sections, and the indicators that were typed in bulk."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.record import Record


class Section(models.Model):
    """One section of the sheet, in Markdown; those that a kind has a field for stand in that field."""

    class Code(models.TextChoices):
        CONTEXT = "contexte", _("Contexte")
        STAGE = "etape", _("Étape")
        PARTNERS = "partenaires", _("Partenaires")
        LIFTED = "frein", _("Frein levé")
        SOLUTION = "solution", _("Solution")
        RESULTS = "resultats", _("Résultats")
        SUCCESS = "reussite", _("Facteurs de succès")
        OBSTACLES = "obstacles", _("Obstacles rencontrés")
        KEPT = "repris", _("Ce qui a été repris")
        CHANGED = "change", _("Ce qui a été changé")
        REUSE = "reutilisation", _("Conditions de réutilisation")
        OTHERWISE = "autrement", _("Ce que l’on referait autrement")

    record = models.ForeignKey(Record, models.CASCADE, related_name="sections", verbose_name=_("fiche"))
    code = models.CharField(_("section"), max_length=16, choices=Code)
    text = models.TextField(_("texte"))

    class Meta:
        verbose_name = _("section de capitalisation")
        verbose_name_plural = _("sections de capitalisation")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "code"],
                name="section_once",
                violation_error_message=_("Cette section est déjà écrite."),
            ),
            models.CheckConstraint(
                condition=models.Q(text__regex=r"\S"),
                name="section_says_something",
                violation_error_message=_("Une section vide ne se garde pas."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_code_display()


class TypingBatch(models.Model):
    """Indicators that were given a shared type together, so that it can be undone together."""

    types = models.JSONField(_("types donnés"), help_text=_("Clé de l’indicateur → code de son type."))
    created_by = optional_user(_("par"))
    created_at = models.DateTimeField(_("le"), auto_now_add=True)
    undone_at = models.DateTimeField(_("annulé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("lot d’indicateurs typés")
        verbose_name_plural = _("lots d’indicateurs typés")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.created_at:%d/%m/%Y} – {len(self.types)}"
