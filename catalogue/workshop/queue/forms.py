"""Forms of the workshop: the filters of its queue, and decisions with their reason."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from catalogue.accounts.names import name_of
from catalogue.models import Record
from catalogue.records.workflow import RULES
from catalogue.web.paging import PageForm
from catalogue.workshop.queue import bulk, listing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Record.State
LONGEST_REASON = 4000
LONGEST_WORDS = 200
MAIN_FIELDS = ("q", "type", "etat")
TABS = [
    (listing.TO_REVIEW, _("à instruire")),
    (listing.MINE, _("à moi")),
    (listing.NOBODYS, _("à personne")),
    (listing.TO_COMPLETE, _("à compléter")),
    (listing.CHANGES, _("changements proposés")),
    (listing.ALL, _("toutes les fiches")),
]
AGES = [
    ("", _("Peu importe")),
    ("7", _("plus de 7 jours")),
    ("30", _("plus de 30 jours")),
    ("90", _("plus de 90 jours")),
]
COMPLETENESS = [
    ("", _("Peu importe")),
    ("faible", _("moins de 50 %")),
    ("moyenne", _("de 50 à 79 %")),
    ("bonne", _("80 % et plus")),
]
WHATEVER = {"region": _("Toutes"), "chez": _("Peu importe")}
"""The label of a filter that is not used; that of the others is « Tous »."""
DOUBTS = [("", _("Peu importe")), ("avec", _("avec des doutes")), ("sans", _("sans doute"))]
ORDERS = [
    ("", _("ce qui attend depuis longtemps")),
    ("recentes", _("ce qui vient d’arriver")),
    ("completes", _("les plus complètes")),
    ("incompletes", _("les moins complètes")),
    ("doutes", _("les plus douteuses")),
]

READY_REASONS: dict[str, list[StrOrPromise]] = {
    "ask": [
        _("Précisez le lieu : une adresse ou un tracé, pour que la fiche soit bien placée sur la carte."),
        _("Complétez le résumé : en deux phrases, ce que c’est et ce que cela change."),
        _("Donnez au moins un résultat mesuré, comparé à avant, à un témoin ou à un objectif, et sourcé."),
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
"""Frequent reasons; they end up as text, to be completed by hand."""


class IndependenceForm(forms.Form):
    """Why a measure is not held to be independent."""

    reason = forms.CharField(
        max_length=400,
        label=_("Pourquoi"),
        help_text=_("Filiale, commande, intérêt commun… Le public ne lit pas cette raison ; le porteur, si."),
        error_messages={"required": _("Dites pourquoi : le porteur doit pouvoir le comprendre.")},
    )


class QueueForm(PageForm):
    """The filters in the URL of the queue."""

    voir = forms.ChoiceField(label=_("File"), choices=TABS, required=False)
    q = forms.CharField(
        label=_("Mots du titre"), max_length=LONGEST_WORDS, required=False, widget=forms.SearchInput()
    )
    etat = forms.ChoiceField(label=_("État"), required=False)
    type = forms.ChoiceField(
        label=_("Nature"), choices=[("", _("Toutes")), *Record.Kind.choices], required=False
    )
    region = forms.ChoiceField(label=_("Région"), required=False)
    theme = forms.ChoiceField(label=_("Thème"), required=False)
    age = forms.ChoiceField(label=_("Attend depuis"), choices=AGES, required=False)
    complet = forms.ChoiceField(label=_("Complétude"), choices=COMPLETENESS, required=False)
    doutes = forms.ChoiceField(label=_("Doutes"), choices=DOUBTS, required=False)
    chez = forms.ChoiceField(label=_("Confiée à"), required=False)
    tri = forms.ChoiceField(label=_("Trier par"), choices=ORDERS, required=False)

    def __init__(
        self,
        data: Any,
        regions: Sequence[tuple[str, str, int]],
        themes: Sequence[tuple[str, str]],
        people: Callable[[], Sequence[tuple[str, str]]],
    ) -> None:
        super().__init__(data, auto_id="filtre-%s")
        self.regions = {code: pk for code, _name, pk in regions}
        tab = data.get("voir") or ""
        states = listing.get_tab_states(tab) if tab in listing.TAB_STATES else ()
        labels = [(state.value, str(state.label).capitalize()) for state in State if state.value in states]
        self._set_choices("etat", labels)
        self._set_choices("region", [(code, name) for code, name, _pk in regions])
        self._set_choices("theme", themes)
        if tab in listing.SHARED_TABS:
            self._set_choices("chez", people())
        else:
            del self.fields["chez"]
        if tab in (listing.ALL, listing.CHANGES):
            del self.fields["complet"]
            del self.fields["tri"]
        if not states:
            del self.fields["etat"]

    def _set_choices(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", WHATEVER.get(name, _("Tous"))), *choices]

    @property
    def main_fields(self) -> list[Any]:
        return [self[name] for name in MAIN_FIELDS if name in self.fields]

    @property
    def other_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in (*MAIN_FIELDS, "voir", "page")]

    @property
    def is_open(self) -> bool:
        return any(self.parameters.get(field.name) for field in self.other_fields)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the URL, without the page."""
        return {name: str(value) for name, value in self.cleaned_data.items() if name != "page" and value}


