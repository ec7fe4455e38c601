"""What completes a place while it is typed. Derived from the territories at each import, never edited."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from geo.models.territory import Territory


class CompletionTerm(models.Model):
    """One way of writing a territory, normalised (``geo.names.normalise``): name, part of a name, code."""

    class Kind(models.TextChoices):
        NAME = "nom", _("nom")
        WORD = "mot", _("suite du nom")
        FORMER = "ancien", _("ancien nom")
        CODE = "code", _("code")
        POSTAL = "postal", _("code postal")

    territory = models.ForeignKey(
        Territory, models.CASCADE, related_name="terms", verbose_name=_("territoire")
    )
    kind = models.CharField(_("nature"), max_length=6, choices=Kind)
    term = models.CharField(_("terme"), max_length=160)
    alias = models.CharField(_("nom à montrer"), max_length=150, blank=True)
    weight = models.FloatField(_("poids"))

    class Meta:
        verbose_name = _("terme de complétion")
        verbose_name_plural = _("termes de complétion")
        ordering = ["term"]
        indexes = [
            # complete(): LIKE 'prefix%'
            models.Index(OpClass("term", "text_pattern_ops"), name="completion_term_prefix"),
            # complete(): typing errors; without « saint », whose trigrams one commune in nine shares
            GinIndex(
                OpClass(Replace("term", models.Value("saint"), models.Value("s")), "gin_trgm_ops"),
                name="completion_term_typo",
            ),
        ]

    def __str__(self) -> str:
        return self.term


class CompletionPrefix(models.Model):
    """The best terms of a prefix that has too many of them to be sorted while one types."""

    prefix = models.CharField(_("préfixe"), max_length=160, primary_key=True)
    terms = ArrayField(models.BigIntegerField(), verbose_name=_("termes, du meilleur au moins bon"))

    class Meta:
        verbose_name = _("préfixe de complétion")
        verbose_name_plural = _("préfixes de complétion")
        ordering = ["prefix"]

    def __str__(self) -> str:
        return self.prefix
