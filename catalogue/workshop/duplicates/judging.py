"""What curators say of a pair: not a duplicate, which is remembered, or to be seen again after all."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from catalogue.models import DuplicateCandidate, Record
from catalogue.queue import later

Judgement = DuplicateCandidate.Judgement


def pair_of(first: Record, second: Record) -> DuplicateCandidate | None:
    """What is known of the pair, whichever comes first."""
    low, high = sorted((first.pk, second.pk))
    return DuplicateCandidate.objects.filter(first=low, second=high).select_related("decided_by").first()


@transaction.atomic
def set_apart(first: Record, second: Record, actor: User, reason: str = "") -> DuplicateCandidate:
    """Remember that the two records are two things: the pair is not proposed any more."""
    low, high = sorted((first.pk, second.pk))
    pair, _made = DuplicateCandidate.objects.get_or_create(
        first_id=low,
        second_id=high,
        defaults={"kind": first.kind, "score": 0, "found_at": timezone.now()},
    )
    locked = DuplicateCandidate.objects.select_for_update().get(pk=pair.pk)
    locked.state, locked.reason = Judgement.DISTINCT, reason.strip()
    locked.decided_by, locked.decided_at = actor, timezone.now()
    locked.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def propose_again(first: Record, second: Record) -> None:
    """Forget the judgement: the pair is listed again as long as it is likely."""
    pair = pair_of(first, second)
    if pair is None or pair.state == Judgement.OPEN:
        return
    DuplicateCandidate.objects.filter(pk=pair.pk).update(
        state=Judgement.OPEN, reason="", decided_by=None, decided_at=None
    )
    later("find_duplicates", records=[first.pk])
