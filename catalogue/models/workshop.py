"""The curators' work on records: who handles one, what they say of it among themselves, actions on many."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.record import Record

State = Record.State
REVIEWED = (State.SUBMITTED, State.IN_REVIEW)
"""States of a record that waits for a curator."""
WAITING = (*REVIEWED, State.TO_COMPLETE)
"""The same, and those of a record that waits for its author."""


class CaseFile(models.Model):
    """What the queue knows of a record that a curator has seen: since when it waits, who handles it.

    A database trigger makes it when the record begins to wait and keeps ``state`` and ``since``;
    ``completeness`` is measured by ``catalogue.records.completeness``.
    """

    record = models.OneToOneField(
        Record, models.CASCADE, primary_key=True, related_name="case", verbose_name=_("fiche")
    )
    state = models.CharField(_("état"), max_length=16, choices=State, editable=False)
    since = models.DateTimeField(_("depuis le"), editable=False)
    handler = optional_user(_("confiée à"), related_name="handled_cases")
    handed_by = optional_user(_("confiée par"))
    handed_at = models.DateTimeField(_("confiée le"), null=True, blank=True)
    completeness = models.SmallIntegerField(_("complétude (%)"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("dossier d’instruction")
        verbose_name_plural = _("dossiers d’instruction")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(completeness__isnull=True) | models.Q(completeness__range=(0, 100)),
                name="casefile_completeness_range",
            ),
        ]
        indexes = [
            # the queue: what waits longest first, and its count
            models.Index(
                fields=["since", "record"],
                name="casefile_waiting",
                condition=models.Q(state__in=["soumise", "en-instruction"]),
            ),
            # the queue by completeness
            models.Index(
                fields=["completeness", "since"],
                name="casefile_completeness",
                condition=models.Q(state__in=["soumise", "en-instruction"]),
            ),
            # what waits for its author
            models.Index(
                fields=["since", "record"],
                name="casefile_to_complete",
                condition=models.Q(state="a-completer"),
            ),
            # what somebody handles, and what nobody does
            models.Index(
                fields=["handler", "since", "record"],
                name="casefile_handler",
                condition=models.Q(state__in=["soumise", "en-instruction", "a-completer"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)


class CaseNote(models.Model):
    """What a curator says of a record to the others, or that it changed hands; contributors never see it."""

    class NoteKind(models.TextChoices):
        COMMENT = "commentaire", _("commentaire")
        TAKEN = "prise", _("prise en charge")
        GIVEN = "confiee", _("confiée")
        RELEASED = "rendue", _("remise dans la file")

    record = models.ForeignKey(Record, models.CASCADE, related_name="notes", verbose_name=_("fiche"))
    kind = models.CharField(_("sorte"), max_length=12, choices=NoteKind, default=NoteKind.COMMENT)
    text = models.TextField(_("texte"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("par"),
    )
    recipient = optional_user(_("à"))
    creation_key = models.UUIDField(
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("Un formulaire n’ajoute qu’un commentaire."),
    )
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("note interne")
        verbose_name_plural = _("notes internes")
        ordering = ["created_at", "pk"]
        indexes = [
            # the thread of a record
            models.Index(fields=["record", "created_at"], name="casenote_thread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="commentaire") | models.Q(text__regex=r"\S"),
                name="casenote_comment_says_something",
                violation_error_message=_("Un commentaire vide ne se garde pas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record} – {self.get_kind_display()}"


class BulkRun(models.Model):
    """One action on many records at once: who asked, and what became of each. The key runs once."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("par")
    )
    action = models.CharField(_("action"), max_length=16)
    results = models.JSONField(_("résultats"), default=list)
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("action groupée")
        verbose_name_plural = _("actions groupées")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.action} – {self.created_at:%Y-%m-%d}"
