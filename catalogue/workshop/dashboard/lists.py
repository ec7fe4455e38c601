"""The lists behind the figures: the same conditions, read from an address."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import ImportBatch, Record, Revision, Theme
from catalogue.workshop.dashboard import slices, statements
from catalogue.workshop.dashboard.figures import NOWHERE, UNTHEMED
from catalogue.workshop.dashboard.scope import EVERYWHERE, Scope
from geo.models import Level, Territory

LAST_PAGE = 100_000
STATES = (Record.State.PUBLISHED, *statements.AWAITED)


def _codes(bands: tuple[slices.Band, ...]) -> list[tuple[str, Any]]:
    return [("", ""), *((band.code, band.label) for band in bands)]


class ScopeForm(forms.Form):
    """Whose figures are asked for."""

    champ = forms.ChoiceField(
        label=gettext_lazy("Champ"), choices=[("", ""), (EVERYWHERE, "")], required=False
    )


class MonthField(forms.CharField):
    """A month (« 2026-03 »), or what came before those that are shown; gives a date, BEFORE or None."""

    def clean(self, value: Any) -> Any:
        """The first day of the month."""
        text = super().clean(value)
        if not text or text == slices.BEFORE:
            return text or None
        try:
            return date.fromisoformat(f"{text}-01")
        except ValueError:
            raise forms.ValidationError(_("Un mois s’écrit « 2026-03 ».")) from None


class PagedForm(ScopeForm):
    """A list by pages."""

    page = forms.IntegerField(label=gettext_lazy("Page"), min_value=1, max_value=LAST_PAGE, required=False)


class RecordsForm(PagedForm):
    """The records behind a number."""

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
        label=gettext_lazy("Vérifiée"), choices=_codes(slices.VERIFIED), required=False
    )
    revoir = forms.ChoiceField(label=gettext_lazy("À revoir"), choices=_codes(slices.EXPIRES), required=False)
    attend = forms.ChoiceField(
        label=gettext_lazy("Attend depuis"), choices=_codes(slices.WAITED), required=False
    )

    def clean_region(self) -> Any:
        """The région of the code, NOWHERE or None."""
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
        """The theme of the code, UNTHEMED or None."""
        code = self.cleaned_data["theme"]
        if code in ("", UNTHEMED):
            return code or None
        found = Theme.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("« %(code)s » n’est pas un thème."), params={"code": code})
        return found


class ChangesForm(PagedForm):
    """The proposed changes behind a number."""

    attend = forms.ChoiceField(
        label=gettext_lazy("Attend depuis"), choices=_codes(slices.WAITED), required=False
    )


class ImportsForm(PagedForm):
    """The imports behind a number."""

    mois = MonthField(label=gettext_lazy("Mois"), max_length=7, required=False)


def records(scope: Scope, data: dict[str, Any]) -> QuerySet[Record]:
    """The records of the filters; published ones unless a state that waits is asked for."""
    if data["etat"] in statements.AWAITED or data["attend"]:
        rows = statements.waiting(scope)
        if data["etat"]:
            rows = rows.filter(state=data["etat"])
        if data["attend"]:
            rows = rows.filter(_waited("since", data["attend"], scope))
    else:
        rows = statements.published(scope)
    return _narrowed(rows, scope, data)


def _narrowed(rows: QuerySet[Record], scope: Scope, data: dict[str, Any]) -> QuerySet[Record]:
    if data["type"]:
        rows = rows.filter(kind=data["type"])
    if data["publiee"]:
        rows = rows.filter(_month("published_at", data["publiee"], scope))
    if data["region"]:
        pk = None if data["region"] == NOWHERE else data["region"].pk
        rows = rows.alias(region=statements.region())
        rows = rows.filter(region__isnull=True) if pk is None else rows.filter(region=pk)
    if data["theme"]:
        rows = rows.filter(themes=None if data["theme"] == UNTHEMED else data["theme"])
    at = slices.days_from(timezone.localdate(scope.now))
    if data["verifiee"]:
        rows = rows.filter(slices.band(slices.VERIFIED, data["verifiee"]).holds("verified_on", at))
    if data["revoir"]:
        rows = rows.filter(slices.band(slices.EXPIRES, data["revoir"]).holds("expires_on", at))
    return rows


def _month(name: str, month: date | str, scope: Scope) -> Q:
    if isinstance(month, date):
        return slices.in_month(name, month)
    return slices.before(name, slices.last_months(timezone.localdate(scope.now))[-1])


def _waited(name: str, code: str, scope: Scope) -> Q:
    return slices.band(slices.WAITED, code).holds(name, slices.moments_from(scope.now))


def changes(scope: Scope, data: dict[str, Any]) -> QuerySet[Revision]:
    """The proposed changes of the filters."""
    rows = statements.changes(scope)
    return rows.filter(_waited("updated_at", data["attend"], scope)) if data["attend"] else rows


def batches(scope: Scope, data: dict[str, Any]) -> QuerySet[ImportBatch]:
    """The imports of the filters."""
    rows = statements.batches()
    return rows.filter(_month("created_at", data["mois"], scope)) if data["mois"] else rows


def filters_said(form: RecordsForm | ChangesForm | ImportsForm) -> list[str]:
    """The filters in words."""
    said = []
    for name, value in form.cleaned_data.items():
        if not value or name in ("champ", "page"):
            continue
        asked: Any = form.fields[name]
        choices = getattr(asked, "choices", None)
        label = dict(choices)[value] if choices else _in_words(value)
        said.append(f"{asked.label} : {label}")
    return said


def _in_words(value: Any) -> str:
    if isinstance(value, date):
        return slices.month_words(value)
    words = {
        slices.BEFORE: _("avant les douze derniers mois"),
        NOWHERE: _("hors région"),
        UNTHEMED: _("sans thème"),
    }
    return words.get(value) or str(value) if isinstance(value, str) else str(value)
