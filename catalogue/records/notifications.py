"""E-mails about a record: one to each person concerned, in the transaction of what it announces.

Called by ``workflow`` and by contributions. A record without an author or an owner sends none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from catalogue import mailing
from catalogue.models import Curatorship, Record, Revision, Transition
from catalogue.records import permissions

TO_OWNERS = {
    "review": "fiche-en-instruction",
    "ask": "fiche-a-completer",
    "publish": "fiche-publiee",
    "refuse": "fiche-refusee",
    "archive": "fiche-archivee",
    "retire": "fiche-archivee",
    "merge": "fiche-fusionnee",
    "unmerge": "fiche-separee",
}
TO_CURATORS = {
    "submit": "fiche-recue",
    "withdraw": "fiche-reprise",
    "retire": "fiche-retiree",
}
People = Iterable[User]


def find_owners(record: Record) -> People:
    """Return the author and the confirmed members of the organisation that owns the record."""
    author = Q(pk=record.created_by_id or 0)
    if record.owner_id is not None:
        author &= Q(memberships__organisation=record.owner_id)
        author |= Q(memberships__organisation=record.owner_id, memberships__confirmed_at__isnull=False)
    return _reached(User.objects.filter(author))


def find_curators(record: Record) -> People:
    """Return the curators whose field covers the record; the administrators when there are none."""
    appointed = Curatorship.objects.select_related("user").prefetch_related("regions", "themes")
    reachable = appointed.filter(user__is_active=True).exclude(user__email="").order_by("pk")
    found = [one.user for one in reachable if permissions.covers(one, record)]
    return found or _reached(User.objects.filter(is_superuser=True))


def _reached(people: Any) -> People:
    return list(people.filter(is_active=True).exclude(email="").distinct().order_by("pk"))


def notify_transition(line: Transition) -> None:
    """Notify those concerned of a new state of a record; never the one who changed it."""
    record = _whole(line.record_id)
    if record.created_by_id is None and record.owner_id is None:
        return
    if line.action == "submit":
        authors = {record.created_by_id, line.actor_id}
        _post("fiche-soumise", [one for one in find_owners(record) if one.pk in authors], record)
    if line.action in TO_OWNERS:
        people = [one for one in find_owners(record) if one.pk != line.actor_id]
        _post(TO_OWNERS[line.action], people, record, reason=line.reason.strip())
    if line.action in TO_CURATORS:
        people = [one for one in find_curators(record) if one.pk != line.actor_id]
        _post(TO_CURATORS[line.action], people, record, reason=line.reason.strip())


def notify_proposal(revision: Revision) -> None:
    """Notify the curators of a change of a published record that waits for them."""
    record = _whole(revision.record_id)
    _post(
        "changement-propose",
        [one for one in find_curators(record) if one.pk != revision.author_id],
        record,
        reason=revision.reason.strip(),
        link=mailing.absolute_url(reverse("catalogue:workshop-revision", args=[revision.pk])),
    )


def notify_decision(revision: Revision) -> None:
    """Notify the author of a change of the decision, with its reason."""
    record = _whole(revision.record_id)
    accepted = revision.state == Revision.RevisionState.ACCEPTED
    _post(
        "changement-accepte" if accepted else "changement-refuse",
        [one for one in _author(revision) if one.pk != revision.decided_by_id],
        record,
        reason=revision.decision.strip(),
    )


def notify_assignment(records: Iterable[Record], to: User, by: str, word: str = "") -> None:
    """Notify a curator, in one e-mail, of the records that another assigned; ``by`` is the other's name."""
    lines = [
        {
            "title": record.title,
            "link": mailing.absolute_url(reverse("catalogue:workshop-record", args=[record.slug])),
        }
        for record in records
    ]
    if lines and to.is_active and to.email:
        queue = mailing.absolute_url(reverse("catalogue:workshop")) + "?voir=moi"
        mailing.queue_mail(
            "fiches-confiees", to.email, {"records": lines, "by": by, "word": word, "queue_url": queue}
        )


def _author(revision: Revision) -> People:
    return [] if revision.author_id is None else _reached(User.objects.filter(pk=revision.author_id))


def _whole(pk: int) -> Record:
    """Return the record with what its recipients depend on, without its wide columns."""
    record: Record = Record.objects.with_card_relations().get(pk=pk)
    return record


def _post(kind: str, people: People, record: Record, **context: Any) -> None:
    """Send one e-mail to each: nobody learns the address of another."""
    variables = {
        "record": record,
        "kind": str(record.get_kind_display()).lower(),
        "organisation": record.owner.name if record.owner else "",
        "public_url": mailing.absolute_url(record.get_absolute_url()),
        "space_url": mailing.absolute_url(reverse("catalogue:space-record", args=[record.slug])),
        "workshop_url": mailing.absolute_url(reverse("catalogue:workshop-record", args=[record.slug])),
        **context,
    }
    seen: set[str] = set()
    for person in people:
        address = person.email.lower()
        if address not in seen:
            seen.add(address)
            mailing.queue_mail(kind, person.email, variables)
