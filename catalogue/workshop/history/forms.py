"""Forms of the pages of versions: which two to compare, and why a record is reverted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NOW = "actuelle"
HIGHEST = 2_147_483_647
LONGEST_REASON = 2000


class ComparisonForm(forms.Form):
    """Two versions of a record by their numbers, or « actuelle »."""

    de = forms.CharField(label=_("De la version"), max_length=10, required=False)
    a = forms.CharField(label=_("À la version"), max_length=10, required=False)

    def clean_de(self) -> int | None:
        """Return the number of the first version, None for the present state."""
        return self._number("de")

    def clean_a(self) -> int | None:
        """Return the number of the second version, None for the present state."""
        return self._number("a")

    def _number(self, name: str) -> int | None:
        text = self.cleaned_data[name]
        if text in ("", NOW):
            return None
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST):
            raise forms.ValidationError(_("Donnez le numéro d’une version, ou « actuelle »."))
        return int(text)


class RevertForm(forms.Form):
    """The reason of a revert, and the digest of the state that the page showed."""

    seen = forms.CharField(required=False, max_length=32)
    reason = forms.CharField(
        label=_("Motif"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Il reste dans l’historique, à côté de votre nom."),
        error_messages={
            "required": _("Dites pourquoi : ceux qui liront l’historique doivent le comprendre.")
        },
    )

    def clean_reason(self) -> Any:
        return self.cleaned_data["reason"].strip()
