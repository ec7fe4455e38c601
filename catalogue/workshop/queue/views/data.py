"""All that the base keeps of a record, field by field, for those who check it."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalogue.models import Record

LEFT_OUT = {
    "id", "record_ptr", "kind", "title", "slug", "state", "point", "geog", "mercator", "geometry",
    "creation_key", "locked_fields", "created_by", "territory", "proof_level", "search", "is_synthetic",
}  # fmt: skip
"""Fields that the page says elsewhere, or that only the machine reads."""


def data_of(record: Record) -> list[dict[str, Any]]:
    """Each field of the record and of its kind with its value in words; an empty one is said to be so."""
    own = record.proper
    fields = [*own._meta.local_fields, *Record._meta.local_fields]
    told = [
        {"term": _capital(field), "value": _words(own, field)}
        for field in fields
        if field.name not in LEFT_OUT and not (field.is_relation and field.name == "record_ptr")
    ]
    empty = [line["term"] for line in told if not line["value"]]
    filled = [line for line in told if line["value"]]
    if empty:
        filled.append({"term": _("Non renseignés"), "value": ", ".join(empty)})
    return filled


def _capital(field: Any) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def _words(record: Any, field: Any) -> str:
    value = getattr(record, field.name)
    if value in (None, "", []):
        return ""
    if field.choices:
        return str(record._get_FIELD_display(field))
    if isinstance(field, models.BooleanField):
        return _("oui") if value else _("non")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(field, models.DateTimeField):
        return str(localize(localtime(value)))
    return str(localize(value)) if not isinstance(field, models.SmallIntegerField) else str(value)
