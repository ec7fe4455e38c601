"""How people meet through the catalogue: saved searches and relayed contact requests."""

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


class ContactRequest(models.Model):
    """A message to an organisation, relayed without revealing addresses."""

    class RequestState(models.TextChoices):
        SENT = "envoyee", _("envoyée")
        ANSWERED = "repondue", _("répondue")
        REPORTED = "signalee", _("signalée")

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
    message = models.TextField(_("message"))
    state = models.CharField(_("état"), max_length=10, choices=RequestState, default=RequestState.SENT)
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("demande de contact")
        verbose_name_plural = _("demandes de contact")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.sender} → {self.organisation}"
