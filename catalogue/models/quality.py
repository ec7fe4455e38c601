"""What is checked of records: findings, the state of links, and what owners are asked to confirm."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.record import Record


class QualityFinding(models.Model):
    """One thing that a check holds against a record; gone as soon as the check finds it no more."""

    class Severity(models.IntegerChoices):
        BLOCKING = 1, _("bloquant")
        IMPORTANT = 2, _("important")
        MINOR = 3, _("mineur")

    record = models.ForeignKey(Record, models.CASCADE, related_name="findings", verbose_name=_("fiche"))
    code = models.CharField(_("contrôle"), max_length=40)
    severity = models.PositiveSmallIntegerField(_("gravité"), choices=Severity)
    detail = models.JSONField(_("constat"), default=dict)
    since = models.DateTimeField(_("depuis le"))
    changed_at = models.DateTimeField(_("constat du"))
    waived_at = models.DateTimeField(_("écart accepté le"), null=True, blank=True)
    waived_by = optional_user(_("accepté par"))
    waiver = models.TextField(_("motif de l’écart"), blank=True)

    class Meta:
        verbose_name = _("constat de qualité")
        verbose_name_plural = _("constats de qualité")
        ordering = ["severity", "code", "pk"]
        constraints = [
            # a refresh replaces the earlier findings of a check
            models.UniqueConstraint(fields=["record", "code"], name="qualityfinding_once"),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True) | Q(waiver__regex=r"\S"),
                name="qualityfinding_waiver_says_why",
                violation_error_message=_("Dites pourquoi l’écart est accepté."),
            ),
        ]
        indexes = [
            # the list of the workshop, gravest first, and its counts
            models.Index(
                fields=["severity", "code", "id"],
                include=["record"],
                name="qualityfinding_open",
                condition=Q(waived_at__isnull=True),
            ),
            # what a refresh of one check compares with
            models.Index(fields=["code", "record"], name="qualityfinding_code"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} – {self.code}"


class LinkState(models.Model):
    """What an address named by the catalogue answered; three days of silence make it dead."""

    url = models.CharField(_("adresse"), max_length=600, unique=True)
    host = models.CharField(_("serveur"), max_length=255)
    asked_on = models.DateField(_("demandée le"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("jours d’échec de suite"), default=0)
    failing_since = models.DateField(_("en échec depuis le"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("réponse HTTP"), null=True, blank=True)
    fault = models.CharField(_("raison"), max_length=40, blank=True)
    is_dead = models.BooleanField(_("morte"), default=False)

    class Meta:
        verbose_name = _("état d’un lien")
        verbose_name_plural = _("état des liens")
        ordering = ["url"]
        indexes = [
            # those to ask next: the failing ones first, then the longest unasked
            models.Index(models.F("failures").desc(), "asked_on", name="linkstate_turn"),
            # those that a check looks for
            models.Index(fields=["url"], name="linkstate_dead", condition=Q(is_dead=True)),
        ]

    def __str__(self) -> str:
        return self.url


class ConfirmationRound(models.Model):
    """One time that the owner of a published record is asked whether it still says the truth."""

    class Answer(models.TextChoices):
        EXACT = "exacte", _("toujours exacte")
        AMEND = "a-corriger", _("à corriger")
        CLOSED = "close", _("close")
        WITHDRAW = "a-retirer", _("retrait demandé")

    record = models.ForeignKey(
        Record, models.CASCADE, related_name="confirmation_rounds", verbose_name=_("fiche")
    )
    organisation = models.ForeignKey(
        "Organisation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    due_on = models.DateField(_("échéance"))
    opened_at = models.DateTimeField(_("ouverte le"), auto_now_add=True)
    sent_at = models.DateTimeField(_("dernier courriel le"), null=True, blank=True)
    mails = models.PositiveSmallIntegerField(_("courriels envoyés"), default=0)
    answer = models.CharField(_("réponse"), max_length=12, choices=Answer, blank=True)
    note = models.TextField(_("ce qui est à corriger"), blank=True)
    answered_at = models.DateTimeField(_("répondue le"), null=True, blank=True)

    class Meta:
        verbose_name = _("demande de confirmation")
        verbose_name_plural = _("demandes de confirmation")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(answered_at__isnull=True), name="confirmationround_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record} – {self.due_on}"
