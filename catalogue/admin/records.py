"""The record: the list of every kind, and what the pages of the five kinds share."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from catalogue.admin.base import RECORD_SHAPES, TERRITORY_OF_A_LIST, CatalogueAdmin
from catalogue.admin.inlines import DocumentInline, RoleInline, TransitionInline, proof_in_words
from catalogue.admin.transitions import ACTIONS, possible_actions
from catalogue.admin.versions import kept
from catalogue.models import NeedAnswer, Record
from catalogue.queue import defer_task
from catalogue.records import versions
from geo.countries import FRANCE
from geo.drawing import TURNED, seems_swapped

NEVER_LOCKED = {"locked_fields", "verified_on", "expires_on", "version"}
"""What the curators alone know: an import has no say in it."""
KIND_PAGES = {
    Record.Kind.SOLUTION: "solution",
    Record.Kind.EXPERIMENT: "experiment",
    Record.Kind.OPERATION: "operation",
    Record.Kind.SITE: "testsite",
    Record.Kind.NEED: "need",
}


if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Record]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    ModelForm, InlineFormSet = forms.ModelForm, BaseInlineFormSet


class RecordForm(ModelForm):
    """The fields of a record; refuses to write over what somebody else wrote meanwhile."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "stakes": forms.CheckboxSelectMultiple,
            "summary": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        """Lock the row, and show what has changed since the page was opened."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("geometry") and data.get("country") == FRANCE and seems_swapped(data["geometry"]):
            self.add_error("geometry", TURNED)
        read = data.get("version")
        if not self.instance.pk or not read:
            return data
        manager = type(self.instance)._default_manager
        now = manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if now.updated_at.isoformat() == read:
            return data
        posted: Any = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        posted[self.add_prefix("version")] = now.updated_at.isoformat()
        self.data = posted
        raise ValidationError(self._what_changed(now, data))

    def _what_changed(self, now: Record, data: dict[str, Any]) -> list[str]:
        """What to tell somebody whose page was opened before another one's change."""
        when = localize(localtime(now.updated_at))
        consequences = [
            _(
                "Cette fiche a été modifiée entre-temps (%s). Rien n’est encore enregistré : comparez, puis "
                "enregistrez de nouveau pour garder vos valeurs."
            )
            % when
        ]
        for name, field in self.fields.items():
            if name in NEVER_LOCKED or name not in data:
                continue
            kept = self.instance._meta.get_field(name)
            if kept.many_to_many or getattr(now, name) == data[name]:
                continue
            consequences.append(
                _("%(field)s, valeur enregistrée : %(value)s")
                % {"field": field.label, "value": str(getattr(now, name))[:300] or "–"}
            )
        return [str(line) for line in consequences]


class ListedRecordAdmin(CatalogueAdmin):
    list_select_related = ["territory", "source"]
    left_in_database = (*RECORD_SHAPES, *TERRITORY_OF_A_LIST, "description")
    search_fields = ["title", "slug", "place_name", "external_id", "territory__name", "=territory__code"]
    search_help_text = _("Titre, lieu, territoire ou identifiant dans la source.")
    date_hierarchy = None
    ordering = ["-updated_at", "-pk"]
    actions = ACTIONS

    @admin.display(description=_("preuve"), ordering="proof_level")
    def proof(self, record: Record) -> str:
        """The level in words."""
        return proof_in_words(record.proof_level)

    class Media:
        css = {"all": ["css/rooms/admin.css"]}


@admin.register(Record)
class RecordAdmin(ListedRecordAdmin):
    """Every record in one list; a line leads to the page of its kind."""

    list_display = ["title", "kind", "territory", "state", "proof", "source", "updated_at"]
    list_filter = [
        "kind",
        "state",
        "proof_level",
        "location_precision",
        "is_synthetic",
        "programmes",
        "source",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A record is always of one kind: it is added from the list of that kind."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of the record's own kind."""
        record = self.get_object(request, object_id) if object_id else None
        if record is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        address = reverse(f"admin:catalogue_{KIND_PAGES[Record.Kind(record.kind)]}_change", args=[record.pk])
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)


