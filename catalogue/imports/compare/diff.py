"""Step two: candidates against what the database holds. Pure: nothing is read, nothing is written.

A row is new, changed field by field, unchanged, suspicious or rejected. A field that a curator has
corrected by hand (``locked_fields``) is never overwritten: the change is held and will be proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from catalogue.imports.read.problems import Problem, Severity
from catalogue.imports.rows.candidates import Candidate, Item, Portable
from catalogue.models import Record
from catalogue.records.fields import KindSpec

Key = tuple[str, str]
"""(source code, identifier) of a record; ("", code) of anything else."""


class Status(StrEnum):
    """The fate of a row."""

    NEW = "nouvelle"
    CHANGED = "modifiée"
    UNCHANGED = "inchangée"
    SUSPICIOUS = "douteuse"
    REJECTED = "rejetée"


@dataclass(slots=True)
class Existing:
    """What the database holds under a key. ``proposals`` are changes that already wait or were refused."""

    pk: int
    values: dict[str, Portable] = field(default_factory=dict)
    collections: dict[str, dict[tuple[Portable, ...], Item]] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    proposals: tuple[dict[str, list[object]], ...] = ()
    survivor: int | None = None
    """The record that this one was merged into: what is new is proposed to it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a row: what the database holds and what the file gives."""

    attribute: str
    old: Portable
    new: Portable


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item of a collection, new when ``old`` is None."""

    attribute: str
    old: Item | None
    new: Item


@dataclass(slots=True)
class Outcome:
    """A row, its fate and what would change. ``held`` are the changes to fields that a curator locked."""

    candidate: Candidate
    status: Status
    pk: int | None = None
    survivor: int | None = None
    changes: list[Change] = field(default_factory=list)
    items: list[ItemChange] = field(default_factory=list)
    held: list[Change | ItemChange] = field(default_factory=list)

    @property
    def attributes(self) -> set[str]:
        """What a write of the row changes: fields, links and collections."""
        return {change.attribute for change in self.changes} | {item.attribute for item in self.items}

    @property
    def reasons(self) -> list[Problem]:
        """Why a row is suspicious or rejected, the worst first."""
        order = {Severity.REJECT: 0, Severity.DOUBT: 1}
        serious = [problem for problem in self.candidate.problems if problem.severity in order]
        return sorted(serious, key=lambda problem: order[problem.severity])


@dataclass(slots=True)
class Plan:
    """What an import would do, row by row."""

    spec: KindSpec
    outcomes: list[Outcome]

    def count(self, status: Status) -> int:
        """Number of rows of a status."""
        return Counter(outcome.status for outcome in self.outcomes)[status]

    def of(self, *statuses: Status) -> list[Outcome]:
        """The rows of these statuses, in the order of the file."""
        return [outcome for outcome in self.outcomes if outcome.status in statuses]

    @property
    def writes_something(self) -> bool:
        """True when writing the plan would change the database."""
        return bool(self.of(Status.NEW, Status.CHANGED))


def compare_candidates(
    candidates: list[Candidate],
    existing: dict[Key, Existing],
    spec: KindSpec,
    source: str = "",
    accepted: Callable[[int], frozenset[str]] = lambda line: frozenset(),
) -> Plan:
    """Return the plan of an import; ``accepted`` gives the doubts of a line that are settled, by code."""
    outcomes = []
    for candidate in candidates:
        held = existing.get(key_of(candidate, spec, source))
        status = _refused_status(candidate, accepted(candidate.line))
        if status is not None:
            outcomes.append(Outcome(candidate, status))
        elif held is None:
            outcomes.append(Outcome(candidate, Status.NEW))
        else:
            outcomes.append(_compare_with(held, candidate, spec))
    return Plan(spec, outcomes)


def key_of(candidate: Candidate, spec: KindSpec, source: str) -> Key:
    """Return what identifies the row in the database."""
    if not spec.is_record:
        return "", candidate.key
    return str(candidate.values.get("source") or source), candidate.key


def _refused_status(candidate: Candidate, accepted: frozenset[str]) -> Status | None:
    severities = {p.severity for p in candidate.problems if p.code not in accepted}
    if Severity.REJECT in severities:
        return Status.REJECTED
    return Status.SUSPICIOUS if Severity.DOUBT in severities else None


def _compare_with(existing: Existing, candidate: Candidate, spec: KindSpec) -> Outcome:
    """Return what the row would change of what exists; what a curator locked is held."""
    outcome = Outcome(candidate, Status.UNCHANGED, existing.pk, existing.survivor)
    for change in _field_changes(existing, candidate):
        if _is_locked(change.attribute, existing.locked):
            outcome.held.append(change)
        else:
            outcome.changes.append(change)
    for item in _item_changes(existing, candidate, spec):
        if _is_locked(item.attribute, existing.locked):
            outcome.held.append(item)
        else:
            outcome.items.append(item)
    if outcome.held and held_changes(outcome) in existing.proposals:
        outcome.held = []
    if outcome.changes or outcome.items or outcome.held:
        outcome.status = Status.CHANGED
    return outcome


def _field_changes(existing: Existing, candidate: Candidate) -> Iterator[Change]:
    skipped = _place_to_keep(candidate, existing)
    for attribute, new in candidate.values.items():
        old = existing.values.get(attribute)
        if attribute not in skipped and not _is_same(old, new):
            yield Change(attribute, old, new)


def _item_changes(existing: Existing, candidate: Candidate, spec: KindSpec) -> Iterator[ItemChange]:
    for collection in spec.collections:
        held = existing.collections.get(collection.attribute, {})
        for item in candidate.collections.get(collection.attribute, []):
            old = held.get(tuple(item.get(name) for name in collection.identity))
            if old is None or not all(_is_same(old.get(name), value) for name, value in item.items()):
                yield ItemChange(collection.attribute, old, item)


def _is_same(old: Portable, new: Portable) -> bool:
    return old == new or (old in (None, "", ()) and new in (None, "", ()))


def _is_locked(attribute: str, locked: frozenset[str]) -> bool:
    return attribute in locked or attribute.split(".")[0] in locked


def _place_to_keep(candidate: Candidate, existing: Existing) -> set[str]:
    """Return the fields of a place that is more precise than the row's, in the same territory."""
    coarse = candidate.values.get("location_precision") in ("commune", "aucune")
    precise = existing.values.get("location_precision") in Record.PRECISE
    same_ground = candidate.values.get("territory") == existing.values.get("territory")
    return {"geometry", "location_precision"} if coarse and precise and same_ground else set()


def held_changes(outcome: Outcome) -> dict[str, list[object]]:
    """Return the held changes as a Revision stores them: field → [old, new], lists for collections."""
    changes: dict[str, list[object]] = {}
    old_items: dict[str, list[object]] = {}
    new_items: dict[str, list[object]] = {}
    for held in outcome.held:
        if isinstance(held, Change):
            changes[held.attribute] = [json_value(held.old), json_value(held.new)]
            continue
        new_items.setdefault(held.attribute, []).append(json_item(held.new))
        old_items.setdefault(held.attribute, [])
        if held.old is not None:
            old_items[held.attribute].append(json_item(held.old))
    return changes | {name: [old_items[name], items] for name, items in new_items.items()}


def json_value(value: Portable) -> object:
    return list(value) if isinstance(value, tuple) else value


def json_item(item: Item) -> dict[str, object]:
    return {name: json_value(value) for name, value in item.items()}
