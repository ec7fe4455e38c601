"""What every page of the administration shares: maps to draw on, light lists, errors in French."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.contrib.gis.db import models
from django.db import DatabaseError, DataError, IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from geo.drawing import DrawingField

RECORD_SHAPES = ("geometry", "point", "geog", "mercator")
TERRITORY_SHAPES = ("geometry", "envelope", "point", "geog", "mercator")
TERRITORY_OF_A_LIST = tuple(f"territory__{name}" for name in TERRITORY_SHAPES)
FIELDS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.GeometryField: {"form_class": DrawingField},
    models.DecimalField: {"localize": True},
    models.URLField: {"widget": AdminURLFieldWidget, "assume_scheme": "https"},
}
"""How the fields of our models are shown, on pages and in their lines."""


if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    StackedInline = admin.StackedInline[Any, Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, StackedInline, TabularInline = admin.ModelAdmin, admin.StackedInline, admin.TabularInline


class CatalogueAdmin(ModelAdmin):
    """A page of ours: short lists that leave shapes in the database."""

    formfield_overrides = FIELDS
    list_per_page = 50
    show_full_result_count = False
    left_in_database: tuple[str, ...] = ()
    """Columns that lists and completions do not read."""

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """What a list or a completion shows: no shape is read."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return found.defer(*self.left_in_database), may_repeat

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form of an object; what only the database refuses is reported, and nothing is written."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, DataError) as error:
            messages.error(request, fault_in_french(self.opts, error))
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(CatalogueAdmin):
    """Something that is only looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def year_column(name: str, label: Any) -> Callable[[models.Model], str]:
    """A column of years: Django would part their thousands."""

    @admin.display(description=label, ordering=name, empty_value="–")
    def column(row: models.Model) -> str:
        value = getattr(row, name)
        return "" if value is None else str(value)

    column.__name__ = name
    return column


def fault_in_french(opts: Any, error: DatabaseError) -> str:
    """What the database refused, in the words of the constraint when it has some."""
    diagnostic = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostic, "constraint_name", None)
    related = [relation.related_model for relation in opts.related_objects]
    for model in (opts.model, *opts.get_parent_list(), *related):
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return _("Rien n’a été enregistré. %(fault)s") % {
                    "fault": constraint.get_violation_error_message()
                }
    return _("Rien n’a été enregistré : la base refuse ces valeurs (%(name)s).") % {"name": name or "?"}