class KindAdmin(ListedRecordAdmin):
    """The page of one kind. Subclasses say what is their own in ``own_fieldsets`` and ``own_inlines``."""

    form = RecordForm
    change_form_template = "admin/catalogue/record_change_form.html"
    list_display = ["title", "territory", "state", "source", "updated_at"]
    list_filter: ClassVar[list[Any]] = ["state", "location_precision", "is_synthetic", "programmes", "source"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["territory", "source", "programmes"]
    readonly_fields = [
        "state",
        "proof",
        "published_at",
        "import_batch",
        "is_synthetic",
        "created_by",
        "created_at",
        "updated_at",
    ]
    own_fieldsets: ClassVar[list[tuple[Any, dict[str, Any]]]] = []
    own_inlines: ClassVar[list[type]] = []
    has_place = True
    source_fields: ClassVar[list[Any]] = [
        "source",
        "source_url",
        "source_citation",
        ("external_id", "import_batch"),
        "locked_fields",
    ]
    follow_up_fields: ClassVar[list[Any]] = [
        ("state", "proof", "published_at"),
        ("verified_on", "expires_on", "language"),
        ("is_synthetic", "created_by", "created_at", "updated_at"),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Record | None = None) -> list[Any]:
        shape = ["location_precision", "geometry"] if self.has_place else []
        place = [*shape, "place_name", ("territory", "country"), ("year_start", "year_end")]
        return [
            (None, {"fields": ["title", "slug", "summary", "description", "version"]}),
            *self._complete_fieldsets(),
            (_("Lieu et période"), {"fields": place}),
            (_("Classement"), {"fields": ["themes", "stakes", "programmes"]}),
            (_("Source"), {"fields": self.source_fields}),
            (_("Publication et suivi"), {"fields": self.follow_up_fields}),
        ]

    def _complete_fieldsets(self) -> list[Any]:
        """List the fieldsets of the kind; a field of its model that none names ends the last of them."""
        named: list[Any] = flatten_fieldsets(self.own_fieldsets)  # type: ignore[arg-type]
        own = [field.name for field in self.opts.local_fields if field.editable and not field.primary_key]
        *others, (title, options) = self.own_fieldsets
        fields = [*options["fields"], *(name for name in own if name not in named)]
        return [*others, (title, {**options, "fields": fields})]

    def get_inlines(self, request: HttpRequest, obj: Record | None) -> list[type]:
        """What belongs to the record; its history once it is there."""
        return [*self.own_inlines, RoleInline, DocumentInline, *([TransitionInline] if obj else [])]

    def view_on_site(self, obj: Record) -> str:
        """The public page."""
        return obj.get_absolute_url()

    def save_model(self, request: HttpRequest, obj: Record, form: ModelForm, change: bool) -> None:
        """Write the record under its lock; a new one remembers who made it."""
        if not change and request.user.is_authenticated:
            obj.created_by = request.user
        if change:
            versions.save_before([obj.pk])
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[InlineFormSet], change: bool
    ) -> None:
        """Write what belongs to the record, and lock what was corrected on an imported one."""
        record = form.instance
        needs = _answered_needs(formsets) - {record.pk}
        with kept(request, needs, {record.pk}):  # save_model stored the record as it was
            super().save_related(request, form, formsets, change)
        if record.state == Record.State.PUBLISHED:
            defer_task("match_alerts", records=[record.pk])
        if not change or not (record.external_id or record.import_batch_id):
            return
        corrected = set(form.changed_data) | {_relation(one) for one in formsets if one.has_changed()}
        locked = sorted({*record.locked_fields, *(corrected - NEVER_LOCKED)})
        if locked != record.locked_fields:
            Record.objects.filter(pk=record.pk).update(locked_fields=locked)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, with what may be done about the publication."""
        record = context.get("original")
        if record is not None and self.has_change_permission(request, record):
            context["transitions"] = possible_actions(record)
        return super().render_change_form(request, context, *args, **kwargs)


def _answered_needs(formsets: list[InlineFormSet]) -> set[int]:
    """The needs that the lines of answers name: on the page of a solution, they are other records."""
    answers = [formset.forms for formset in formsets if formset.model is NeedAnswer]
    lines = list(chain.from_iterable(answers))
    named = {line.initial.get("need") for line in lines} | {line.instance.need_id for line in lines}
    return {pk for pk in named if pk}


def _relation(formset: InlineFormSet) -> str:
    """Name of what the lines are to the record: ``awards``, ``indicators`` …"""
    return str(formset.fk.remote_field.get_accessor_name())
