"""Records that may be the same thing: the pairs to look at, and the merges that were made of them."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.record import Record


class DuplicateCandidate(models.Model):
    """Two records that look like one, how much and why; found by the machine, judged by a curator.

    ``factors`` is [[code, points, detail], …]: ``catalogue.workshop.duplicates.words`` says them.
    """

    class Judgement(models.TextChoices):
        OPEN = "a-voir", _("à voir")
        DISTINCT = "distinctes", _("pas un doublon")

    first = models.ForeignKey(Record, models.CASCADE, related_name="+", verbose_name=_("première fiche"))
    second = models.ForeignKey(Record, models.CASCADE, related_name="+", verbose_name=_("seconde fiche"))
    kind = models.CharField(_("nature"), max_length=16, choices=Record.Kind)
    score = models.SmallIntegerField(_("score"), help_text=_("De 0 à 100."))
    factors = models.JSONField(_("facteurs"), default=list)
    state = models.CharField(_("état"), max_length=10, choices=Judgement, default=Judgement.OPEN)
    reason = models.CharField(_("motif"), max_length=500, blank=True)
    decided_by = optional_user(_("jugée par"))
    decided_at = models.DateTimeField(_("jugée le"), null=True, blank=True)
    found_at = models.DateTimeField(_("trouvée le"))

    class Meta:
        verbose_name = _("doublon possible")
        verbose_name_plural = _("doublons possibles")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicatecandidate_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="duplicatecandidate_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(score__range=(0, 100)), name="duplicatecandidate_score_range"
            ),
        ]
        indexes = [
            # the list of the workshop, the likeliest first
            models.Index(
                models.F("state"), models.F("score").desc(), models.F("id"), name="duplicatecandidate_list"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id} : {self.score}"


class MergeQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)


class Merge(models.Model):
    """Two records made one: which stayed, what was chosen, and all that it takes to put both back.

    While it stands, the old address of ``loser`` leads to ``survivor``.
    """

    survivor = models.ForeignKey(
        Record, models.CASCADE, related_name="merges", verbose_name=_("fiche gardée")
    )
    loser = models.ForeignKey(
        Record, models.CASCADE, related_name="merged_into", verbose_name=_("fiche fusionnée")
    )
    choices = models.JSONField(_("choix"), default=dict)
    trace = models.JSONField(
        _("ce qui a changé"), default=dict, help_text=_("Chaque ligne de la base, avant et après.")
    )
    reason = models.CharField(_("motif"), max_length=500, blank=True)
    actor = optional_user(_("par"))
    created_at = models.DateTimeField(_("le"), auto_now_add=True)
    undone_by = optional_user(_("annulée par"))
    undone_at = models.DateTimeField(_("annulée le"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("fusion")
        ordering = ["-created_at", "-pk"]
        constraints = [
            # where the old address leads; two curators who merge the same pair make one merge
            models.UniqueConstraint(
                fields=["loser"], condition=models.Q(undone_at__isnull=True), name="merge_one_standing"
            ),
            models.CheckConstraint(
                condition=~models.Q(survivor=models.F("loser")), name="merge_of_two_records"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loser} → {self.survivor}"
