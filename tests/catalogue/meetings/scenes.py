"""Two sides that meet: who offers or asks, who comes with a solution, and the others."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core import mail
from django.test import Client

from catalogue.meetings.rights import Side
from catalogue.models import (
    AnswerProposal,
    Application,
    ContactRequest,
    Message,
    Need,
    NeedAnswer,
    OutgoingMail,
    Record,
    TestSite,
)
from tests import factories

MOTIVATION = "Mesurer la fraîcheur gagnée."
_numbers = itertools.count(1)


@dataclass
class Scene:
    """An organisation that hosts, one that comes, and one account for each side."""

    host: Any = field(default_factory=lambda: factories.organisation(name="Commune de Saint-Essai"))
    company: Any = field(default_factory=lambda: factories.organisation(name="Fraîcheur SAS"))

    def __post_init__(self) -> None:
        self.owner = named(factories.member(self.host, role="responsable"), "Odile", "Hôte")
        self.applicant = named(factories.member(self.company), "Ali", "Candidat")
        self.people: dict[Side, User | AnonymousUser] = {
            Side.VISITOR: AnonymousUser(),
            Side.STRANGER: factories.member(),
            Side.CURATOR: factories.curator(),
            Side.ADMINISTRATOR: factories.administrator(),
            Side.OWNER: self.owner,
            Side.APPLICANT: self.applicant,
        }
        self.solution = factories.solution(title="Toit frais", owner=self.company, created_by=self.applicant)

    def site(self, **fields: Any) -> TestSite:
        """An open site of the host."""
        values = {"title": "Place du marché", "owner": self.host, "site_state": "ouvert"}
        return factories.test_site(**{**values, **fields})

    def need(self, **fields: Any) -> Need:
        """A published need of the host."""
        return factories.need(**{"title": "Rafraîchir la cour", "owner": self.host, **fields})

    def application(self, **fields: Any) -> Application:
        """An application as ``send`` leaves it, in any state."""
        values = {
            "solution": self.solution,
            "organisation": self.company,
            "created_by": self.applicant,
            "motivation": MOTIVATION,
            "creation_key": uuid.uuid4(),
        }
        if "site" not in fields:
            fields["site"] = self.site()
        if fields.get("state") == "declinee":
            fields.setdefault("reason", "Déjà pris.")
        return Application.objects.create(**{**values, **fields})

    def answer(self, **fields: Any) -> AnswerProposal:
        """An answer as ``send`` leaves it, in any state."""
        values = {
            "solution": self.solution,
            "organisation": self.company,
            "created_by": self.applicant,
            "how": "Elle fait de l’ombre.",
            "creation_key": uuid.uuid4(),
        }
        if "need" not in fields:
            fields["need"] = self.need()
        if fields.get("state") == "declinee":
            fields.setdefault("reason", "Déjà répondu.")
        return AnswerProposal.objects.create(**{**values, **fields})

    def contact(self, **fields: Any) -> ContactRequest:
        """A relayed message of the applicant to the host, in any state."""
        values = {
            "sender": self.applicant,
            "organisation": self.host,
            "subject": "Votre toit",
            "message": "Pouvons-nous en parler ?",
            "creation_key": uuid.uuid4(),
        }
        return ContactRequest.objects.create(**{**values, **fields})

    def form(self, **fields: Any) -> dict[str, Any]:
        """What the form of an application posts."""
        values = {
            "solution": self.solution.slug,
            "organisation": self.company.pk,
            "motivation": MOTIVATION,
            "creation_key": str(uuid.uuid4()),
        }
        return {**values, **fields}


def named(user: User, first: str, last: str) -> User:
    """The account, with a name."""
    user.first_name, user.last_name = first, last
    user.save(update_fields=["first_name", "last_name"])
    return user


def client_of(user: User | AnonymousUser) -> Client:
    """A browser where this account is logged in, if it is one."""
    client = Client()
    if isinstance(user, User):
        client.force_login(user)
    return client


def counts() -> dict[str, int]:
    """How many rows there are of all that a meeting writes: a refusal changes none."""
    models = (Application, AnswerProposal, ContactRequest, Message, NeedAnswer, OutgoingMail, Record)
    return {model.__name__: model._default_manager.count() for model in models}


def sent_to(user: User) -> list[Any]:
    """The e-mails that went to this account."""
    return [one for one in mail.outbox if one.to == [user.email]]
