"""What people fill in to meet: fields by allow-list, lengths bounded, one hidden key for each form."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from catalogue.meetings import attachments, people
from catalogue.models import Application, Organisation, Record, RecordOrganisation, Solution
from catalogue.records import permissions
from catalogue.web.paging import PageForm

LONG, MEDIUM = 5_000, 2_000
HIDDEN_STATES = (Record.State.REFUSED, Record.State.ARCHIVED)


def own_solutions(user: User) -> Any:
    """Return the solutions that an account wrote, or that its organisations carry."""
    carried = RecordOrganisation.objects.filter(
        organisation__in=people.organisations_of(user).values("pk"), role=RecordOrganisation.Role.HOLDER
    ).values("record")
    mine = permissions.own_records(user) | Q(pk__in=carried, state=Record.State.PUBLISHED)
    return Solution.objects.exclude(state__in=HIDDEN_STATES).filter(mine).order_by("title", "pk")


def proposable_solutions(user: User) -> Any:
    """Return the solutions that an account may apply with: its own and any published one."""
    return Solution.objects.filter(
        Q(state=Record.State.PUBLISHED) | Q(pk__in=own_solutions(user).values("pk"))
    )


class SolutionChoiceForm(forms.Form):
    """Parameters of the page where the solution is chosen."""

    solution = forms.SlugField(label=_("solution"), max_length=120, required=False)
    cherche = forms.CharField(label=_("mots"), max_length=100, required=False)


class OrganisationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the organisations of the account; a membership that waits says so."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name, and whether somebody still has to confirm the membership."""
        waiting = obj.confirmed_at is None
        return _g("%(name)s (appartenance à confirmer)") % {"name": obj.name} if waiting else obj.name


class KeyedForm(forms.Form):
    """A form that sends once, however often it is posted."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def hidden_errors(self) -> list[str]:
        found = [str(error) for error in self.non_field_errors()]
        if self.errors.get("creation_key"):
            found.append(_g("Ce formulaire est abîmé : rechargez la page."))
        return found


class SolutionForm(KeyedForm):
    """What an application and an answer share: the solution and the organisation."""

    solution = forms.ModelChoiceField(
        queryset=Solution.objects.none(), to_field_name="slug", widget=forms.HiddenInput
    )
    organisation = OrganisationField(
        label=_("Au nom de"),
        queryset=Organisation.objects.none(),
        help_text=_("L’organisation qui portera l’essai. Elle sera nommée à l’autre partie."),
    )

    def __init__(self, *args: Any, user: User, host: Organisation | None, **kwargs: Any) -> None:
        """Offer what belongs to ``user``, but not the organisation that examines."""
        super().__init__(*args, **kwargs)
        mine = people.organisations_of(user)
        if host is not None:
            mine = mine.exclude(pk=host.pk)
        self.fields["organisation"].queryset = mine  # type: ignore[attr-defined]
        self.fields["solution"].queryset = proposable_solutions(user)  # type: ignore[attr-defined]
        only = list(mine[:2])
        if len(only) == 1:
            self.fields["organisation"].initial = only[0].pk

    def hidden_errors(self) -> list[str]:
        """Add the error on a solution that the account may not propose."""
        found = super().hidden_errors()
        if self.errors.get("solution"):
            found.append(
                _g("Cette solution n’est pas de celles que vous pouvez proposer : choisissez-en une.")
            )
        return found


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class DocumentsField(forms.FileField):
    """A few documents, each recognised by its content."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = [data] if isinstance(data, UploadedFile) else list(data or [])
        if len(files) > attachments.MOST:
            raise forms.ValidationError(_("Trois documents au plus."), code="many")
        wrong: list[forms.ValidationError] = []
        for file in files:
            try:
                attachments.recognise_suffix(file)
            except forms.ValidationError as error:
                wrong.append(error)
        if wrong:
            raise forms.ValidationError(wrong)
        return files


class DateInput(forms.DateInput):
    """The browser's own calendar; without one, a field that takes 31/12/2026."""

    input_type = "date"

    def __init__(self) -> None:
        """Write dates as browsers want them."""
        super().__init__(format="%Y-%m-%d")


