"""What is typed about oneself and about an organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from catalogue.accounts import seat
from catalogue.models import Membership, Organisation
from catalogue.models.organisation import validate_siret

Kind = Organisation.Kind


class IdentityForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name under which the others see an account."""

    class Meta:
        model = User
        fields = ("first_name", "last_name")
        labels = {"first_name": _("Prénom"), "last_name": _("Nom")}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"


class EraseForm(forms.Form):
    confirm = forms.BooleanField(label=_("Oui, effacer mon compte : je sais que c’est définitif."))


class SiretForm(forms.Form):
    """The number of an establishment."""

    siret = forms.CharField(
        label=_("SIRET de votre organisation"),
        help_text=_("Quatorze chiffres. Il figure sur les factures et dans l’annuaire des entreprises."),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_siret(self) -> str:
        siret = "".join(self.cleaned_data["siret"].split())
        validate_siret(siret)
        return siret


class NewOrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """An organisation that the site does not know yet."""

    siret = forms.CharField(widget=forms.HiddenInput, validators=[validate_siret])
    kind = forms.ChoiceField(
        label=_("Type d’organisation"),
        choices=[("", _("Choisir"))] + [choice for choice in Kind.choices if choice[0] != Kind.INCONNU],
    )
    place = forms.CharField(
        label=_("Territoire ou commune du siège"),
        help_text=_(
            "Pour une collectivité, son territoire ; sinon la commune du siège. Un nom, ou un code INSEE."
        ),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Organisation
        fields = ("siret", "name", "kind")
        labels = {"name": _("Nom de l’organisation")}

    field_order = ("name", "kind", "place", "siret")

    def clean_place(self) -> Any:
        """The territory, or None."""
        text = self.cleaned_data["place"].strip()
        return seat.place_of(text) if text else None

    def clean(self) -> dict[str, Any] | None:
        """What is typed; a collectivité is tied to its territory."""
        data = super().clean() or {}
        if data.get("kind") == Kind.COLLECTIVITE and "place" in data and data["place"] is None:
            self.add_error("place", _("Dites de quel territoire il s’agit."))
        return data

    def organisation(self) -> Organisation:
        """The organisation, not saved yet."""
        organisation: Organisation = self.save(commit=False)
        organisation.siren = organisation.siret[:9]
        organisation.territory = self.cleaned_data["place"]
        return organisation


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What its responsables say of an organisation; its name and numbers are the curators’."""

    url = forms.URLField(label=_("Site"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = ("url", "description")
        labels = {"description": _("Présentation")}
        help_texts = {"description": _("Quelques phrases : ce que vous faites, pour qui, où.")}
        widgets = {"description": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["description"].max_length = 3000  # type: ignore[attr-defined]


class InvitationForm(forms.Form):
    """Who is asked to come."""

    email = forms.EmailField(label=_("Adresse électronique"), max_length=254)
    role = forms.ChoiceField(label=_("Rôle"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER)


class ReasonForm(forms.Form):
    """Why a request is turned down."""

    reason = forms.CharField(
        label=_("Motif"),
        help_text=_("Il est envoyé à la personne."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RoleForm(forms.Form):
    """What a member becomes."""

    role = forms.ChoiceField(choices=Membership.Role.choices)
