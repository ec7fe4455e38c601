"""The e-mails of meetings: names and words pass, addresses never do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from catalogue import mailing
from catalogue.meetings import people

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from catalogue.models import AnswerProposal, Application, ContactRequest, Message


def about_application(
    kind: str,
    application: Application,
    *,
    to: Iterable[User],
    message: Message | None = None,
    reserved: bool = False,
) -> None:
    """Write one e-mail of ``templates/courriels/candidature-*.txt`` to each."""
    experiment = application.experiment
    _post(
        kind,
        to,
        {
            "candidat": people.signature(application.created_by, application.organisation),
            "organisation": application.organisation.name,
            "hote": application.site.owner.name if application.site.owner else "",
            "solution": application.solution.title,
            "lieu": application.site.title,
            "motivation": application.motivation,
            "motif": application.reason,
            "reserve": reserved,
            "fin": application.ends_on,
            "lien": mailing.absolute(reverse("catalogue:application-detail", args=[application.pk])),
            "experimentation": experiment.title if experiment else "",
            **_said(message, application),
        },
    )


def _said(message: Message | None, application: Application) -> dict[str, str]:
    if message is None:
        return {"auteur": "", "texte": ""}
    owner = application.site.owner
    sides = [application.organisation, *([owner] if owner else [])]
    names = people.signatures([message.author], sides, "")
    return {"auteur": names[message.author_id], "texte": message.text}


def about_answer(kind: str, answer: AnswerProposal, *, to: Iterable[User]) -> None:
    """Write one e-mail of ``templates/courriels/reponse-*.txt`` to each."""
    _post(
        kind,
        to,
        {
            "candidat": people.signature(answer.created_by, answer.organisation),
            "hote": answer.need.owner.name if answer.need.owner else "",
            "solution": answer.solution.title,
            "besoin": answer.need.title,
            "en_quoi": answer.how,
            "texte": answer.message,
            "motif": answer.reason,
            "lien": mailing.absolute(reverse("catalogue:answer-detail", args=[answer.pk])),
        },
    )


def about_contact(
    kind: str,
    request: ContactRequest,
    *,
    to: Iterable[User],
    message: Message | None = None,
    has_readers: bool = True,
) -> None:
    """Write one e-mail of ``templates/courriels/contact-*.txt`` to each."""
    author = message.author if message is not None else request.sender
    _post(
        kind,
        to,
        {
            "auteur": author_of_contact(request, author),
            "organisation": request.organisation.name,
            "objet": request.subject,
            "fiche": request.record.title if request.record is not None else "",
            "texte": message.text if message is not None else request.message,
            "motif": request.report_reason,
            "lu": has_readers,
            "lien": mailing.absolute(reverse("catalogue:contact-detail", args=[request.pk])),
        },
    )


def author_of_contact(request: ContactRequest, author: User | None) -> str:
    """The name under which somebody wrote in the exchange."""
    if author is not None and author.pk == request.sender_id:
        return people.sender_name(author)
    names = people.signatures([author], [request.organisation], people.team_name())
    return names[author.pk if author is not None else None]


def _post(kind: str, to: Iterable[User], context: dict[str, Any]) -> None:
    for user in to:
        mailing.post(kind, user.email, context)
