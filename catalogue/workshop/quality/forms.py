"""Forms of the pages of quality."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import ConfirmationRound, QualityFinding, Record
from catalogue.web.paging import PageForm
from catalogue.workshop.quality.checks import CHECKS
from geo.models import Level, Territory

LONGEST_REASON = 2000
LONGEST_NOTE = 4000
Answer = ConfirmationRound.Answer


class FindingsForm(PageForm):
    controle = forms.ChoiceField(label=_("Contrôle"), required=False)
    gravite = forms.ChoiceField(
        label=_("Gravité"),
        choices=[("", ""), *((str(value), label) for value, label in QualityFinding.Severity.choices)],
        required=False,
    )
    type = forms.ChoiceField(label=_("Nature"), choices=[("", ""), *Record.Kind.choices], required=False)
    region = forms.ModelChoiceField(
        label=_("Région"),
        queryset=Territory.objects.current().at_level(Level.REGION).order_by("name"),
        to_field_name="code",
        required=False,
    )
    ecarts = forms.ChoiceField(
        label=_("Écarts acceptés"),
        choices=[("", ""), ("oui", _("montrer les écarts acceptés"))],
        required=False,
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        choices: Any = self.fields["controle"]
        choices.choices = [("", ""), *((check.code, check.label) for check in CHECKS.values())]

    @property
    def parameters(self) -> dict[str, str]:
        """The filters in use, as the URL has them."""
        names = ("controle", "gravite", "type", "region", "ecarts")
        return {name: self.data[name] for name in names if self.cleaned_data.get(name)}


class WaiverForm(forms.Form):
    motif = forms.CharField(
        label=_("Pourquoi l’accepter"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("L’écart revient si le constat change."),
    )


class AnswerForm(forms.Form):
    """The answer of an owner who follows the link of an e-mail."""

    reponse = forms.ChoiceField(
        choices=[(Answer.EXACT, ""), (Answer.AMEND, ""), (Answer.CLOSED, ""), ("nouveau-lien", "")]
    )
    note = forms.CharField(
        label=_("Ce qui est à corriger"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reponse") == Answer.AMEND and not (data.get("note") or "").strip():
            self.add_error("note", _("Dites en quelques mots ce qui est à corriger."))
        return data
