"""Who may do more than read: curators with their field, invitations, identities of an OpenID provider."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models.organisation import Membership, Organisation


class Curatorship(models.Model):
    """What makes an account a curator, with the regions and themes it is limited to; none means all."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="curatorship", verbose_name=_("compte")
    )
    regions: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "geo.Territory",
        blank=True,
        related_name="+",
        limit_choices_to={"level": "region"},
        verbose_name=_("régions"),
    )
    themes: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Theme", blank=True, related_name="+", verbose_name=_("thèmes")
    )
    created_at = models.DateTimeField(_("depuis le"), auto_now_add=True)

    class Meta:
        verbose_name = _("curateur")

    def __str__(self) -> str:
        return str(self.user)


class Invitation(models.Model):
    """An e-mail address asked to join an organisation; the link holds the token, the database its digest."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("adresse électronique"))
    role = models.CharField(_("rôle"), max_length=12, choices=Membership.Role, default=Membership.Role.MEMBER)
    token_digest = models.CharField(_("empreinte du jeton"), max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("par")
    )
    created_at = models.DateTimeField(_("envoyée le"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valable jusqu’au"))
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at__isnull=True),
                name="invitation_one_waiting",
                violation_error_message=_("Cette adresse est déjà invitée."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"

    @property
    def is_open(self) -> bool:
        """True while the invitation may be accepted."""
        return self.accepted_at is None and self.expires_at > timezone.now()


class ProviderIdentity(models.Model):
    """Who an account is for an OpenID provider: keyed on ``sub``, which never changes hands."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities", verbose_name=_("compte")
    )
    issuer = models.CharField(_("fournisseur"), max_length=250)
    subject = models.CharField(_("identifiant"), max_length=255)
    created_at = models.DateTimeField(_("depuis le"), auto_now_add=True)

    class Meta:
        verbose_name = _("identité de connexion")
        verbose_name_plural = _("identités de connexion")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="provideridentity_once")]

    def __str__(self) -> str:
        return f"{self.issuer} – {self.user}"


class InactivityNotice(models.Model):
    """That an account not used for long was warned that it will be erased; a login makes it void."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("compte")
    )
    sent_at = models.DateTimeField(_("prévenu le"), auto_now_add=True)

    class Meta:
        verbose_name = _("avis d’inactivité")
        verbose_name_plural = _("avis d’inactivité")

    def __str__(self) -> str:
        return str(self.user)
