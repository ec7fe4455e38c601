"""People and their exchanges, for the administrators: curators, mails on their way, threads, audience."""

from __future__ import annotations

from django.contrib import admin

from catalogue.admin.base import CatalogueAdmin, ReadOnlyAdmin
from catalogue.admin.evidence import shapes_of
from catalogue.models import (
    AnswerProposal,
    Attachment,
    AudienceDay,
    Curatorship,
    InactivityNotice,
    Invitation,
    Message,
    OutgoingMail,
    ProviderIdentity,
)


@admin.register(Curatorship)
class CuratorshipAdmin(CatalogueAdmin):
    list_display = ["user", "created_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    autocomplete_fields = ["user", "regions", "themes"]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """An e-mail, waiting or sent."""

    list_display = ["created_at", "kind", "to", "subject", "sent_at", "attempts", "last_error"]
    list_filter = ["kind", ("sent_at", admin.EmptyFieldListFilter)]
    search_fields = ["to", "subject"]
    date_hierarchy = "created_at"


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to join an organisation."""

    list_display = ["organisation", "email", "role", "created_by", "created_at", "accepted_at"]
    list_select_related = ["organisation", "created_by"]
    search_fields = ["email", "organisation__name"]
    exclude = ["token_digest"]


@admin.register(InactivityNotice)
class InactivityNoticeAdmin(ReadOnlyAdmin):
    """Which accounts were warned that they will be erased for want of use."""

    list_display = ["user", "sent_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]


@admin.register(ProviderIdentity)
class ProviderIdentityAdmin(ReadOnlyAdmin):
    """Who an account is for an OpenID provider."""

    list_display = ["user", "issuer", "created_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]


@admin.register(AnswerProposal)
class AnswerProposalAdmin(ReadOnlyAdmin):
    """A solution proposed for a need."""

    list_display = ["need", "solution", "organisation", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["need", "solution", "organisation"]
    left_in_database = (*shapes_of("need"), *shapes_of("solution"))
    search_fields = ["need__title", "solution__title"]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "author", "application", "contact"]
    list_select_related = [
        "author",
        "application__site",
        "application__solution",
        "contact__sender",
        "contact__organisation",
    ]
    left_in_database = (*shapes_of("application__site"), *shapes_of("application__solution"))
    search_fields = ["author__username"]


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """A private document of an application."""

    list_display = ["title", "application", "added_by", "created_at"]
    list_select_related = ["application__site", "application__solution", "added_by"]
    left_in_database = (*shapes_of("application__site"), *shapes_of("application__solution"))
    search_fields = ["title"]


@admin.register(AudienceDay)
class AudienceDayAdmin(ReadOnlyAdmin):
    """Views and contacts of a record on a day."""

    list_display = ["record", "day", "views", "contacts"]
    list_select_related = ["record"]
    left_in_database = shapes_of("record")
    search_fields = ["record__title"]
    date_hierarchy = "day"
