"""Step three: a plan becomes rows, in bulk, in the transaction of the caller.

New records get an address, a state and a line of history; changed ones keep their state. What a
curator has locked is proposed as a Revision. The batch keeps enough to be undone: what it created
(``record.import_batch``), what it replaced (``before``), and a digest of every record as it left it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models.sql import InsertQuery
from django.utils import timezone

from catalogue.imports.compare.diff import (
    ItemChange,
    Outcome,
    Plan,
    Status,
    json_item,
    json_value,
    key_of,
    proposal,
)
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.rows.candidates import Candidate, Item, Portable
from catalogue.imports.rows.lookup import Directory
from catalogue.models import ImportBatch, Record, RecordOrganisation, Revision, Transition
from catalogue.records import completeness, snapshots, versions
from catalogue.records.fields import Collection, KindSpec, model_field
from catalogue.records.slugs import save_with_free_slugs
from geo.names import normalise

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHUNK = 1000
ARRONDISSEMENT = re.compile(r" arrondissement$", re.IGNORECASE)
LINKED = {"solution": "solution", "parent": "experimentation", "type": "indicateur"}
State = Record.State


@dataclass(frozen=True)
class Writer:
    """What a write needs to know: names to keys, the batch, and the state in which new records appear."""

    directory: Directory
    index: TerritoryIndex
    batch: ImportBatch
    source: str
    state: str
    reason: str
    actor: User | None = None
    now: datetime | None = None

    @property
    def moment(self) -> datetime:
        """When the import happens."""
        return self.now or timezone.now()


def write(plan: Plan, writer: Writer) -> None:
    """Write the new and changed rows of the plan. Call it inside a transaction."""
    new = plan.of(Status.NEW)
    if plan.nature.is_record:
        created = _insert_records(plan.nature, new, writer)
    else:
        created = _insert_terms(plan.nature, new, writer)
    changed = plan.of(Status.CHANGED)
    written = {outcome.pk: outcome.attributes for outcome in changed if outcome.pk and outcome.attributes}
    if plan.nature.is_record:
        versions.keep_before(written)
        writer.batch.report["before"] = snapshots.remember(plan.nature.kind, written)
    _update(plan.nature, changed, writer)
    owners = {id(outcome): pk for outcome, pk in zip(new, created, strict=True)}
    owners |= {id(outcome): outcome.pk or 0 for outcome in changed}
    _write_links(plan.nature, new, changed, owners, writer)
    _write_items(plan.nature, new, changed, owners, writer)
    if plan.nature.is_record:
        versions.keep(written, writer.actor, versions.Origin.IMPORT, writer.reason)
        completeness.measure(created)
        _propose(changed, writer)
        shape = snapshots.digest_shape(plan.nature.kind)
        digests = snapshots.digests(shape, [*created, *written])
        writer.batch.report |= {"changes": _changes(changed), "shape": shape, "digests": digests}


def _value(model: type[models.Model], attribute: str, value: Portable, writer: Writer) -> tuple[str, Any]:
    """The column and what to put in it."""
    if attribute == "geometry":
        return attribute, GEOSGeometry(f"SRID=4326;{value}") if value else None
    field = model_field(model, attribute)
    if not field.is_relation:
        return attribute, list(value) if isinstance(value, tuple) else value
    if value in (None, ""):
        return f"{attribute}_id", None
    if attribute == "territory":
        return "territory_id", writer.index.by_reference[str(value)].pk
    return f"{attribute}_id", writer.directory[LINKED.get(attribute, attribute)].pks[str(value)]


def _columns(model: type[models.Model], values: dict[str, Portable], writer: Writer) -> dict[str, Any]:
    return dict(
        _value(model, attribute, value, writer)
        for attribute, value in values.items()
        if "." not in attribute and not model_field(model, attribute).many_to_many
    )


def _insert_terms(nature: KindSpec, outcomes: list[Outcome], writer: Writer) -> list[int]:
    key = nature.key.attribute
    rows = [
        nature.model(**{key: o.candidate.key, **_columns(nature.model, o.candidate.values, writer)})
        for o in outcomes
    ]
    return [row.pk for row in nature.model._default_manager.bulk_create(rows, batch_size=CHUNK)]


def _insert_records(nature: KindSpec, outcomes: list[Outcome], writer: Writer) -> list[int]:
    """Insert the rows of the common table, then those of the nature's own table with the same keys."""
    published = writer.moment if writer.state == State.PUBLISHED else None
    children = []
    for outcome in outcomes:
        candidate = outcome.candidate
        source, external_id = key_of(candidate, nature, writer.source)
        values = {**candidate.values, "source": source}
        children.append(
            nature.model(
                **_columns(nature.model, values, writer),
                external_id=external_id,
                kind=nature.kind,
                state=writer.state,
                published_at=published,
                import_batch=writer.batch,
            )
        )
    texts = [_slug_text(outcome.candidate, writer.index) for outcome in outcomes]
    save_with_free_slugs(children, texts, lambda: _insert_common(children), fallback="fiche")
    _insert_raw(nature.model, children)
    Transition.objects.bulk_create(
        (
            Transition(
                record_id=child.pk,
                from_state=State.DRAFT,
                to_state=writer.state,
                action="import",
                reason=writer.reason,
                actor=writer.actor,
            )
            for child in children
        ),
        batch_size=CHUNK,
    )
    return [child.pk for child in children]


