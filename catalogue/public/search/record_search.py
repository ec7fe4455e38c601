"""What is asked of the records, as a value: list, counts, tiles, rankings, alerts and exports take it.

``filters`` reads it from an address. It is hashable, and equal to another that asks the same.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from catalogue.models.conditions import AnsweringQuerySet
from catalogue.public.search.answers import Answer, find_answer
from catalogue.public.search.parameters import Circle, Place
from catalogue.public.search.words import Words
from geo.models import Territory

TWINS = 20
Narrowed = TypeVar("Narrowed", bound=AnsweringQuerySet)


class Parameter(NamedTuple):
    """A parameter as the address writes it, and in words: what it is (``title``) and what it is set to.

    Without ``label`` it is no filter; without ``title`` its label says enough.
    """

    name: str
    text: str
    title: str = ""
    label: str = ""

    @property
    def tag(self) -> str:
        """What the active filter is called on the page: words, never a code."""
        return f"{self.title} : {self.label}" if self.title else self.label[:1].upper() + self.label[1:]


@dataclass(frozen=True)
class RecordSearch:
    """The records that are asked for, and in which order.

    ``facets`` have the values chosen in each facet, ``criteria`` the value of every other filter in use.
    """

    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    criteria: tuple[tuple[str, Hashable], ...] = ()
    sort: str = ""
    parameters: tuple[Parameter, ...] = field(default=(), compare=False)
    """The address that was read, in its order."""

    def get(self, name: str) -> Any:
        """The value of a filter; None when it is not in use."""
        return dict(self.criteria).get(name)

    def chosen(self, facet: str) -> tuple[str, ...]:
        return dict(self.facets).get(facet, ())

    @property
    def terms(self) -> dict[str, list[str]]:
        """The terms of a search entry that are chosen in each facet in use."""
        return {name: [f"{name}:{value}" for value in values] for name, values in self.facets}

    @cached_property
    def words(self) -> Words | None:
        return self.answer.words if self.answer is not None else None

    @cached_property
    def answer(self) -> Answer | None:
        """What the words find, with the order of it; None without words."""
        typed = self.get("q")
        return find_answer(typed) if typed else None

    @cached_property
    def twins(self) -> list[Territory]:
        """The territories most like the one whose twins are asked for."""
        territory: Territory | None = self.get("jumeaux")
        return territory.twins(TWINS) if territory is not None else []

    @property
    def circle(self) -> Circle | None:
        circle: Circle | None = self.get("autour")
        return circle

    @property
    def place(self) -> Place | None:
        """Where distances are measured from."""
        return self.circle.place if self.circle is not None else None

    @property
    def order(self) -> str:
        """How the list is ordered: as asked for, else by distance from a place, else by relevance."""
        return self.sort or ("distance" if self.place is not None else "pertinence")

    def narrow(self, records: Narrowed, *, without: Collection[str] = ()) -> Narrowed:
        """The records that every filter accepts, those ``without`` aside; ``records`` itself without any."""
        for name, terms in self.terms.items():
            if name in without:
                continue
            if name in records.conditions:
                records = records.answering(name, self.chosen(name))
            else:
                records = records.bearing(terms)
        for name, value in self.criteria:
            if name not in without:
                records = records.answering(name, self._operand(name, value))
        return records

    def _operand(self, name: str, value: object) -> object:
        """What records are compared with: words once they are read, twins once they are found."""
        if name == "q" and self.answer is not None:
            return self.answer.found
        return self.twins if name == "jumeaux" else value

    def written(self, name: str) -> str:
        """A parameter as the address writes it, the last one when it is repeated; "" without it."""
        return next((one.text for one in reversed(self.parameters) if one.name == name), "")

    def query_string(self, **changes: object) -> str:
        """The current parameters, ``changes`` applied (None removes one)."""
        kept = [(one.name, one.text) for one in self.parameters if one.name not in changes]
        return urlencode(kept + [(name, value) for name, value in changes.items() if value is not None])

    def active_tags(self) -> Iterator[tuple[str, str]]:
        """Each active filter in words, with the query string that removes it alone."""
        for tag in self.parameters:
            if tag.label:
                dropped: Collection[Parameter] = [tag, *self._dependent(tag)]
                kept = [one for one in self.parameters if one not in dropped and one.name != "page"]
                yield tag.tag, urlencode([(one.name, one.text) for one in kept])

    def _dependent(self, tag: Parameter) -> list[Parameter]:
        """What makes no sense once a parameter is gone: without a place, its radius and the distances."""
        if tag.name != "autour":
            return []
        return [
            one
            for one in self.parameters
            if one.name == "rayon" or (one.name, one.text) == ("tri", "distance")
        ]


EVERYTHING = RecordSearch()
"""The search that asks for nothing."""