class ApplicationForm(SolutionForm):
    motivation = forms.CharField(
        label=_("Pourquoi ce site ?"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Ce que vous voulez essayer, ce que le territoire y gagnera, ce qui sera mesuré."),
    )
    starts_on = forms.DateField(label=_("Début souhaité"), required=False, widget=DateInput())
    ends_on = forms.DateField(
        label=_("Fin souhaitée"),
        required=False,
        widget=DateInput(),
    )
    calendar = forms.CharField(
        label=_("Calendrier, en clair"),
        max_length=MEDIUM,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Étapes, saisons, marges. À la date de fin, les résultats vous seront demandés."),
    )
    needs = forms.CharField(
        label=_("Ce qu’il vous faut sur place"),
        max_length=MEDIUM,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Accès, réseaux, autorisations, personnes."),
    )
    documents = DocumentsField(
        label=_("Documents"),
        required=False,
        widget=SeveralFilesInput(attrs={"accept": attachments.ACCEPTED}),
        help_text=_(
            "Trois au plus, 20\u00a0Mo chacun : PDF, image, document de bureau ou CSV. Seules les deux "
            "parties et les curateurs les liront."
        ),
    )

    field_order = (
        "organisation", "motivation", "starts_on", "ends_on", "calendar", "needs", "documents",
    )  # fmt: skip

    def clean_starts_on(self) -> Any:
        return _plausible(self.cleaned_data["starts_on"])

    def clean_ends_on(self) -> Any:
        return _plausible(self.cleaned_data["ends_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("La date de fin précède la date de début."))
        return data


def _plausible(day: Any) -> Any:
    if day is not None and not 2000 <= day.year <= 2100:
        raise forms.ValidationError(_("L’année doit être entre 2000 et 2100."))
    return day


class AnswerForm(SolutionForm):
    """A solution proposed for a need."""

    how = forms.CharField(
        label=_("En quoi elle répond au besoin"),
        max_length=300,
        help_text=_(
            "En une phrase. Elle deviendra publique, sur la page du besoin, si la réponse est acceptée."
        ),
    )
    message = forms.CharField(
        label=_("Message à qui exprime le besoin"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Privé : conditions, références, disponibilité."),
    )


class ContactForm(KeyedForm):
    """A message to an organisation."""

    subject = forms.CharField(label=_("Objet"), max_length=150)
    message = forms.CharField(
        label=_("Votre message"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 8})
    )


class MessageForm(KeyedForm):
    prefix = "message"
    text = forms.CharField(
        label=_("Votre message"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 5})
    )


class AcceptForm(forms.Form):
    """What accepting an application may say besides."""

    prefix = "accept"
    reserve = forms.BooleanField(
        label=_("Réserver le site"),
        required=False,
        help_text=_("Il ne recevra plus d’autre candidature. Celles qui sont en cours restent à examiner."),
    )


class ReasonForm(forms.Form):
    prefix = "reason"
    reason = forms.CharField(label=_("Motif"), max_length=MEDIUM, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Any = None, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label or self.fields["reason"].label
        self.fields["reason"].help_text = help_text


APPLICATION_VIEWS = (
    ("recues", _("Candidatures reçues")),
    ("envoyees", _("Candidatures envoyées")),
    ("reponses-recues", _("Réponses reçues")),
    ("reponses-envoyees", _("Réponses envoyées")),
)
CONTACT_VIEWS = (("recus", _("Reçus")), ("envoyes", _("Envoyés")))


class ApplicationListForm(PageForm):
    """Which applications or answers are listed."""

    vue = forms.ChoiceField(label=_("liste"), choices=APPLICATION_VIEWS, required=False)
    etat = forms.ChoiceField(
        label=_("état"),
        choices=Application.ApplicationState.choices,
        required=False,
    )


class ContactListForm(PageForm):
    """Which messages are listed."""

    vue = forms.ChoiceField(label=_("liste"), choices=CONTACT_VIEWS, required=False)


class ContactAboutForm(forms.Form):
    """The record that a message is about."""

    fiche = forms.SlugField(label=_("fiche"), max_length=120, required=False)
