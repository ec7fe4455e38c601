"""The records that answer a search, in its order, a page at a time."""

from __future__ import annotations

from collections.abc import Callable

from catalogue.models import Record
from catalogue.models.querysets import RecordQuerySet
from catalogue.public.search.record_search import RecordSearch

MANY = 20_000
"""From this many results on, they are read in the order of an index rather than sorted."""
PROVEN = {Record.Kind.SOLUTION.value, Record.Kind.EXPERIMENT.value}
"""Kinds that have a niveau de preuve."""
WELL_INSIDE = 0.9
"""Share of a circle's results that surely lie inside it, by the sphere as by the ellipsoid."""


def sort(search: RecordSearch, records: RecordQuerySet, total: int = 0) -> RecordQuerySet:
    """Sort the records as asked, words aside; the order is total, so that pages never overlap.

    ``total``, how many they are when that is known, only decides how the database goes about it.
    """
    place = search.place
    if place is not None:
        records = records.with_distance(place.point)
        if search.order == "distance":
            return records.nearest_first(place.point)
    if search.order == "recent":
        return records.order_by("-updated_at", "-pk")
    return records.best_proven_first(few=_are_few(search, total) or search.answer is not None)


def _are_few(search: RecordSearch, total: int) -> bool:
    """True when sorting the results costs less than meeting them along the index of the best proven."""
    kinds = set(search.chosen("type"))
    return total < MANY or (len(kinds) > 1 and not PROVEN & kinds)


def page_keys(search: RecordSearch, records: RecordQuerySet, total: int, start: int, stop: int) -> list[int]:
    """Return the keys of the results from ``start`` to ``stop``, in the order of the search."""
    if search.order == "distance" and total > MANY and stop < total * WELL_INSIDE:
        # Far from the rim of a full circle the nearest are inside it: the KNN index alone finds them.
        records = search.narrow(Record.objects.published(), without={"autour"})
    if search.answer is None or search.order != "pertinence":
        return list(sort(search, records, total).values_list("pk", flat=True)[start:stop])
    ranked = search.answer.ranked
    kept = set(records.filter(pk__in=ranked).order_by().values_list("pk", flat=True))
    keys = [key for key in ranked if key in kept][start:stop]
    if stop > len(kept):
        others = sort(search, records.exclude(pk__in=ranked), total).values_list("pk", flat=True)
        keys += others[max(start - len(kept), 0) : stop - len(kept)]
    return keys


def fetch(
    search: RecordSearch,
    keys: list[int],
    with_relations: Callable[[RecordQuerySet], RecordQuerySet] = RecordQuerySet.with_card_relations,
) -> list[Record]:
    """Read the records of a page in the order of their keys: wide rows and relations for these alone.

    By distance, the true metres decide between neighbours: the index measures on the sphere.
    """
    records = with_relations(Record.objects.published())
    if search.place is not None:
        records = records.with_distance(search.place.point)
    by_key = records.in_bulk(keys)
    found = [by_key[key] for key in keys if key in by_key]
    if search.order == "distance":
        found.sort(key=lambda record: record.distance)
    return found
