"""Compare the rows of records that were merged into another.

The archived record still has its identifier and its values, so that the same file changes nothing. What
belongs to it has followed the merge, so that it is compared with the rows of the survivor. Nothing is
written: whatever is new waits as a proposed change of the survivor.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from catalogue.models import Merge

if TYPE_CHECKING:
    from catalogue.imports.compare.diff import Existing
    from catalogue.records.fields import KindSpec


def mark_survivors(by_pk: dict[int, Existing], spec: KindSpec) -> None:
    """Note the survivor of each merged record, and lock all its fields."""
    standing = Merge.objects.standing().filter(loser__in=by_pk)
    survivors = dict(standing.values_list("loser_id", "survivor_id"))
    while further := dict(
        Merge.objects.standing()
        .filter(loser__in=set(survivors.values()))
        .values_list("loser_id", "survivor_id")
    ):
        survivors = {pk: further.get(survivor, survivor) for pk, survivor in survivors.items()}
    every = {known.attribute.split(".")[0] for known in spec.fields if known.attribute}
    every |= {"geometry", "location_precision", *(one.attribute for one in spec.collections)}
    for pk, survivor in survivors.items():
        by_pk[pk].survivor = survivor
        by_pk[pk].locked = frozenset(every)


def group_by_owner(by_pk: dict[int, Existing]) -> dict[int, list[Existing]]:
    """Return, by key of a record, those that its rows are compared with: itself, and those merged into it."""
    found: dict[int, list[Existing]] = defaultdict(list)
    for pk, existing in by_pk.items():
        found[pk].append(existing)
        if existing.survivor is not None:
            found[existing.survivor].append(existing)
    return found
