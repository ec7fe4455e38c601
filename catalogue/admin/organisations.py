"""Organisations, their members, and what they are to records."""

from __future__ import annotations

from django.contrib import admin

from catalogue.admin.base import TERRITORY_OF_A_LIST, CatalogueAdmin, TabularInline
from catalogue.admin.lists import ReferenceAdmin
from catalogue.models import Membership, Organisation, RecordOrganisation


class MembershipInline(TabularInline):
    """Accounts that belong to the organisation."""

    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    """An organisation; SIREN and SIRET are checked."""

    list_display = ["name", "kind", "siret", "territory", "is_active", "updated_at"]
    list_filter = ["kind", "is_active", "country"]
    list_select_related = ["territory"]
    left_in_database = TERRITORY_OF_A_LIST
    search_fields = ["name", "^siren", "^siret"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["territory"]
    inlines = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(CatalogueAdmin):
    """Who belongs to which organisation, and since when that is confirmed."""

    list_display = ["user", "organisation", "role", "confirmed_at", "created_at"]
    list_filter = ["role", ("confirmed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__username", "organisation__name"]
    autocomplete_fields = ["user", "organisation"]


@admin.register(RecordOrganisation)
class RecordOrganisationAdmin(CatalogueAdmin):
    list_display = ["record", "organisation", "role"]
    list_filter = ["role"]
    list_select_related = ["record", "organisation"]
    left_in_database = tuple(
        f"record__{name}" for name in ("geometry", "point", "geog", "mercator", "description")
    )
    search_fields = ["record__title", "organisation__name"]
    autocomplete_fields = ["record", "organisation"]
