"""What the workshop reads: the filters of its queue, and decisions with their reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import Record
from catalogue.workflow import RULES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Record.State
LONGEST_REASON = 4000
LAST_PAGE = 10_000
QUEUES = [
    ("", _("à instruire")),
    ("a-completer", _("à compléter")),
    ("changements", _("changements proposés")),
]
TO_REVIEW = [("", ""), (State.SUBMITTED, State.SUBMITTED.label), (State.IN_REVIEW, State.IN_REVIEW.label)]

READY: dict[str, list[StrOrPromise]] = {
    "ask": [
        _("Précisez le lieu : une adresse ou un tracé, pour que la fiche soit bien placée sur la carte."),
        _("Complétez le résumé : en deux phrases, ce que c’est et ce que cela change."),
        _("Donnez au moins un résultat mesuré, avec sa valeur, son unité, son année et sa source."),
        _("Indiquez la source de ce que dit la fiche : un document ou une page que le lecteur peut ouvrir."),
        _("Dites aussi ce qui n’a pas marché : c’est ce que les autres collectivités cherchent."),
        _("Retirez ce qui relève de la publicité : la fiche doit décrire, pas vanter."),
    ],
    "refuse": [
        _("Cette fiche existe déjà dans le catalogue."),
        _("Le sujet n’entre pas dans le champ du catalogue, l’innovation urbaine."),
        _("Rien de ce que dit la fiche ne peut être vérifié."),
        _("Le texte est publicitaire."),
    ],
    "archive": [
        _("Cette fiche existe en double."),
        _("L’information n’est plus d’actualité."),
        _("L’organisation concernée a demandé le retrait."),
    ],
}
"""Reasons that come back often; they end up as text, to be completed by hand."""


class QueueForm(forms.Form):
    """The filters of the queue."""

    voir = forms.ChoiceField(label=_("File"), choices=QUEUES, required=False)
    etat = forms.ChoiceField(label=_("État"), choices=TO_REVIEW, required=False)
    type = forms.ChoiceField(label=_("Nature"), choices=[("", ""), *Record.Kind.choices], required=False)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=LAST_PAGE, required=False)


class PageForm(forms.Form):
    """The page of a list without filters."""

    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=LAST_PAGE, required=False)


class DecisionForm(forms.Form):
    """A decision on a record: a ready-made reason, words of one's own, or both."""

    ready = forms.ChoiceField(label=_("Motif type"), required=False)
    reason = forms.CharField(
        label=_("Motif"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, action: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{action}-%s")
        self.action = action
        self.sentences = [str(sentence) for sentence in READY.get(action, [])]
        ready: Any = self.fields["ready"]
        ready.choices = [("", _("Aucun")), *enumerate(self.sentences)]
        self.fields["ready"].help_text = _("Il est placé devant ce que vous écrivez.")
        self.fields["reason"].help_text = _("L’auteur le reçoit par courriel et le lit sur sa fiche.")

    def clean(self) -> dict[str, Any]:
        """Put the two together, and ask for one of them when the rule does."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.get("ready") or ""
        parts = [self.sentences[int(chosen)] if chosen else "", (data.get("reason") or "").strip()]
        data["whole"] = "\n".join(part for part in parts if part)
        rule = RULES.get(self.action)
        if rule is not None and rule.needs_reason and not data["whole"] and "reason" not in self.errors:
            self.add_error("reason", _("Choisissez un motif type ou écrivez le vôtre."))
        return data


class RefusalForm(forms.Form):
    """Why something is refused."""

    reason = forms.CharField(
        label=_("Motif du refus"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class RevisionForm(forms.Form):
    """What is decided of a proposed change, and which version of the record was compared."""

    decision = forms.ChoiceField(choices=[("accepter", ""), ("refuser", "")])
    fields_kept = forms.MultipleChoiceField(required=False)
    seen = forms.CharField(required=False, max_length=40)
    reason = forms.CharField(
        label=_("Motif du refus"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, fields: list[str], data: Any = None) -> None:
        super().__init__(data)
        known: Any = self.fields["fields_kept"]
        known.choices = [(name, name) for name in fields]

    def clean(self) -> dict[str, Any]:
        """A refusal says why; an acceptance keeps something."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("decision") == "refuser" and not (data.get("reason") or "").strip():
            self.add_error("reason", _("Dites pourquoi : l’auteur doit pouvoir le comprendre."))
        if data.get("decision") == "accepter" and not data.get("fields_kept"):
            self.add_error("fields_kept", _("Gardez au moins un changement, ou refusez l’ensemble."))
        return data
