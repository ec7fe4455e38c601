"""The judgement of curators on a pair: not a duplicate, which is stored, or to be seen again after all."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from catalogue.models import DuplicateCandidate, Record
from catalogue.queue import defer_task

Judgement = DuplicateCandidate.Judgement


def find_pair(first: Record, second: Record) -> DuplicateCandidate | None:
    """Return the pair of the two records, in either order."""
    low, high = sorted((first.pk, second.pk))
    return DuplicateCandidate.objects.filter(first=low, second=high).select_related("decided_by").first()


@transaction.atomic
def mark_distinct(first: Record, second: Record, actor: User, reason: str = "") -> DuplicateCandidate:
    """Store that the two records are distinct: the pair is not proposed any more."""
    low, high = sorted((first.pk, second.pk))
    pair, _made = DuplicateCandidate.objects.get_or_create(
        first_id=low, second_id=high, defaults={"kind": first.kind, "score": 0, "found_at": timezone.now()}
    )
    locked = DuplicateCandidate.objects.select_for_update().get(pk=pair.pk)
    locked.state, locked.reason = Judgement.DISTINCT, reason.strip()
    locked.decided_by, locked.decided_at = actor, timezone.now()
    locked.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def reopen_pair(first: Record, second: Record) -> None:
    """Delete the judgement: the pair is listed again as long as it is likely."""
    pair = find_pair(first, second)
    if pair is None or pair.state == Judgement.OPEN:
        return
    DuplicateCandidate.objects.filter(pk=pair.pk).update(
        state=Judgement.OPEN, reason="", decided_by=None, decided_at=None
    )
    defer_task("find_duplicates", records=[first.pk])
