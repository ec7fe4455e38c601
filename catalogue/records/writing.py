"""Portable values written to the database: one record, under the lock that the caller holds.

What the database refuses (a year after another, a missing reason) is raised as ``NotWritten`` with the
sentence of the constraint, for a page to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.gis.db import models
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from catalogue.models import Document, Organisation, Record, RecordOrganisation
from catalogue.records.content import MANY, ROLES, SHAPE, item_names, parse_shape
from catalogue.records.fields import Collection, model_field
from catalogue.records.shape import natural_key
from geo.models import Territory


class NotWritten(Exception):
    """The database refuses the values; the message explains why, in French."""


def write_values(record: Record, values: Mapping[str, Any]) -> None:
    """Write the values; ``record`` is the row of its own kind, locked by the caller."""
    columns: list[str] = ["updated_at"]
    for name, value in values.items():
        if name.startswith(ROLES):
            _write_role(record, name.removeprefix(ROLES), value or [])
        elif name in MANY:
            target: Any = model_field(Record, name).related_model
            getattr(record, name).set(target._default_manager.filter(code__in=value or []))
        else:
            setattr(record, name, _column(type(record), name, value))
            columns.append(name)
    lock_fields(record, values)
    _save(record, [*columns, "locked_fields"])


def lock_fields(record: Record, names: Iterable[str]) -> None:
    """Protect what was corrected on an imported record from the next import."""
    if not (record.external_id or record.import_batch_id):
        return
    corrected = {name.split(".")[0] for name in names}
    record.locked_fields = sorted({*record.locked_fields, *corrected})


def _save(row: models.Model, columns: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=columns)
    except IntegrityError as error:
        raise NotWritten(_refusal(row, error)) from error
    except DataError as error:
        raise NotWritten(_("Une valeur est trop grande pour être gardée.")) from error


def _refusal(row: models.Model, error: IntegrityError) -> str:
    named = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    parents = [row._meta, *(parent._meta for parent in row._meta.parents)]
    for meta in parents:
        for constraint in meta.constraints:
            if constraint.name == named:
                return str(constraint.violation_error_message)
    return _("Ces valeurs se contredisent : elles ne peuvent pas être gardées ensemble.")


def _column(model: type[models.Model], name: str, value: Any) -> Any:
    known = model_field(model, name)
    if name == SHAPE:
        return parse_shape(value)
    if known.is_relation:
        return None if value in (None, "") else _target(known, name, str(value))
    if value is None and not known.null:
        return known.get_default() if known.has_default() else ""
    return list(value) if isinstance(value, tuple) else value


def _target(known: models.Field[Any, Any], name: str, value: str) -> models.Model:
    if name == "territory":
        level, _colon, code = value.partition(":")
        found: models.Model | None = Territory.objects.filter(level=level, code=code).first()
    else:
        target: Any = known.related_model
        found = target._default_manager.filter(**{natural_key(target): value}).first()
    if found is None:
        raise NotWritten(_("« %(value)s » n’existe plus : choisissez de nouveau.") % {"value": value})
    return found


def _write_role(record: Record, role: str, slugs: Iterable[str]) -> None:
    if role not in RecordOrganisation.Role.values:
        raise NotWritten(_("Le rôle « %(role)s » n’existe pas.") % {"role": role})
    wanted = set(Organisation.objects.filter(slug__in=list(slugs)).values_list("pk", flat=True))
    links = RecordOrganisation.objects.filter(record=record.pk, role=role)
    links.exclude(organisation__in=wanted).delete()
    held = set(links.values_list("organisation_id", flat=True))
    RecordOrganisation.objects.bulk_create(
        RecordOrganisation(record_id=record.pk, organisation_id=pk, role=role) for pk in sorted(wanted - held)
    )


def add_item(record: Record, collection: Collection, item: Mapping[str, Any]) -> models.Model:
    """Add a row to a collection, unless one has exactly the same values; return it."""
    columns = _item_columns(record, collection, item)
    there = collection.model._default_manager.filter(**{collection.parent: record.pk}, **columns).first()
    return put_item(record, collection, item) if there is None else there


def put_item(record: Record, collection: Collection, item: Mapping[str, Any]) -> models.Model:
    """Add a row to a collection, even when another has exactly the same values."""
    columns = _item_columns(record, collection, item)
    row = collection.model(**{f"{collection.parent}_id": record.pk}, **columns)
    _save(row)
    return row


def change_item(record: Record, collection: Collection, pk: int, item: Mapping[str, Any]) -> None:
    """Write the given attributes of one row of the record's collection."""
    row = collection.model._default_manager.filter(**{collection.parent: record.pk}, pk=pk).first()
    if row is None:
        raise NotWritten(_("Cette ligne n’existe plus : quelqu’un l’a supprimée."))
    for name, value in _item_columns(record, collection, item).items():
        setattr(row, name, value)
    _save(row)


def remove_item(record: Record, collection: Collection, pk: int) -> None:
    """Delete one row of the record's collection, if it is still there."""
    collection.model._default_manager.filter(**{collection.parent: record.pk}, pk=pk).delete()


def _item_columns(record: Record, collection: Collection, item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _document(record, item[name])
        if name == "document"
        else _column(collection.model, name, item[name])
        for name in item_names(collection)
        if name in item
    }


def _document(record: Record, key: str | None) -> Document | None:
    """Return the record's own document of that key: never another's."""
    return Document.objects.filter(record=record.pk, key=key).first() if key else None


def mark_changed(record: Record, names: Iterable[str] = ()) -> None:
    """Date the record, when only its collections changed."""
    lock_fields(record, names)
    record.save(update_fields=["updated_at", "locked_fields"])
