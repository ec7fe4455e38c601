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


def mail_about_application(
    kind: str,
    application: Application,
    *,
    to: Iterable[User],
    message: Message | None = None,
    reserved: bool = False,
) -> None:
    """Write one e-mail of ``templates/courriels/candidature-*.txt`` to each."""
    organisation, owner, experiment = application.organisation, application.site.owner, application.experiment
    link = mailing.absolute_url(reverse("catalogue:application-detail", args=[application.pk]))
    _send_each(
        kind,
        to,
        {
            **_message_words(message, application),
            "applicant": people.signature(application.created_by, organisation),
            "organisation": organisation.name,
            "host": owner.name if owner else "",
            "solution": application.solution.title,
            "place": application.site.title,
            "motivation": application.motivation,
            "reason": application.reason,
            "reserve": reserved,
            "end": application.ends_on,
            "link": link,
            "experiment": experiment.title if experiment else "",
        },
    )


def _message_words(message: Message | None, application: Application) -> dict[str, str]:
    if message is None:
        return {"author": "", "text": ""}
    owner = application.site.owner
    sides = [application.organisation, *([owner] if owner else [])]
    names = people.signatures([message.author], sides, "")
    return {"author": names[message.author_id], "text": message.text}


def mail_about_answer(kind: str, answer: AnswerProposal, *, to: Iterable[User]) -> None:
    """Write one e-mail of ``templates/courriels/reponse-*.txt`` to each."""
    _send_each(
        kind,
        to,
        {
            "applicant": people.signature(answer.created_by, answer.organisation),
            "host": answer.need.owner.name if answer.need.owner else "",
            "solution": answer.solution.title,
            "need": answer.need.title,
            "how": answer.how,
            "text": answer.message,
            "reason": answer.reason,
            "link": mailing.absolute_url(reverse("catalogue:answer-detail", args=[answer.pk])),
        },
    )


def mail_about_contact(
    kind: str,
    request: ContactRequest,
    *,
    to: Iterable[User],
    message: Message | None = None,
    has_readers: bool = True,
) -> None:
    """Write one e-mail of ``templates/courriels/contact-*.txt`` to each."""
    author = message.author if message is not None else request.sender
    _send_each(
        kind,
        to,
        {
            "author": contact_author_name(request, author),
            "organisation": request.organisation.name,
            "subject": request.subject,
            "record": request.record.title if request.record is not None else "",
            "text": message.text if message is not None else request.message,
            "reason": request.report_reason,
            "has_readers": has_readers,
            "link": mailing.absolute_url(reverse("catalogue:contact-detail", args=[request.pk])),
        },
    )


def contact_author_name(request: ContactRequest, author: User | None) -> str:
    """Return the name under which somebody wrote in the exchange."""
    if author is not None and author.pk == request.sender_id:
        return people.sender_name(author)
    names = people.signatures([author], [request.organisation], people.team_name())
    return names[author.pk if author is not None else None]


def _send_each(kind: str, to: Iterable[User], context: dict[str, Any]) -> None:
    for user in to:
        mailing.queue_mail(kind, user.email, context)
