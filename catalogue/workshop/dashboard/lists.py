"""The lists behind the figures: the same conditions, read from the URL."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import ImportBatch, Record, Revision, Theme
from catalogue.records import misses
from catalogue.web.paging import PageForm
from catalogue.workshop.dashboard import slices, statements
from catalogue.workshop.dashboard.figures import NOWHERE, UNTHEMED
from catalogue.workshop.dashboard.lines import load_line_details
from catalogue.workshop.dashboard.scope import EVERYWHERE, Scope
from geo.models import Level, Territory

STATES = (Record.State.PUBLISHED, *statements.AWAITED)


def _band_choices(bands: tuple[slices.Band, ...]) -> list[tuple[str, Any]]:
    return [("", ""), *((band.code, band.label) for band in bands)]


class ScopeForm(forms.Form):
    champ = forms.ChoiceField(
        label=gettext_lazy("Champ"), choices=[("", ""), (EVERYWHERE, "")], required=False
    )


class MonthField(forms.CharField):
    """A month (« 2026-03 »), or what came before those that are shown; cleans to a date, BEFORE or None."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or text == slices.BEFORE:
            return text or None
        try:
            return date.fromisoformat(f"{text}-01")
        except ValueError:
            raise forms.ValidationError(_("Un mois s’écrit « 2026-03 ».")) from None


class PagedForm(PageForm, ScopeForm):
    """The scope and the page of a list."""


class RecordsForm(PagedForm):
    etat = forms.ChoiceField(
        label=gettext_lazy("État"), choices=[("", ""), *((s.value, s.label) for s in STATES)], required=False
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Nature"), choices=[("", ""), *Record.Kind.choices], required=False
    )
    publiee = MonthField(label=gettext_lazy("Publiée en"), max_length=7, required=False)
    region = forms.CharField(label=gettext_lazy("Région"), max_length=9, required=False)
    theme = forms.CharField(label=gettext_lazy("Thème"), max_length=60, required=False)
    verifiee = forms.ChoiceField(
        label=gettext_lazy("Vérifiée"), choices=_band_choices(slices.VERIFIED), required=False
    )
    revoir = forms.ChoiceField(
        label=gettext_lazy("À revoir"), choices=_band_choices(slices.EXPIRES), required=False
    )
    attend = forms.ChoiceField(
        label=gettext_lazy("Attend depuis"), choices=_band_choices(slices.WAITED), required=False
    )

    def clean_region(self) -> Any:
        """Return the région of the code, NOWHERE or None."""
        code = self.cleaned_data["region"]
        if code in ("", NOWHERE):
            return code or None
        found = Territory.objects.filter(level=Level.REGION, code=code).first()
        if found is None:
            raise forms.ValidationError(
                _("« %(code)s » n’est pas le code d’une région."), params={"code": code}
            )
        return found

    def clean_theme(self) -> Any:
        """Return the theme of the code, UNTHEMED or None."""
        code = self.cleaned_data["theme"]
        if code in ("", UNTHEMED):
            return code or None
        found = Theme.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("« %(code)s » n’est pas un thème."), params={"code": code})
        return found


class ChangesForm(PagedForm):
    attend = forms.ChoiceField(
        label=gettext_lazy("Attend depuis"), choices=_band_choices(slices.WAITED), required=False
    )


class MissesForm(PagedForm):
    mois = MonthField(label=gettext_lazy("Mois"), max_length=7, required=False)


class ImportsForm(PagedForm):
    mois = MonthField(label=gettext_lazy("Mois"), max_length=7, required=False)


def filter_records(scope: Scope, data: dict[str, Any]) -> QuerySet[Record]:
    """Return the records of the filters; published ones unless a state that waits is asked for."""
    if data["etat"] in statements.AWAITED or data["attend"]:
        rows = statements.filter_waiting(scope)
        if data["etat"]:
            rows = rows.filter(state=data["etat"])
        if data["attend"]:
            rows = rows.filter(_waiting_condition("since", data["attend"], scope))
    else:
        rows = statements.filter_published(scope)
    return load_line_details(_apply_filters(rows, scope, data))


def _apply_filters(rows: QuerySet[Record], scope: Scope, data: dict[str, Any]) -> QuerySet[Record]:
    if data["type"]:
        rows = rows.filter(kind=data["type"])
    if data["publiee"]:
        rows = rows.filter(_month_condition("published_at", data["publiee"], scope))
    if data["region"]:
        pk = None if data["region"] == NOWHERE else data["region"].pk
        rows = rows.alias(region=statements.region_expression())
        rows = rows.filter(region__isnull=True) if pk is None else rows.filter(region=pk)
    if data["theme"]:
        rows = rows.filter(themes=None if data["theme"] == UNTHEMED else data["theme"])
    at = slices.count_from_day(timezone.localdate(scope.now))
    if data["verifiee"]:
        rows = rows.filter(slices.get_band(slices.VERIFIED, data["verifiee"]).condition("verified_on", at))
    if data["revoir"]:
        rows = rows.filter(slices.get_band(slices.EXPIRES, data["revoir"]).condition("expires_on", at))
    return rows


def _month_condition(name: str, month: date | str, scope: Scope) -> Q:
    if isinstance(month, date):
        return slices.month_condition(name, month)
    return slices.before_condition(name, slices.list_last_months(timezone.localdate(scope.now))[-1])


def _waiting_condition(name: str, code: str, scope: Scope) -> Q:
    return slices.get_band(slices.WAITED, code).condition(name, slices.count_from_midnight(scope.now))


def filter_changes(scope: Scope, data: dict[str, Any]) -> QuerySet[Revision]:
    """Return the proposed changes of the filters, the oldest first."""
    rows = statements.filter_changes(scope).select_related("record")
    if data["attend"]:
        rows = rows.filter(_waiting_condition("updated_at", data["attend"], scope))
    return rows.defer("record__geometry", "record__description").order_by("updated_at", "pk")


def filter_batches(scope: Scope, data: dict[str, Any]) -> QuerySet[ImportBatch]:
    rows = statements.filter_batches().defer("report", "setup").order_by("-created_at", "-pk")
    return rows.filter(_month_condition("created_at", data["mois"], scope)) if data["mois"] else rows


def filter_misses(scope: Scope, data: dict[str, Any]) -> QuerySet[Any]:
    """Return the searches that found nothing in a month, in what came before the last ones, or ever."""
    month = data["mois"]
    if isinstance(month, date):
        return misses.filter_misses(month, slices.get_next_month(month))
    first = slices.list_last_months(timezone.localdate(scope.now))[-1]
    return misses.filter_misses(until=first if month else None)


def describe_filters(form: PagedForm) -> list[str]:
    filters = []
    for name, value in form.cleaned_data.items():
        if not value or name in ("champ", "page"):
            continue
        field: Any = form.fields[name]
        choices = getattr(field, "choices", None)
        words = dict(choices)[value] if choices else _format_value(value)
        filters.append(f"{field.label} : {words}")
    return filters


def _format_value(value: Any) -> str:
    if isinstance(value, date):
        return slices.format_month(value)
    words = {
        slices.BEFORE: _("avant les douze derniers mois"),
        NOWHERE: _("hors région"),
        UNTHEMED: _("sans thème"),
    }
    return str(words.get(value, value) if isinstance(value, str) else value)
