"""What the base holds under the keys of a file, in the portable form that ``diff`` compares.

One query for the rows and one for each relation, whatever the number of rows.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.gis.db import models
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat

from catalogue.imports.compare import merged
from catalogue.imports.compare.diff import Existing, Key, key_of
from catalogue.imports.rows.candidates import Candidate, Item, Portable
from catalogue.models import Record, RecordOrganisation, Revision, Source
from catalogue.records.content import plain_decimal
from catalogue.records.fields import Collection, Field, KindSpec, model_field

NATURAL_KEYS = {"territory": None, "solution": "slug", "parent": "slug"}
"""What stands for the target of a link when it is not its ``code``; a territory is « level:code »."""


def held_by_base(candidates: list[Candidate], nature: KindSpec, source: str) -> dict[Key, Existing]:
    """What the base holds under the keys of the candidates."""
    attributes = {attribute for c in candidates for attribute in c.values}
    if "geometry" in attributes:
        attributes |= {"territory", "location_precision"}
    rows = _rows(candidates, nature, source)
    links = {a for a in attributes if _is_many(nature.model, a)}
    existing: dict[Key, Existing] = {}
    plain = sorted(attributes - links)
    columns = {f"as_{name}": _expression(nature.model, name) for name in plain}
    fixed = (
        ["pk", "source__code", "external_id", "locked_fields"]
        if nature.is_record
        else ["pk", nature.key.attribute]
    )
    for values in rows.annotate(**columns).values(*fixed, *columns).iterator():
        key = (
            (values["source__code"] or "", values["external_id"])
            if nature.is_record
            else ("", values[fixed[1]])
        )
        found = Existing(values["pk"], locked=frozenset(values.get("locked_fields", ())))
        found.values = {name: portable(values[f"as_{name}"]) for name in plain}
        existing[key] = found
    by_pk = {found.pk: found for found in existing.values()}
    if nature.is_record:
        merged.mark_survivors(by_pk, nature)
    for name in links:
        _add_links(by_pk, nature.model, name)
    for collection in nature.collections:
        if any(candidate.collections.get(collection.attribute) for candidate in candidates):
            _add_items(merged.group_by_owner(by_pk), collection)
    if nature.is_record:
        _add_proposals(by_pk)
    return existing


def taken_by_others(candidates: list[Candidate], nature: KindSpec, source: str) -> dict[Key, str]:
    """The identifiers that a record of another kind holds already, with that kind."""
    if not nature.is_record:
        return {}
    codes = {key_of(candidate, nature, source)[0] for candidate in candidates}
    rows = (
        Record.objects.filter(source__code__in=codes, external_id__in=[c.key for c in candidates])
        .exclude(kind=nature.kind)
        .values_list("source__code", "external_id", "kind")
    )
    return {(code, external_id): kind for code, external_id, kind in rows}


def _rows(candidates: list[Candidate], nature: KindSpec, source: str) -> models.QuerySet[Any]:
    keys = [candidate.key for candidate in candidates]
    manager = nature.model._default_manager
    if not nature.is_record:
        return manager.filter(**{f"{nature.key.attribute}__in": keys})
    codes = {key_of(candidate, nature, source)[0] for candidate in candidates}
    return manager.filter(source__in=Source.objects.filter(code__in=codes), external_id__in=keys)


def _is_many(model: type[models.Model], attribute: str) -> bool:
    return "." in attribute or bool(model_field(model, attribute).many_to_many)


def _expression(model: type[models.Model], attribute: str) -> Any:
    """The portable form of a field, in SQL."""
    if attribute == "geometry":
        return Func(F("geometry"), Value(7), function="ST_AsText", output_field=TextField())
    field = model_field(model, attribute)
    if not field.is_relation:
        return F(attribute)
    if attribute == "territory":
        return Concat(F("territory__level"), Value(":"), F("territory__code"), output_field=TextField())
    return F(f"{attribute}__{NATURAL_KEYS.get(attribute) or 'code'}")


def portable(value: Any) -> Portable:
    """The value as JSON can hold it, the way the candidates say it."""
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return tuple(sorted(str(part) for part in value))
    if value is None or isinstance(value, str | int | bool):
        return None if value == ":" else value
    return str(value)


def _add_links(by_pk: dict[int, Existing], model: type[models.Model], attribute: str) -> None:
    """Fill a set of links: terms by code, organisations by role and address."""
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


def item_fields(collection: Collection) -> list[Field]:
    """The fields of a collection that fill an attribute."""
    return [known for known in collection.fields if known.attribute]


def _add_items(by_pk: dict[int, list[Existing]], collection: Collection) -> None:
    names = [known.attribute for known in item_fields(collection)]
    columns = {f"as_{name}": _expression(collection.model, name) for name in names}
    rows = collection.model._default_manager.filter(**{f"{collection.parent}__in": by_pk})
    for values in rows.annotate(**columns).values("pk", f"{collection.parent}_id", *columns):
        item: Item = {name: portable(values[f"as_{name}"]) for name in names}
        item["pk"] = values["pk"]
        identity = tuple(item.get(name) for name in collection.identity)
        owner = values[f"{collection.parent}_id"]
        for existing in by_pk[owner]:
            held = existing.collections.setdefault(collection.attribute, {})
            if existing.pk == owner or identity not in held:
                held[identity] = item


def _add_proposals(by_pk: dict[int, Existing]) -> None:
    """Changes that were proposed before: an import does not propose them twice."""
    locked = {
        pk: known for pk, known in merged.group_by_owner(by_pk).items() if any(one.locked for one in known)
    }
    for pk, changes in Revision.objects.filter(record__in=locked).values_list("record_id", "changes"):
        for existing in locked[pk]:
            existing.proposals = (*existing.proposals, changes)
