"""What the site keeps about an account: handed over whole, or taken away.

Both walk every table that points at accounts, so that a table added later is not forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.accounts import membership, sessions
from catalogue.models import (
    Curatorship,
    FeedKey,
    InactivityNotice,
    Invitation,
    Membership,
    OutgoingMail,
    ProviderIdentity,
    Record,
    Revision,
    SavedSearch,
)

SECRETS = ("token", "digest", "secret", "password", "key")
"""Words in the name of a field that is a key, not a fact about somebody."""
SECRET_TABLES = (Authenticator,)
OWN = (EmailAddress, Authenticator, ProviderIdentity, Curatorship, SavedSearch, FeedKey, InactivityNotice)
"""Tables whose lines go with the account."""


def export_account(user: User) -> dict[str, Any]:
    """All that the site keeps about the account, by kind of thing, in French."""
    identity = {
        _("prénom"): user.first_name,
        _("nom"): user.last_name,
        _("adresse électronique"): user.email,
        _("compte créé le"): user.date_joined,
        _("dernière connexion"): user.last_login,
        _("double authentification"): Authenticator.objects.filter(user=user).exists(),
    }
    mails = OutgoingMail.objects.filter(to__iexact=user.email).values("subject", "created_at", "sent_at")
    lines_by_kind: dict[str, Any] = {
        _("établi le"): timezone.now(),
        _("identité"): identity,
        _("courriels envoyés depuis un mois"): list(mails),
    }
    for field in user_foreign_keys():
        model = field.model
        if model in SECRET_TABLES:
            continue
        rows = model._default_manager.filter(**{field.name: user.pk}).order_by("pk")
        lines = [_line(row, field) for row in rows.iterator()]
        if lines:
            lines_by_kind[f"{model._meta.verbose_name_plural} ({field.verbose_name})"] = lines
    return lines_by_kind


def user_foreign_keys() -> Iterator[models.ForeignKey[Any, Any]]:
    """The fields of all tables that name an account."""
    for relation in User._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        field: Any = relation.field  # type: ignore[union-attr]
        if not field.model._meta.auto_created and isinstance(field, models.ForeignKey):
            yield field


def _line(row: models.Model, link: models.ForeignKey[Any, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        is_left_out = field.primary_key or isinstance(field, models.GeneratedField) or field is link
        if is_left_out or any(word in field.name for word in SECRETS):
            continue
        value = _value(row, field)
        if value not in (None, "", [], {}):
            line[str(field.verbose_name)] = value
    return line


def _value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        # Nothing of another account is shown, not even its number.
        key = getattr(row, field.attname)
        if key is None or field.related_model is User:
            return None
        found = field.related_model._default_manager.filter(pk=key).first()
        return str(found) if found else None
    value = getattr(row, field.attname)
    if isinstance(value, GEOSGeometry):
        return value.wkt
    if isinstance(value, FieldFile):
        return value.name
    return value


def what_erasing_does(user: User) -> list[str]:
    """What the page that asks for confirmation says, with the numbers of this account."""
    drafts = _own_drafts(user).count()
    kept = Record.objects.filter(created_by=user).count() - drafts
    consequences = [
        _("Votre nom, votre adresse, votre mot de passe et vos recherches enregistrées sont effacés."),
        _(
            "Vous quittez vos organisations ; là où vous êtes seul responsable, "
            "le plus ancien membre le devient."
        ),
    ]
    if drafts:
        consequences.append(
            ngettext(
                "%(n)d brouillon qui n’est qu’à vous est supprimé.",
                "%(n)d brouillons qui ne sont qu’à vous sont supprimés.",
                drafts,
            )
            % {"n": drafts}
        )
    if kept:
        consequences.append(
            ngettext("%(n)d fiche reste, sans votre nom.", "%(n)d fiches restent, sans votre nom.", kept)
            % {"n": kept}
        )
    consequences.append(
        _("Vos candidatures et vos messages restent lisibles pour leurs destinataires, sans votre nom.")
    )
    return consequences


def _own_drafts(user: User) -> Any:
    drafts = Record.objects.filter(created_by=user, owner__isnull=True, state=Record.State.DRAFT)
    return drafts.filter(transitions__isnull=True)


@transaction.atomic
def erase_account(user: User) -> None:
    """Take away all that says who the account was; what others rely on stays, under nobody’s name."""
    current = User.objects.select_for_update().get(pk=user.pk)
    emails = {current.email, *EmailAddress.objects.filter(user=current).values_list("email", flat=True)} - {
        ""
    }
    for place in Membership.objects.filter(user=current):
        membership.hand_on(place)
        place.delete()
    for record in _own_drafts(current):
        record.proper.delete()
    Revision.objects.filter(author=current, state=Revision.RevisionState.DRAFT).delete()
    for model in OWN:
        model._default_manager.filter(user=current).delete()
    Invitation.objects.filter(created_by=current, accepted_at__isnull=True).delete()
    for email in emails:
        Invitation.objects.filter(email__iexact=email).delete()
        OutgoingMail.objects.filter(to__iexact=email).delete()
    sessions.close_sessions(current)
    current.username = f"compte-efface-{current.pk}"
    current.email = current.first_name = current.last_name = ""
    current.last_login = None
    current.is_active = current.is_staff = current.is_superuser = False
    current.set_unusable_password()
    current.save()
    current.groups.clear()
    current.user_permissions.clear()
