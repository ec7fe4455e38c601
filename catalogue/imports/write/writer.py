"""Step three: a plan becomes rows, in bulk, in the transaction of the caller.

New records get a slug, a state and a line of history; changed ones keep their state. What a
curator has locked is proposed as a Revision. The batch keeps enough to be undone: what it created
(``record.import_batch``), what it replaced (``before``), and a digest of every record as it left it.
"""

from __future__ import annotations

import re
from collections import defaultdict
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
    held_changes,
    json_item,
    json_value,
    key_of,
)
from catalogue.imports.compare.existing import is_link
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.rows.candidates import Candidate, Portable
from catalogue.imports.rows.lookup import Directory
from catalogue.models import ImportBatch, Record, RecordOrganisation, Revision, Transition
from catalogue.records import completeness, snapshots, versions
from catalogue.records.fields import Collection, Field, KindSpec, model_field
from catalogue.records.slugs import save_with_free_slugs
from geo.names import normalise

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHUNK = 1000
ARRONDISSEMENT = re.compile(r" arrondissement$", re.IGNORECASE)
LINKED = {
    "solution": "solution",
    "parent": "experimentation",
    "type": "indicateur",
    "broader": "notion",
    "measurer": "organisation",
}
State = Record.State


@dataclass(frozen=True)
class Writer:
    """What a write needs: names to keys, the batch, and the state in which new records appear."""

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
        return self.now or timezone.now()


def write_plan(plan: Plan, writer: Writer) -> None:
    """Write the new and changed rows of the plan. Call it inside a transaction."""
    if plan.spec.is_record:
        _write_records(plan, writer)
    else:
        _write_rows(plan, _insert_terms(plan.spec, plan.of(Status.NEW), writer), writer)


def _write_records(plan: Plan, writer: Writer) -> None:
    """Write the records with their versions, and store in the batch what its undo needs."""
    created = _insert_records(plan.spec, plan.of(Status.NEW), writer)
    changed = plan.of(Status.CHANGED)
    written = {outcome.pk: outcome.attributes for outcome in changed if outcome.pk and outcome.attributes}
    versions.save_before(written)
    before = snapshots.remember(plan.spec.kind, written)
    _write_rows(plan, created, writer)
    versions.save_after(written, writer.actor, versions.Origin.IMPORT, writer.reason)
    completeness.measure_records(created)
    _propose_changes(changed, writer)
    shape = snapshots.digest_shape(plan.spec.kind)
    digests = snapshots.digests(shape, [*created, *written])
    writer.batch.report |= {
        "before": before,
        "changes": _list_changes(changed),
        "shape": shape,
        "digests": digests,
    }


def _write_rows(plan: Plan, created: list[int], writer: Writer) -> None:
    """Write the fields that changed, then the links and the collections of all."""
    spec, changed = plan.spec, plan.of(Status.CHANGED)
    _update_records(spec, changed, writer)
    owned = list(zip(created, plan.of(Status.NEW), strict=True))
    owned += [(outcome.pk or 0, outcome) for outcome in changed]
    for field in spec.fields:
        if field.attribute and is_link(spec.model, field.attribute):
            _write_links(spec.model, field, owned, writer)
    for collection in spec.collections:
        _write_items(collection, owned, writer)


def _column_value(
    model: type[models.Model], attribute: str, value: Portable, writer: Writer
) -> tuple[str, Any]:
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


def _column_values(model: type[models.Model], values: dict[str, Portable], writer: Writer) -> dict[str, Any]:
    plain = [(name, value) for name, value in values.items() if not is_link(model, name)]
    return dict(_column_value(model, name, value, writer) for name, value in plain)


def _insert_terms(spec: KindSpec, outcomes: list[Outcome], writer: Writer) -> list[int]:
    """Insert the lines of a list, then what refers from one to another."""
    key, own = spec.key.attribute, spec.own_references
    rows = []
    for outcome in outcomes:
        others = {name: value for name, value in outcome.candidate.values.items() if name not in own}
        columns = _column_values(spec.model, others, writer)
        rows.append(spec.model(**{key: outcome.candidate.key, **columns}))
    manager = spec.model._default_manager
    created = manager.bulk_create(rows, batch_size=CHUNK)
    if own:
        writer.directory[spec.name].pks.update((getattr(row, key), row.pk) for row in created)
        for row, outcome in zip(created, outcomes, strict=True):
            among = {name: outcome.candidate.values.get(name) for name in own}
            for name, value in _column_values(spec.model, among, writer).items():
                setattr(row, name, value)
        manager.bulk_update(created, own, batch_size=CHUNK)
    return [row.pk for row in created]


def _insert_records(spec: KindSpec, outcomes: list[Outcome], writer: Writer) -> list[int]:
    """Insert the rows of the common table, then those of the kind's own table with the same keys."""
    published = writer.moment if writer.state == State.PUBLISHED else None
    children = []
    for outcome in outcomes:
        candidate = outcome.candidate
        source, external_id = key_of(candidate, spec, writer.source)
        values = {**candidate.values, "source": source}
        children.append(
            spec.model(
                **_column_values(spec.model, values, writer),
                external_id=external_id,
                kind=spec.kind,
                state=writer.state,
                published_at=published,
                import_batch=writer.batch,
            )
        )
    texts = [_slug_text(outcome.candidate, writer.index) for outcome in outcomes]
    save_with_free_slugs(children, texts, lambda: _insert_common(children), fallback="fiche")
    _insert_raw(spec.model, children)
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
    common = [f.attname for f in Record._meta.local_concrete_fields if not f.primary_key and not f.generated]
    parents = [Record(**{name: getattr(child, name) for name in common}) for child in children]
    Record.objects.bulk_create(parents, batch_size=CHUNK)
    for parent, child in zip(parents, children, strict=True):
        child.pk = parent.pk


