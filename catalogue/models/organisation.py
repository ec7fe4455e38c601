"""Organisations that carry, host, evaluate or own what the catalogue describes, and their members."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user

LA_POSTE_SIREN = "356000000"
LA_POSTE_SEAT = "35600000000048"


def luhn_is_valid(number: str) -> bool:
    """True when the digits pass Luhn's check.

    The establishments of La Poste, but its seat, follow a rule of their own: the sum of the digits
    of their SIRET is a multiple of five (INSEE, « Sirene », numéro SIRET). A SIRET begins with a SIREN,
    which has a check digit of its own.
    """
    if not number.isascii() or not number.isdigit():
        return False
    if len(number) == 14 and not luhn_is_valid(number[:9]):
        return False
    if len(number) == 14 and number.startswith(LA_POSTE_SIREN) and number != LA_POSTE_SEAT:
        return sum(map(int, number)) % 5 == 0
    doubled = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def validate_siren(value: str) -> None:
    """Raise ValidationError unless ``value`` is nine digits that pass Luhn's check."""
    if len(value) != 9 or not luhn_is_valid(value):
        raise ValidationError(
            _("« %(value)s » n’est pas un numéro SIREN : neuf chiffres, avec une clé de contrôle juste."),
            params={"value": value},
        )


def validate_siret(value: str) -> None:
    """Raise ValidationError unless ``value`` is fourteen digits that pass Luhn's check."""
    if len(value) != 14 or not luhn_is_valid(value):
        raise ValidationError(
            _("« %(value)s » n’est pas un numéro SIRET : quatorze chiffres, avec une clé de contrôle juste."),
            params={"value": value},
        )


class Organisation(models.Model):
    """A legal person, or a consortium without a number of its own."""

    class Kind(models.TextChoices):
        COLLECTIVITE = "collectivite", _("collectivité ou groupement")
        AMENAGEUR = "amenageur", _("aménageur")
        BAILLEUR = "bailleur", _("bailleur ou organisme HLM")
        PROMOTEUR = "promoteur", _("promoteur")
        GRANDE_ENTREPRISE = "grande-entreprise", _("grande entreprise")
        PME = "pme", _("PME ou TPE")
        START_UP = "start-up", _("start-up")
        LABORATOIRE = "laboratoire", _("laboratoire ou école")
        BUREAU_ETUDES = "bureau-etudes", _("bureau d’études ou architecte")
        POLE = "pole", _("pôle de compétitivité")
        INCUBATEUR = "incubateur", _("incubateur ou accélérateur")
        ASSOCIATION = "association", _("association ou ESS")
        OPERATEUR_ETAT = "operateur-etat", _("opérateur de l’État")
        INCONNU = "inconnu", _("type non renseigné")

    name = models.CharField(_("nom"), max_length=250)
    slug = models.SlugField(_("adresse courte"), max_length=120, unique=True)
    kind = models.CharField(_("type d’acteur"), max_length=20, choices=Kind, default=Kind.INCONNU)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True, validators=[validate_siren])
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    territory = models.ForeignKey(
        "geo.Territory",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("territoire"),
        help_text=_("Pour une collectivité, son territoire ; sinon la commune de son siège."),
    )
    country = models.CharField(_("pays (ISO 3166)"), max_length=2, default="FR")
    url = models.URLField(_("site"), max_length=500, blank=True)
    description = models.TextField(_("présentation"), blank=True)
    is_active = models.BooleanField(_("en activité"), default=True)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("réunie à"),
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    class Meta:
        verbose_name = _("organisation")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(siren="") | models.Q(siren__regex=r"^[0-9]{9}$"),
                name="organisation_siren_digits",
                violation_error_message=_("Le SIREN a neuf chiffres."),
            ),
            models.CheckConstraint(
                condition=models.Q(siret="") | models.Q(siret__regex=r"^[0-9]{14}$"),
                name="organisation_siret_digits",
                violation_error_message=_("Le SIRET a quatorze chiffres."),
            ),
            models.UniqueConstraint(
                fields=["siret"],
                condition=~models.Q(siret=""),
                name="organisation_siret_once",
                violation_error_message=_("Une organisation a déjà ce SIRET."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError when the SIRET does not begin with the SIREN."""
        if self.siren and self.siret and not self.siret.startswith(self.siren):
            raise ValidationError({"siret": _("Le SIRET doit commencer par le SIREN.")})


class MembershipQuerySet(models.QuerySet[Any]):
    """Places of accounts in organisations."""

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> Self:
        """Those that somebody has to confirm."""
        return self.filter(confirmed_at__isnull=True)


class Membership(models.Model):
    """A user's place in an organisation."""

    class Role(models.TextChoices):
        MEMBER = "membre", _("membre")
        MANAGER = "responsable", _("responsable")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("compte")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("rôle"), max_length=12, choices=Role, default=Role.MEMBER)
    function = models.CharField(_("fonction"), max_length=120, blank=True)
    confirmed_at = models.DateTimeField(_("confirmé le"), null=True, blank=True)
    confirmed_by = optional_user(_("confirmé par"))
    created_at = models.DateTimeField(_("demandé le"), auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membre d’une organisation")
        verbose_name_plural = _("membres des organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="membership_once",
                violation_error_message=_("Ce compte est déjà membre de cette organisation."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"
