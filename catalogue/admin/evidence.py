"""What proves records and how people meet: documents, indicators, awards, applications, messages."""

from __future__ import annotations

from itertools import product

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalogue.admin.base import RECORD_SHAPES, CatalogueAdmin, ReadOnlyAdmin, year_column
from catalogue.admin.versions import PartAdmin
from catalogue.models import (
    Application,
    ContactRequest,
    Document,
    Indicator,
    LabelAward,
    NeedAnswer,
    SavedSearch,
)


def shapes_of(*relations: str) -> tuple[str, ...]:
    """Columns of related records that lists do not read."""
    columns = (*RECORD_SHAPES, "description")
    return tuple(f"{relation}__{name}" for relation, name in product(relations, columns))


@admin.register(Document)
class DocumentAdmin(PartAdmin):
    list_display = ["title", "kind", "record", "licence", year_column("published_year", _("année"))]
    list_filter = ["kind"]
    list_select_related = ["record"]
    left_in_database = shapes_of("record")
    search_fields = ["title", "record__title"]
    autocomplete_fields = ["record"]


@admin.register(Indicator)
class IndicatorAdmin(PartAdmin):
    """A figure about an experiment."""

    owner = "experiment"

    list_display = [
        "name",
        "experiment",
        "nature",
        "kind",
        "reference",
        "value",
        "unit",
        year_column("year", _("année")),
        "is_counted",
        "is_third_party",
    ]
    list_filter = ["nature", "subject", "kind", "reference", "is_counted", "is_third_party", "type"]
    list_select_related = ["experiment"]
    left_in_database = shapes_of("experiment")
    search_fields = ["name", "experiment__title"]
    autocomplete_fields = ["experiment", "type", "measurer", "document"]
    readonly_fields = ["is_counted", "is_third_party"]


@admin.register(LabelAward)
class LabelAwardAdmin(PartAdmin):
    owner = "operation"

    list_display = ["operation", "label", "regime", "step", year_column("year", _("année"))]
    list_filter = ["regime", "step", "year"]
    list_select_related = ["operation"]
    left_in_database = shapes_of("operation")
    search_fields = ["operation__title", "label"]
    autocomplete_fields = ["operation"]


@admin.register(NeedAnswer)
class NeedAnswerAdmin(PartAdmin):
    owner = "need"

    list_display = ["need", "solution", "how"]
    list_select_related = ["need", "solution"]
    left_in_database = shapes_of("need", "solution")
    search_fields = ["need__title", "solution__title"]
    autocomplete_fields = ["need", "solution"]


@admin.register(Application)
class ApplicationAdmin(CatalogueAdmin):
    """An application to a test site."""

    list_display = ["solution", "site", "organisation", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["solution", "site", "organisation"]
    left_in_database = shapes_of("solution", "site")
    search_fields = ["solution__title", "site__title", "organisation__name"]
    autocomplete_fields = ["site", "solution", "organisation", "experiment"]


@admin.register(ContactRequest)
class ContactRequestAdmin(CatalogueAdmin):
    """A relayed message."""

    list_display = ["organisation", "sender", "record", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["organisation", "sender", "record"]
    left_in_database = shapes_of("record")
    search_fields = ["organisation__name", "sender__username", "record__title"]
    autocomplete_fields = ["sender", "organisation", "record"]


@admin.register(SavedSearch)
class SavedSearchAdmin(ReadOnlyAdmin):
    """A saved search and the rhythm of its alerts; its criteria are those of its owner."""

    list_display = ["name", "user", "rhythm", "is_readable", "created_at"]
    list_filter = ["rhythm", "target", "is_readable"]
    list_select_related = ["user"]
    left_in_database = ("zone", "centre", "words")
    search_fields = ["name", "user__username"]
    fields = [
        "name",
        "rhythm",
        "user",
        "target",
        "criteria",
        "query_string",
        "is_readable",
        "read_at",
        "created_at",
    ]
