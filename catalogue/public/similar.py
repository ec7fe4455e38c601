"""What else the catalogue has on the subject of a record: needs for a solution or the reverse, records alike.

One scan of the meanings a page (``records.affinity`` has the rule); what the page shows already is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.public.cards import Card, record_card
from catalogue.records import affinity, meaning

SHOWN = 6
"""Records of each block."""
LOOKED_AT = 100
"""The nearest records of which it is looked at what they are."""
COUNTERPART = {
    Record.Kind.SOLUTION.value: Record.Kind.NEED.value,
    Record.Kind.NEED.value: Record.Kind.SOLUTION.value,
}


@dataclass(frozen=True)
class Similar:
    """``counterparts`` are needs near a solution, or solutions near a need; ``alike`` are of any kind.

    The cards of the former say why they are there.
    """

    counterparts: Sequence[Card] = ()
    alike: Sequence[Card] = ()


class Nearby(NamedTuple):
    """What decides whether a record that means nearly the same is shown, and where."""

    key: int
    kind: str
    solution: int | None
    """The solution that it is, or that it tries."""
    shares_theme: bool


def similar_records(record: Record, answers: Collection[int], shown: Collection[int]) -> Similar:
    """What to show on the page of a record fetched with its ``meaning``; five statements at most.

    ``answers`` are the needs, or the solutions, that are said to answer; ``shown`` what else the page shows.
    """
    themes = [f"theme:{theme.code}" for theme in record.themes.all()]
    wanted = COUNTERPART.get(record.kind, "")
    vector = affinity.vector_of(record)
    if vector is None:
        near = affinity.near_records(affinity.subject_of_record(record.pk), wanted, themes) if wanted else {}
        counterparts = [key for key in near if key not in answers][:SHOWN]
        return _cards(counterparts, [], _("même thème et mots du titre en commun"))
    cosines = meaning.nearest(vector)
    around = [one for one in _nearby(cosines, themes) if one.key != record.pk and one.key not in answers]
    counterparts = [
        one.key
        for one in around
        if one.kind == wanted and affinity.is_near(cosines[one.key], shares_theme=one.shares_theme)
    ][:SHOWN]
    others = [one for one in around if one.key not in counterparts and one.key not in shown]
    return _cards(counterparts, _alike(record, others, cosines), _("sujet proche"))


def _alike(record: Record, around: Sequence[Nearby], cosines: Mapping[int, float]) -> list[int]:
    own = solution_of(record)
    return [
        one.key
        for one in around
        if cosines[one.key] >= affinity.ALIKE_FLOOR
        and one.shares_theme
        and (own is None or one.solution != own)
    ][:SHOWN]


def solution_of(record: Record) -> int | None:
    """The solution that a record is, or tries."""
    if record.kind == Record.Kind.SOLUTION:
        return record.pk
    return record.as_experiment.solution_id if record.kind == Record.Kind.EXPERIMENT else None


def _nearby(cosines: Mapping[int, float], themes: Sequence[str]) -> list[Nearby]:
    """The nearest records, nearest first, with what they are."""
    nearest = [key for key, cosine in cosines.items() if cosine >= affinity.THEMED_FLOOR][:LOOKED_AT]
    rows = Record.objects.published().filter(pk__in=nearest)
    found = {
        key: Nearby(
            key, kind, key if kind == Record.Kind.SOLUTION else solution, bool({*(terms or ())} & {*themes})
        )
        for key, kind, solution, terms in rows.values_list(
            "pk", "kind", "as_experiment__solution", "search__terms"
        )
    }
    return [found[key] for key in nearest if key in found]


def _cards(counterparts: Sequence[int], alike: Sequence[int], why: str) -> Similar:
    keys = [*counterparts, *alike]
    if not keys:
        return Similar()
    records = Record.objects.published().filter(pk__in=keys).with_card_relations()
    cards = {record.pk: record_card(record) for record in records}
    return Similar(
        [replace(cards[key], mention=why) for key in counterparts if key in cards],
        [cards[key] for key in alike if key in cards],
    )
