"""Forms of the contributor's space."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import Record
from catalogue.records.workflow import RULES
from catalogue.web.paging import PageForm

LONGEST_REASON = 4000


class MyRecordsForm(PageForm):
    etat = forms.ChoiceField(label=_("État"), choices=[("", ""), *Record.State.choices], required=False)


class ActionForm(forms.Form):
    """The reason of a transition, when its rule requires one."""

    reason = forms.CharField(
        label=_("Motif"), max_length=LONGEST_REASON, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, action: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{action}-%s")
        self.action = action
        self.fields["reason"].required = RULES[action].needs_reason
