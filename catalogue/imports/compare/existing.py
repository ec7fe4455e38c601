"""Read what the database holds under the keys of a file, in the portable form that ``diff`` compares.

One query for the rows and one for each relation, whatever the number of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.contrib.gis.db import models
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat

from catalogue.imports.compare import survivors
from catalogue.imports.compare.diff import Existing, Key, key_of
from catalogue.imports.rows.candidates import Candidate, Item, Portable
from catalogue.models import Record, RecordOrganisation, Revision, Source
from catalogue.records.content import to_portable
from catalogue.records.fields import Collection, KindSpec, model_field
from catalogue.records.shape import natural_key


def read_existing(candidates: list[Candidate], spec: KindSpec, source: str) -> dict[Key, Existing]:
    """Return what the database holds under the keys of the candidates."""
    attributes = set(chain.from_iterable(candidate.values for candidate in candidates))
    if "geometry" in attributes:
        attributes |= {"territory", "location_precision"}
    links = {name for name in attributes if is_link(spec.model, name)}
    existing = _read_rows(_find_rows(candidates, spec, source), spec, sorted(attributes - links))
    by_pk = {one.pk: one for one in existing.values()}
    if spec.is_record:
        survivors.mark_survivors(by_pk, spec)
        _add_proposals(by_pk)
    for name in links:
        _add_links(by_pk, spec.model, name)
    for collection in spec.collections:
        if any(candidate.collections.get(collection.attribute) for candidate in candidates):
            _add_items(survivors.group_by_owner(by_pk), collection)
    return existing


def _read_rows(rows: models.QuerySet[Any], spec: KindSpec, names: list[str]) -> dict[Key, Existing]:
    columns = {f"as_{name}": _expression(spec.model, name) for name in names}
    of_records = ["source__code", "locked_fields"] if spec.is_record else []
    existing: dict[Key, Existing] = {}
    for values in rows.annotate(**columns).values("pk", spec.key.attribute, *of_records, *columns).iterator():
        key = values.get("source__code") or "", values[spec.key.attribute]
        existing[key] = Existing(
            values["pk"],
            values={name: _as_imported(values[f"as_{name}"]) for name in names},
            locked=frozenset(values.get("locked_fields", ())),
        )
    return existing


def find_other_kinds(candidates: list[Candidate], spec: KindSpec, source: str) -> dict[Key, str]:
    """Return the identifiers that a record of another kind holds already, with that kind."""
    if not spec.is_record:
        return {}
    codes = {key_of(candidate, spec, source)[0] for candidate in candidates}
    rows = Record.objects.filter(source__code__in=codes, external_id__in=[c.key for c in candidates])
    others = rows.exclude(kind=spec.kind).values_list("source__code", "external_id", "kind")
    return {(code, external_id): kind for code, external_id, kind in others}


def _find_rows(candidates: list[Candidate], spec: KindSpec, source: str) -> models.QuerySet[Any]:
    keys = [candidate.key for candidate in candidates]
    manager = spec.model._default_manager
    if not spec.is_record:
        return manager.filter(**{f"{spec.key.attribute}__in": keys})
    codes = {key_of(candidate, spec, source)[0] for candidate in candidates}
    return manager.filter(source__in=Source.objects.filter(code__in=codes), external_id__in=keys)


def is_link(model: type[models.Model], attribute: str) -> bool:
    """Return True for a set of terms, or the organisations of a role."""
    return "." in attribute or bool(model_field(model, attribute).many_to_many)


def _expression(model: type[models.Model], attribute: str) -> Any:
    """Return the SQL of the portable form of a field; « level:code » for a territory."""
    if attribute == "geometry":
        return Func(F("geometry"), Value(7), function="ST_AsText", output_field=TextField())
    field = model_field(model, attribute)
    if not field.is_relation:
        return F(attribute)
    if attribute == "territory":
        return Concat(F("territory__level"), Value(":"), F("territory__code"), output_field=TextField())
    return F(f"{attribute}__{natural_key(field.related_model)}")


def _as_imported(value: Any) -> Portable:
    known = to_portable(value)
    if isinstance(known, list):
        return tuple(known)
    return None if known == ":" else known


def _add_links(by_pk: dict[int, Existing], model: type[models.Model], attribute: str) -> None:
    """Fill a set of links: terms by code, organisations of a role by slug."""
    found: dict[int, list[str]] = defaultdict(list)
    rows: Iterable[tuple[int, str]]
    if "." in attribute:
        links = RecordOrganisation.objects.filter(record__in=by_pk, role=attribute.split(".")[1])
        rows = links.values_list("record_id", "organisation__slug")
    else:
        linked = model._default_manager.filter(pk__in=by_pk, **{f"{attribute}__isnull": False})
        rows = linked.values_list("pk", f"{attribute}__code")
    for pk, key in rows:
        found[pk].append(key)
    for pk, existing in by_pk.items():
        existing.values[attribute] = tuple(sorted(found[pk]))


def _add_items(by_pk: dict[int, list[Existing]], collection: Collection) -> None:
    """Fill the rows of a collection, by what identifies one inside its parent."""
    names = [known.attribute for known in collection.fields if known.attribute]
    columns = {f"as_{name}": _expression(collection.model, name) for name in names}
    rows = collection.model._default_manager.filter(**{f"{collection.parent}__in": by_pk})
    for values in rows.annotate(**columns).values("pk", f"{collection.parent}_id", *columns):
        item: Item = {name: _as_imported(values[f"as_{name}"]) for name in names}
        item["pk"] = values["pk"]
        identity = tuple(item.get(name) for name in collection.identity)
        owner = values[f"{collection.parent}_id"]
        for existing in by_pk[owner]:
            held = existing.collections.setdefault(collection.attribute, {})
            if existing.pk == owner or identity not in held:
                held[identity] = item


def _add_proposals(by_pk: dict[int, Existing]) -> None:
    """Add the changes that were proposed before: an import does not propose them twice."""
    groups = survivors.group_by_owner(by_pk)
    locked = {pk: group for pk, group in groups.items() if any(one.locked for one in group)}
    for pk, changes in Revision.objects.filter(record__in=locked).values_list("record_id", "changes"):
        for existing in locked[pk]:
            existing.proposals = (*existing.proposals, changes)
