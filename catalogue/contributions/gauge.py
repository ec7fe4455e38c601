"""How complete a record is: the criteria that it meets and those that it does not.

The required ones are asked before a record is submitted; the others weigh on the gauge alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.contributions.criteria import CRITERIA, Contents, Criterion
from catalogue.contributions.editing import Copy
from catalogue.models import Document
from catalogue.records.content import get_collections, list_attributes

COUNTED = ("indicators", "awards")
"""The collections that the criteria look at."""


@dataclass(frozen=True)
class GaugeLine:
    """A criterion and whether the record meets it."""

    criterion: Criterion
    done: bool


@dataclass(frozen=True)
class Gauge:
    """The criteria of a record, met or not."""

    lines: tuple[GaugeLine, ...]

    @property
    def percent(self) -> int:
        """Return the share of the weights that is met."""
        total = sum(line.criterion.weight for line in self.lines)
        return round(100 * sum(line.criterion.weight for line in self.lines if line.done) / total)

    @property
    def part(self) -> float:
        """Return the same between 0 and 1, for a bar."""
        return self.percent / 100

    @property
    def missing(self) -> list[Criterion]:
        return [line.criterion for line in self.lines if line.criterion.is_required and not line.done]

    @property
    def recommended(self) -> list[Criterion]:
        return [line.criterion for line in self.lines if not line.criterion.is_required and not line.done]

    @property
    def met(self) -> list[Criterion]:
        return [line.criterion for line in self.lines if line.done]

    @property
    def is_ready(self) -> bool:
        return not self.missing

    def is_complete(self, step: str) -> bool:
        """Return True when what a step requires is there, or all of it when it requires nothing."""
        own = [line for line in self.lines if line.criterion.step == step]
        asked = [line for line in own if line.criterion.is_required] or own
        return bool(asked) and all(line.done for line in asked)


def measure_gauge(copy: Copy) -> Gauge:
    contents = read_contents(copy)
    return Gauge(tuple(GaugeLine(one, one.met(contents)) for one in CRITERIA[copy.kind]))


def read_contents(copy: Copy) -> Contents:
    """Return everything that the criteria look at, in a bounded number of queries."""
    kinds = list(Document.objects.filter(record=copy.record.pk).values_list("kind", flat=True))
    owner = copy.record.owner
    return Contents(
        copy.values(list_attributes(copy.kind)),
        {name: copy.items(name) for name in get_collections(copy.kind) if name in COUNTED},
        documents=len(kinds),
        photos=kinds.count(Document.Kind.PHOTO),
        owner=owner.slug if owner else "",
    )