def _insert_raw(model: type[models.Model], rows: list[models.Model]) -> None:
    """Insert into the table of ``model`` alone: bulk_create refuses a model that has a parent table."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    for start in range(0, len(rows), CHUNK):
        query = InsertQuery(model)
        query.insert_values(fields, rows[start : start + CHUNK], raw=True)
        query.get_compiler(connection=connection).execute_sql()


def _slug_text(candidate: Candidate, index: TerritoryIndex) -> str:
    """Return the title, and the commune when the title does not name it."""
    ground = index.by_reference.get(str(candidate.values.get("territory") or ""))
    name = ARRONDISSEMENT.sub("", ground.name) if ground else ""
    return candidate.title if normalise(name) in normalise(candidate.title) else f"{candidate.title} {name}"


def _update_records(spec: KindSpec, outcomes: list[Outcome], writer: Writer) -> None:
    """Update the plain fields that changed, one statement for each set of fields and chunk."""
    groups: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
    stamp = {"updated_at": writer.moment} if spec.is_record else {}
    rows = spec.model._default_manager.in_bulk([o.pk for o in outcomes if o.changes and o.pk])
    for outcome in outcomes:
        columns = _column_values(spec.model, _written_values(outcome), writer)
        if not columns and not (stamp and outcome.changes):
            continue
        row = rows[outcome.pk]
        for name, value in {**columns, **stamp}.items():
            setattr(row, name, value)
        groups[tuple(sorted({name.removesuffix("_id") for name in columns} | set(stamp)))].append(row)
    for names, changed in groups.items():
        spec.model._default_manager.bulk_update(changed, list(names), batch_size=CHUNK)


def _write_links(
    model: type[models.Model], field: Field, owned: list[tuple[int, Outcome]], writer: Writer
) -> None:
    """Replace a set of links: terms, or the organisations of a role."""
    through, owner, target, fixed = _link_columns(model, field.attribute)
    wanted: dict[int, tuple[str, ...]] = {}
    for pk, outcome in owned:
        keys = _written_values(outcome).get(field.attribute)
        if isinstance(keys, tuple):
            wanted[pk] = keys
    pks = writer.directory[field.to].pks if wanted else {}
    links: list[models.Model] = []
    for pk, keys in wanted.items():
        links += [through(**{owner: pk, target: pks[key]}, **fixed) for key in keys]
    through._default_manager.filter(**{f"{owner}__in": wanted}, **fixed).delete()
    through._default_manager.bulk_create(links, batch_size=CHUNK)


def _link_columns(model: type[models.Model], attribute: str) -> tuple[Any, str, str, dict[str, str]]:
    """Return the table of a set of links, its columns of both ends, and what else its rows have."""
    name, _dot, role = attribute.partition(".")
    if role:
        return RecordOrganisation, "record_id", "organisation_id", {"role": role}
    field: Any = model_field(model, name)
    owner, term = field.m2m_field_name(), field.m2m_reverse_field_name()
    return field.remote_field.through, f"{owner}_id", f"{term}_id", {}


def _written_values(outcome: Outcome) -> dict[str, Portable]:
    if outcome.status is Status.NEW:
        return outcome.candidate.values
    return {change.attribute: change.new for change in outcome.changes}


def _write_items(collection: Collection, owned: list[tuple[int, Outcome]], writer: Writer) -> None:
    """Add the new items of a collection and correct those that changed; none is ever removed."""
    manager = collection.model._default_manager
    added: list[models.Model] = []
    corrected: list[tuple[object, dict[str, Any]]] = []
    for owner, outcome in owned:
        for change in _written_items(outcome, collection):
            columns = _column_values(collection.model, change.new, writer)
            if change.old is None:
                added.append(collection.model(**{f"{collection.parent}_id": owner}, **columns))
            else:
                corrected.append((change.old["pk"], columns))
    manager.bulk_create(added, batch_size=CHUNK)
    for pk, columns in corrected:
        manager.filter(pk=pk).update(**columns)


def _written_items(outcome: Outcome, collection: Collection) -> list[ItemChange]:
    if outcome.status is Status.NEW:
        items = outcome.candidate.collections.get(collection.attribute, [])
        return [ItemChange(collection.attribute, None, item) for item in items]
    return [change for change in outcome.items if change.attribute == collection.attribute]


def _propose_changes(outcomes: list[Outcome], writer: Writer) -> None:
    Revision.objects.bulk_create(
        Revision(
            record_id=outcome.survivor or outcome.pk or 0,
            changes=held_changes(outcome),
            reason=writer.reason,
            author=writer.actor,
            import_batch=writer.batch,
        )
        for outcome in outcomes
        if outcome.held
    )


def _list_changes(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return what each changed record held and holds, for people to read."""
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
