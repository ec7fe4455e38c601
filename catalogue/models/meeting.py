"""How people meet through the catalogue: applications, answers to needs, relayed contacts, saved searches."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.kinds import Experiment, Need, Solution, TestSite


class Application(models.Model):
    """An innovator's application to a test site."""

    class ApplicationState(models.TextChoices):
        SENT = "envoyee", _("envoyée")
        IN_REVIEW = "en-examen", _("en examen")
        ACCEPTED = "acceptee", _("acceptée")
        DECLINED = "declinee", _("déclinée")
        WITHDRAWN = "retiree", _("retirée")

    site = models.ForeignKey(TestSite, models.CASCADE, related_name="applications", verbose_name=_("site"))
    solution = models.ForeignKey(
        Solution, models.CASCADE, related_name="applications", verbose_name=_("solution")
    )
    organisation = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="applications", verbose_name=_("organisation")
    )
    motivation = models.TextField(_("motivation"))
    calendar = models.TextField(_("calendrier"), blank=True)
    starts_on = models.DateField(_("début souhaité"), null=True, blank=True)
    ends_on = models.DateField(_("fin souhaitée"), null=True, blank=True)
    needs = models.TextField(_("besoins sur place"), blank=True)
    state = models.CharField(
        _("état"), max_length=12, choices=ApplicationState, default=ApplicationState.SENT
    )
    reason = models.TextField(_("motif"), blank=True)
    experiment = models.OneToOneField(
        Experiment, models.SET_NULL, null=True, blank=True, verbose_name=_("expérimentation née de l’accord")
    )
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_by = optional_user(_("par"), related_name="applications")
    results_asked_at = models.DateTimeField(_("résultats demandés le"), null=True, blank=True)
    created_at = models.DateTimeField(_("envoyée le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    class Meta:
        verbose_name = _("candidature à un site")
        verbose_name_plural = _("candidatures aux sites")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "solution"],
                condition=models.Q(state__in=["envoyee", "en-examen", "acceptee"]),
                name="application_one_alive",
                violation_error_message=_("Cette solution est déjà candidate à ce site."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="declinee") | models.Q(reason__regex=r"\S"),
                name="application_decline_has_reason",
                violation_error_message=_("Dites pourquoi la candidature est déclinée."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="application_dates_in_order",
                violation_error_message=_("La date de fin précède la date de début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.solution} → {self.site}"


class ContactRequest(models.Model):
    """A message to an organisation, relayed without revealing addresses."""

    class RequestState(models.TextChoices):
        SENT = "envoyee", _("envoyée")
        ANSWERED = "repondue", _("répondue")
        REPORTED = "signalee", _("signalée")
        CLOSED = "close", _("close")

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="contact_requests", verbose_name=_("de")
    )
    organisation = models.ForeignKey(
        "Organisation", models.CASCADE, related_name="contact_requests", verbose_name=_("à")
    )
    record = models.ForeignKey(
        "Record",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_requests",
        verbose_name=_("fiche"),
    )
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    subject = models.CharField(_("objet"), max_length=150, blank=True)
    message = models.TextField(_("message"))
    state = models.CharField(_("état"), max_length=10, choices=RequestState, default=RequestState.SENT)
    report_reason = models.TextField(_("motif du signalement"), blank=True)
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("demande de contact")
        verbose_name_plural = _("demandes de contact")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.sender} → {self.organisation}"


class AnswerProposal(models.Model):
    """A solution proposed in answer to a need; once accepted it becomes a NeedAnswer, which is public."""

    class ProposalState(models.TextChoices):
        SENT = "envoyee", _("envoyée")
        ACCEPTED = "acceptee", _("acceptée")
        DECLINED = "declinee", _("déclinée")
        WITHDRAWN = "retiree", _("retirée")

    need = models.ForeignKey(Need, models.CASCADE, related_name="proposals", verbose_name=_("besoin"))
    solution = models.ForeignKey(
        Solution, models.CASCADE, related_name="proposals", verbose_name=_("solution")
    )
    organisation = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="proposals", verbose_name=_("organisation")
    )
    how = models.CharField(_("en quoi"), max_length=300)
    message = models.TextField(_("message"), blank=True)
    state = models.CharField(_("état"), max_length=10, choices=ProposalState, default=ProposalState.SENT)
    reason = models.TextField(_("motif"), blank=True)
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_by = optional_user(_("par"), related_name="answer_proposals")
    created_at = models.DateTimeField(_("envoyée le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    class Meta:
        verbose_name = _("réponse proposée")
        verbose_name_plural = _("réponses proposées")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "solution"],
                condition=models.Q(state__in=["envoyee", "acceptee"]),
                name="answerproposal_one_alive",
                violation_error_message=_("Cette solution est déjà proposée pour ce besoin."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="declinee") | models.Q(reason__regex=r"\S"),
                name="answerproposal_decline_has_reason",
                violation_error_message=_("Dites pourquoi la réponse est déclinée."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.solution} → {self.need}"


class Message(models.Model):
    """One message of the thread of an application or of a contact request."""

    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("candidature"),
    )
    contact = models.ForeignKey(
        ContactRequest,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("demande de contact"),
    )
    author = optional_user(_("de"))
    creation_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    text = models.TextField(_("texte"))
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(application__isnull=True) ^ models.Q(contact__isnull=True),
                name="message_of_one_thread",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Attachment(models.Model):
    """A private document of an application: read by the two sides and the curators, never public."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="attachments", verbose_name=_("candidature")
    )
    key = models.UUIDField(_("clé"), default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("titre"), max_length=250)
    file = models.FileField(_("fichier"), upload_to="candidatures/%Y/")
    added_by = optional_user(_("par"))
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("pièce jointe")
        verbose_name_plural = _("pièces jointes")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.title