def _insert_common(children: list[Any]) -> None:
    """Insert what the rows have in the common table, and give them its keys."""
    common = [f.attname for f in Record._meta.local_concrete_fields if not f.primary_key and not f.generated]
    parents = [Record(**{name: getattr(child, name) for name in common}) for child in children]
    Record.objects.bulk_create(parents, batch_size=CHUNK)
    for parent, child in zip(parents, children, strict=True):
        child.pk = parent.pk


def _insert_raw(model: type[models.Model], rows: list[models.Model]) -> None:
    """Insert into the table of ``model`` alone: bulk_create refuses a model that has a parent table."""
    fields = model._meta.local_concrete_fields
    for start in range(0, len(rows), CHUNK):
        query = InsertQuery(model)
        query.insert_values(fields, rows[start : start + CHUNK], raw=True)
        query.get_compiler(connection=connection).execute_sql()


def _slug_text(candidate: Candidate, index: TerritoryIndex) -> str:
    """The title, and the commune when the title does not name it."""
    ground = index.by_reference.get(str(candidate.values.get("territory") or ""))
    name = ARRONDISSEMENT.sub("", ground.name) if ground else ""
    return candidate.title if normalise(name) in normalise(candidate.title) else f"{candidate.title} {name}"


def _update(nature: KindSpec, outcomes: list[Outcome], writer: Writer) -> None:
    """Update the plain fields that changed, one statement for each set of fields and chunk."""
    groups: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
    stamp = {"updated_at": writer.moment} if nature.is_record else {}
    rows = nature.model._default_manager.in_bulk([o.pk for o in outcomes if o.changes and o.pk])
    for outcome in outcomes:
        values = {change.attribute: change.new for change in outcome.changes}
        columns = _columns(nature.model, values, writer)
        if not columns and not (stamp and outcome.changes):
            continue
        row = rows[outcome.pk]
        for name, value in {**columns, **stamp}.items():
            setattr(row, name, value)
        groups[tuple(sorted({name.removesuffix("_id") for name in columns} | set(stamp)))].append(row)
    for names, changed in groups.items():
        nature.model._default_manager.bulk_update(changed, list(names), batch_size=CHUNK)


def _changed_links(outcome: Outcome) -> dict[str, Portable]:
    if outcome.status is Status.NEW:
        return outcome.candidate.values
    return {change.attribute: change.new for change in outcome.changes}


