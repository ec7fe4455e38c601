"""Forms of the pages of duplicates: the filters of the list, the choices of a merge, the URL of a record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import Record
from catalogue.web.paging import PageForm
from catalogue.workshop.duplicates.merge import Plan
from catalogue.workshop.duplicates.sides import FIRST, SECOND, Choices, Comparison
from geo.models import Level, Territory

LONGEST_REASON = 500
SIDE_CHOICES = [(FIRST, _("Fiche 1")), (SECOND, _("Fiche 2"))]
JUDGEMENT_CHOICES = [("", _("À voir")), ("ecartees", _("Écartées"))]
SCORE_CHOICES = [("", ""), ("60", _("60 et plus")), ("75", _("75 et plus")), ("90", _("90 et plus"))]


class PairsForm(PageForm):
    voir = forms.ChoiceField(label=_("Paires"), choices=JUDGEMENT_CHOICES, required=False)
    type = forms.ChoiceField(label=_("Nature"), choices=[("", ""), *Record.Kind.choices], required=False)
    region = forms.ModelChoiceField(
        label=_("Région"), queryset=Territory.objects.none(), to_field_name="code", required=False
    )
    score = forms.ChoiceField(label=_("Score"), choices=SCORE_CHOICES, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        region: Any = self.fields["region"]
        regions = Territory.objects.filter(level=Level.REGION, is_current=True)
        region.queryset = regions.only("pk", "code", "name", "level").order_by("name")


class ReasonForm(forms.Form):
    """An optional reason why two records are not duplicates."""

    reason = forms.CharField(
        label=_("Pourquoi"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Deux tranches d’une même opération, deux essais d’une même solution…"),
    )


class OtherRecordForm(forms.Form):
    """The URL of the record to compare with: whole, or its last word."""

    avec = forms.CharField(
        label=_("Adresse de l’autre fiche"),
        max_length=500,
        help_text=_("Copiez-la de la page de la fiche, publique ou dans l’atelier."),
    )

    def __init__(self, record: Record, data: Any = None) -> None:
        super().__init__(data)
        self.record = record
        self.other: Record | None = None

    def clean_avec(self) -> str:
        """Return the slug; the record must be another one."""
        path = urlsplit(str(self.cleaned_data["avec"]).strip()).path
        words = [part for part in path.split("/") if part]
        known = words[words.index("fiches") + 1 :] if "fiches" in words else words
        slug = known[0] if known else ""
        self.other = Record.objects.filter(slug=slug).defer("geometry", "description").first()
        if slug == self.record.slug:
            raise forms.ValidationError(_("C’est l’adresse de cette fiche-ci : donnez celle de l’autre."))
        return slug


class MergeForm(forms.Form):
    """Which record stays, the side of each line, the values of each list."""

    garde = forms.ChoiceField(label=_("Fiche gardée"), choices=SIDE_CHOICES)
    jeton = forms.CharField(max_length=64)
    raison = forms.CharField(
        label=_("Remarque"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Elle reste dans l’historique, et l’auteur de la fiche archivée la reçoit."),
    )

    def __init__(self, sides: Comparison, data: Any = None) -> None:
        super().__init__(data, initial={"garde": sides.survivor, "jeton": sides.token})
        self.sides = sides
        for line in sides.lines:
            self.fields[line_key(line.name)] = forms.ChoiceField(
                choices=SIDE_CHOICES, required=False, initial=line.default
            )
        for one in sides.lists:
            self.fields[list_key(one.name)] = forms.MultipleChoiceField(
                choices=[(option.key, option.key) for option in one.options],
                required=False,
                initial=[option.key for option in one.options if option.ticked],
            )

    def clean(self) -> dict[str, Any]:
        """Refuse two rows that a record may not have together."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.sides.forced and data.get("garde") not in (None, self.sides.survivor):
            self.add_error(
                "garde", _("La fiche publiée est celle qui reste : le public connaît son adresse.")
            )
        for one in self.sides.lists:
            if _has_clash(one, data.get(list_key(one.name)) or []):
                message = _("%(what)s : deux des lignes cochées disent la même étape. Gardez-en une.")
                self.add_error(list_key(one.name), message % {"what": one.label})
        return data

    def chosen(self, name: str) -> Any:
        """Return the value of a field: what was posted when something was, else the proposal."""
        return self[name].value()

    def plan(self) -> Plan:
        data = self.cleaned_data
        return Plan(
            survivor=data["garde"],
            lines={line.name: data[line_key(line.name)] or line.default for line in self.sides.lines},
            lists={one.name: data[list_key(one.name)] for one in self.sides.lists},
            reason=data["raison"],
        )

    def hidden(self) -> list[tuple[str, str]]:
        """Return every choice as the preview sends it with the confirmation."""
        pairs = [(name, self.cleaned_data[name]) for name in ("garde", "raison")]
        pairs.append(("jeton", self.sides.token))
        plan = self.plan()
        pairs += [(line_key(name), side) for name, side in plan.lines.items()]
        for one in self.sides.lists:
            pairs += [(list_key(one.name), key) for key in self.cleaned_data[list_key(one.name)]]
        return pairs


def line_key(name: str) -> str:
    return f"c-{name}"


def list_key(name: str) -> str:
    return f"l-{name}"


def _has_clash(one: Choices, ticked: list[str]) -> bool:
    """Return True when two ticked rows may not stand together."""
    if one.part is None or not one.part.identity:
        return False
    identities = [option.identity for option in one.options if option.key in ticked]
    return len(set(identities)) < len(identities)
