"""Codes that are no longer in force, and the territory that took them over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from geo.models.territory import Territory


class FormerCommune(models.Model):
    """A commune merged into another, or a code that was replaced (old Corsican codes)."""

    class Kind(models.TextChoices):
        DELEGATED = "deleguee", _("commune déléguée")
        ASSOCIATED = "associee", _("commune associée")
        MERGED = "fusionnee", _("commune fusionnée ou code remplacé")

    code = models.CharField(_("ancien code"), max_length=5)
    name = models.CharField(_("nom"), max_length=150, blank=True)
    kind = models.CharField(_("nature"), max_length=10, choices=Kind, default=Kind.MERGED)
    successor = models.ForeignKey(
        Territory, models.CASCADE, related_name="former_communes", verbose_name=_("commune qui lui succède")
    )
    since = models.DateField(_("depuis"), null=True, blank=True)

    class Meta:
        verbose_name = _("ancienne commune")
        verbose_name_plural = _("anciennes communes")
        ordering = ["code"]
        constraints = [
            # resolve(): the successor of an old code
            models.UniqueConstraint(fields=["code", "successor"], name="former_commune_once"),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^([0-9]{5}|2[AB][0-9]{3})$"),
                name="former_commune_code_shape",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.code} → {self.successor.name}"