def _write_links(
    nature: KindSpec, new: list[Outcome], changed: list[Outcome], owners: dict[int, int], writer: Writer
) -> None:
    """Replace the sets of links: terms, and organisations role by role."""
    for known in nature.fields:
        attribute = known.attribute
        if not attribute or not ("." in attribute or model_field(nature.model, attribute).many_to_many):
            continue
        wanted = {
            owners[id(outcome)]: value
            for outcome in (*new, *changed)
            if isinstance(value := _changed_links(outcome).get(attribute), tuple)
        }
        pks = writer.directory[known.to].pks if wanted else {}
        pairs = [(owner, pks[key]) for owner, keys in wanted.items() for key in keys]
        if "." in attribute:
            _replace_roles(attribute.split(".")[1], set(wanted), pairs)
        else:
            _replace_terms(nature.model, attribute, set(wanted), pairs)


def _replace_roles(role: str, owners: set[int], pairs: Iterable[tuple[int, int]]) -> None:
    RecordOrganisation.objects.filter(record__in=owners, role=role).delete()
    RecordOrganisation.objects.bulk_create(
        (RecordOrganisation(record_id=owner, organisation_id=pk, role=role) for owner, pk in pairs),
        batch_size=CHUNK,
    )


def _replace_terms(
    model: type[models.Model], attribute: str, owners: set[int], pairs: Iterable[tuple[int, int]]
) -> None:
    field: Any = model_field(model, attribute)
    through = field.remote_field.through
    owner, term = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    through.objects.filter(**{f"{owner}__in": owners}).delete()
    through.objects.bulk_create((through(**{owner: o, term: t}) for o, t in pairs), batch_size=CHUNK)


def _write_items(
    nature: KindSpec, new: list[Outcome], changed: list[Outcome], owners: dict[int, int], writer: Writer
) -> None:
    """Add the new items of each collection and correct those that changed; none is ever removed."""
    for collection in nature.collections:
        added: list[models.Model] = []
        corrected: list[tuple[int, Item]] = []
        for outcome in new:
            items = outcome.candidate.collections.get(collection.attribute, [])
            added += [_item(collection, owners[id(outcome)], item, writer) for item in items]
        for outcome in changed:
            for change in outcome.items:
                if change.attribute != collection.attribute:
                    continue
                if change.old is None:
                    added.append(_item(collection, owners[id(outcome)], change.new, writer))
                else:
                    corrected.append((int(str(change.old["pk"])), change.new))
        collection.model._default_manager.bulk_create(added, batch_size=CHUNK)
        for pk, item in corrected:
            collection.model._default_manager.filter(pk=pk).update(**_columns(collection.model, item, writer))


def _item(collection: Collection, owner: int, item: Item, writer: Writer) -> models.Model:
    return collection.model(**{f"{collection.parent}_id": owner}, **_columns(collection.model, item, writer))


def _propose(outcomes: list[Outcome], writer: Writer) -> None:
    """Leave what a curator locked as a proposed revision."""
    Revision.objects.bulk_create(
        Revision(
            record_id=outcome.survivor or outcome.pk or 0,
            changes=proposal(outcome),
            reason=writer.reason,
            author=writer.actor,
            import_batch=writer.batch,
        )
        for outcome in outcomes
        if outcome.held
    )


def _changes(outcomes: list[Outcome]) -> dict[str, Any]:
    """What each changed record held and holds, to be read."""
    return {
        str(outcome.pk): {
            "fields": {one.attribute: [json_value(one.old), json_value(one.new)] for one in outcome.changes},
            "items": [_item_change(one) for one in outcome.items],
        }
        for outcome in outcomes
        if outcome.attributes
    }


def _item_change(change: ItemChange) -> dict[str, Any]:
    old = json_item(change.old) if change.old else None
    return {"collection": change.attribute, "old": old, "new": json_item(change.new)}
