"""Answers to needs: a solution is proposed, and becomes public once the need's owner accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.meetings import limits, mails, people
from catalogue.meetings.refusal import MeetingRefused
from catalogue.meetings.sending import ActionRule, apply_rule, insert, send_once
from catalogue.models import AnswerProposal, Need, NeedAnswer, Organisation, Record, Solution
from catalogue.records import versions

if TYPE_CHECKING:
    from uuid import UUID

State = AnswerProposal.ProposalState
RULES: dict[str, ActionRule] = {
    "accept": ActionRule(gettext_lazy("Accepter"), State.ACCEPTED, "reponse-acceptee"),
    "decline": ActionRule(gettext_lazy("Décliner"), State.DECLINED, "reponse-declinee", needs_reason=True),
    "withdraw": ActionRule(gettext_lazy("Retirer la réponse"), State.WITHDRAWN, "reponse-retiree"),
}
NOT_POSSIBLE = gettext_lazy("« %(action)s » n’est plus possible : la réponse est %(state)s.")


def list_deciders(need: Need) -> list[User]:
    """Return who examines the answers to a need: its owner's members, or the curators."""
    return people.list_members(need.owner) if need.owner is not None else people.list_curators(need)


def send(
    user: User,
    need: Need,
    solution: Solution,
    organisation: Organisation,
    *,
    how: str,
    message: str,
    creation_key: UUID,
) -> AnswerProposal:
    """Send an answer; return the same one when the same form comes twice."""
    answer = AnswerProposal(
        solution=solution,
        organisation=organisation,
        how=how,
        message=message,
        created_by=user,
        creation_key=creation_key,
    )
    existing = AnswerProposal.objects.filter(creation_key=creation_key, created_by=user)
    return send_once(existing, user, limits.check_sendings, lambda: _send(answer, need))


def _send(answer: AnswerProposal, need: Need) -> AnswerProposal:
    asked = Need.objects.select_for_update(of=("self",)).select_related("owner").get(pk=need.pk)
    if asked.state != Record.State.PUBLISHED:
        raise MeetingRefused(_("Ce besoin n’est plus publié."))
    if NeedAnswer.objects.filter(need=asked, solution=answer.solution).exists():
        raise MeetingRefused(_("Cette solution est déjà donnée en réponse à ce besoin."))
    answer.need = asked
    insert(answer, lambda: _explain_conflict(answer))
    followers = people.list_followers(answer.created_by, answer.organisation)
    mails.mail_about_answer("reponse-envoyee", answer, to=followers)
    mails.mail_about_answer("reponse-recue", answer, to=list_deciders(asked))
    return answer


def _explain_conflict(answer: AnswerProposal) -> str:
    alive = AnswerProposal.objects.filter(
        need=answer.need, solution=answer.solution, state__in=(State.SENT, State.ACCEPTED)
    )
    if alive.exists():
        return _("Cette solution est déjà proposée pour ce besoin : la première réponse est à l’examen.")
    return ""


def act(answer: AnswerProposal, action: str, actor: User, *, reason: str = "") -> AnswerProposal:
    """Carry out one action of ``RULES`` and return the answer as it is then."""
    rule = RULES[action]
    related = ("need__owner", "solution", "organisation", "created_by")
    with transaction.atomic():
        rows = AnswerProposal.objects.select_for_update(of=("self",)).select_related(*related)
        current = rows.get(pk=answer.pk)
        apply_rule(current, action, rule, reason, NOT_POSSIBLE)
        current.save(update_fields=["state", "reason", "updated_at"])
        if action == "accept":
            versions.save_before([current.need_id])
            NeedAnswer.objects.get_or_create(
                need=current.need, solution=current.solution, defaults={"how": current.how}
            )
            reason = _("Une réponse au besoin est acceptée.")
            versions.save_after([current.need_id], actor, versions.Origin.FORM, reason)
        applicants = people.list_followers(current.created_by, current.organisation)
        recipients = dict.fromkeys([*applicants, *list_deciders(current.need)])
        mails.mail_about_answer(rule.mail, current, to=recipients)
    return current
