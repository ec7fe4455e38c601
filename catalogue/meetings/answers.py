"""Answers to needs: a solution is proposed, and becomes public once the need's owner accepts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.meetings import limits, mails, people
from catalogue.meetings.refusal import Refused
from catalogue.models import AnswerProposal, Need, NeedAnswer, Organisation, Record, Solution
from catalogue.records import versions

if TYPE_CHECKING:
    from uuid import UUID

    from django_stubs_ext import StrOrPromise

State = AnswerProposal.ProposalState


@dataclass(frozen=True)
class Rule:
    """One step of an answer."""

    label: StrOrPromise
    target: str
    mail: str
    needs_reason: bool = False


RULES: dict[str, Rule] = {
    "accept": Rule(gettext_lazy("Accepter"), State.ACCEPTED, "reponse-acceptee"),
    "decline": Rule(gettext_lazy("Décliner"), State.DECLINED, "reponse-declinee", needs_reason=True),
    "withdraw": Rule(gettext_lazy("Retirer la réponse"), State.WITHDRAWN, "reponse-retiree"),
}
"""Each starts from « envoyée »."""


def deciders(need: Need) -> list[User]:
    """Who examines the answers to a need: its owner's members, or the curators."""
    return people.members(need.owner) if need.owner is not None else people.curators(need)


def send(
    user: User,
    need: Need,
    solution: Solution,
    organisation: Organisation,
    *,
    how: str,
    message: str,
    key: UUID,
) -> AnswerProposal:
    """The answer, sent; the same one when the same form comes twice."""
    with transaction.atomic():
        limits.one_at_a_time(user)
        twin = AnswerProposal.objects.filter(creation_key=key, created_by=user).first()
        if twin is not None:
            return twin
        limits.check_sendings(user)
        asked = Need.objects.select_for_update(of=("self",)).select_related("owner").get(pk=need.pk)
        if asked.state != Record.State.PUBLISHED:
            raise Refused(_("Ce besoin n’est plus publié."))
        if NeedAnswer.objects.filter(need=asked, solution=solution).exists():
            raise Refused(_("Cette solution est déjà donnée en réponse à ce besoin."))
        try:
            with transaction.atomic():
                sent = AnswerProposal.objects.create(
                    need=asked,
                    solution=solution,
                    organisation=organisation,
                    how=how,
                    message=message,
                    created_by=user,
                    creation_key=key,
                )
        except IntegrityError as error:
            raise Refused(_already(asked, solution)) from error
        mails.about_answer("reponse-envoyee", sent, to=people.team(user, organisation))
        mails.about_answer("reponse-recue", sent, to=deciders(asked))
    return sent


def _already(need: Need, solution: Solution) -> str:
    alive = AnswerProposal.objects.filter(
        need=need, solution=solution, state__in=(State.SENT, State.ACCEPTED)
    )
    if alive.exists():
        return _("Cette solution est déjà proposée pour ce besoin : la première réponse est à l’examen.")
    return _("Ce formulaire a déjà servi : rechargez la page pour en obtenir un autre.")


def act(answer: AnswerProposal, action: str, actor: User, *, reason: str = "") -> AnswerProposal:
    """Carry out one step of ``RULES`` and return the answer as it is then."""
    rule = RULES[action]
    with transaction.atomic():
        related = ("need__owner", "solution", "organisation", "created_by")
        current = (
            AnswerProposal.objects.select_for_update(of=("self",)).select_related(*related).get(pk=answer.pk)
        )
        if current.state != State.SENT:
            raise Refused(
                _("« %(action)s » n’est plus possible : la réponse est %(state)s.")
                % {"action": rule.label, "state": current.get_state_display()}
            )
        if rule.needs_reason and not reason.strip():
            raise Refused(_("Dites pourquoi : l’autre partie en a besoin pour la suite."))
        current.state = rule.target
        current.reason = reason.strip()
        current.save(update_fields=["state", "reason", "updated_at"])
        if action == "accept":
            versions.save_before([current.need_id])
            NeedAnswer.objects.get_or_create(
                need=current.need, solution=current.solution, defaults={"how": current.how}
            )
            said = _("Une réponse au besoin est acceptée.")
            versions.save_after([current.need_id], actor, versions.Origin.FORM, said)
        applicants = people.team(current.created_by, current.organisation)
        mails.about_answer(rule.mail, current, to=list(dict.fromkeys([*applicants, *deciders(current.need)])))
    return current