class DecisionForm(forms.Form):
    """A decision on a record: a ready-made reason, a text of one's own, or both."""

    ready = forms.ChoiceField(label=_("Motif type"), required=False)
    reason = forms.CharField(
        label=_("Motif"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, action: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{action}-%s")
        self.action = action
        self.sentences = [str(sentence) for sentence in READY_REASONS.get(action, [])]
        ready: Any = self.fields["ready"]
        ready.choices = [("", _("Aucun")), *enumerate(self.sentences)]
        self.fields["ready"].help_text = _("Il est placé devant ce que vous écrivez.")
        self.fields["reason"].help_text = _("L’auteur le reçoit par courriel et le lit sur sa fiche.")

    def clean(self) -> dict[str, Any]:
        """Join the two reasons, and require one of them when the rule does."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.get("ready") or ""
        parts = [self.sentences[int(chosen)] if chosen else "", (data.get("reason") or "").strip()]
        data["whole"] = "\n".join(part for part in parts if part)
        rule = RULES.get(self.action)
        if rule is not None and rule.needs_reason and not data["whole"] and "reason" not in self.errors:
            self.add_error("reason", _("Choisissez un motif type ou écrivez le vôtre."))
        return data


class ListField(forms.Field):
    """Several short values of one name that match a pattern; at most as many as an action takes."""

    widget = forms.MultipleHiddenInput

    def __init__(self, pattern: str, empty: StrOrPromise, **options: Any) -> None:
        super().__init__(**options, error_messages={"required": empty})
        self.pattern = re.compile(pattern)

    def clean(self, value: Any) -> list[str]:
        values: list[str] = list(dict.fromkeys(super().clean(value) or []))
        if len(values) > bulk.MAX_RECORDS:
            raise forms.ValidationError(_("Cochez au plus %(n)d fiches à la fois.") % {"n": bulk.MAX_RECORDS})
        if not all(self.pattern.fullmatch(one) for one in values):
            raise forms.ValidationError(_("Cette sélection n’a pas de sens : revenez à la file."))
        return values


class BulkForm(forms.Form):
    """An action on the ticked records; after the preview, with the stamp of each effect that it showed."""

    geste = forms.ChoiceField(choices=list(bulk.ACTIONS.items()))
    fiche = ListField(r"[-a-zA-Z0-9_]{1,120}", _("Cochez au moins une fiche."))
    vue = ListField(r"[-a-zA-Z0-9_]{1,120}:[0-9a-f]{16}", "", required=False)
    cle = forms.UUIDField(required=False)
    a = forms.ChoiceField(label=_("À qui"), required=False)
    a_vu = forms.CharField(required=False, max_length=20)
    suite = forms.CharField(required=False, max_length=2000)
    confirmer = forms.BooleanField(required=False)

    def __init__(self, data: Any, people: Sequence[User], reader: User) -> None:
        super().__init__(data, auto_id="lot-%s")
        self.people = {str(one.pk): one for one in people}
        handler: Any = self.fields["a"]
        handler.choices = [("", _("Choisissez")), *curator_choices(people, reader)]

    @property
    def to(self) -> User | None:
        return self.people.get(self.cleaned_data.get("a") or "")

    @property
    def seen(self) -> dict[str, str]:
        return dict(one.rsplit(":", 1) for one in self.cleaned_data["vue"])

    @property
    def is_final(self) -> bool:
        """True when what is asked is what the preview showed."""
        data = self.cleaned_data
        if not (data["confirmer"] and data["cle"] and data["vue"]):
            return False
        return bool(data["geste"] != bulk.GIVE or (data["a"] == data["a_vu"] != ""))


def curator_choices(people: Sequence[User], reader: User) -> list[tuple[str, str]]:
    others = [(str(one.pk), name_of(one)) for one in people if one.pk != reader.pk]
    return [(str(reader.pk), str(_("moi"))), *others]


class HandForm(forms.Form):
    """Who shall handle a record, and who did when the page was shown."""

    geste = forms.ChoiceField(choices=[("prendre", ""), ("confier", ""), ("rendre", "")])
    a = forms.ChoiceField(label=_("Confier à"), required=False)
    mot = forms.CharField(
        label=_("Un mot pour cette personne"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    vu = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    suite = forms.CharField(required=False, max_length=2000)

    def __init__(self, people: Sequence[User], reader: User, data: Any = None) -> None:
        super().__init__(data, auto_id="confier-%s")
        self.people = {str(one.pk): one for one in people}
        handler: Any = self.fields["a"]
        handler.choices = [("", _("Choisissez")), *curator_choices(people, reader)]

    def clean(self) -> dict[str, Any]:
        """Require a curator when the record is given."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("geste") == "confier" and not data.get("a") and "a" not in self.errors:
            self.add_error("a", _("Choisissez à qui."))
        return data


class NoteForm(forms.Form):
    """A comment between curators; its key is that of the form, so that two clicks add it once."""

    texte = forms.CharField(
        label=_("Commentaire interne"),
        help_text=_(
            "Seuls les curateurs le lisent : ni l’auteur de la fiche ni son organisation ne le voient."
        ),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    cle = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="note-%s", initial={"cle": uuid.uuid4()})


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("Motif du refus"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class RevisionForm(forms.Form):
    """The decision on a proposed change, and the version of the record that was compared."""

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
        accepted: Any = self.fields["fields_kept"]
        accepted.choices = [(name, name) for name in fields]

    def clean(self) -> dict[str, Any]:
        """Require a reason for a refusal, and a field for an acceptance."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("decision") == "refuser" and not (data.get("reason") or "").strip():
            self.add_error("reason", _("Dites pourquoi : l’auteur doit pouvoir le comprendre."))
        if data.get("decision") == "accepter" and not data.get("fields_kept"):
            self.add_error("fields_kept", _("Gardez au moins un changement, ou refusez l’ensemble."))
        return data
