"""All the fields of a record in words, for those who check it."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalogue.models import Record

LEFT_OUT = {
    "id", "record_ptr", "kind", "title", "slug", "state", "point", "geog", "mercator", "geometry",
    "creation_key", "locked_fields", "created_by", "territory", "proof_level", "search", "is_synthetic",
}  # fmt: skip
"""Fields that the page shows elsewhere, or that only the machine reads."""


def list_record_data(record: Record) -> list[dict[str, str]]:
    """Return each field of the record and of its kind with its value; the empty ones together, last."""
    own = record.proper
    filled, empty = [], []
    for field in (*own._meta.local_fields, *Record._meta.local_fields):
        if field.name in LEFT_OUT:
            continue
        label, value = capfirst(str(field.verbose_name)), _format_field(own, field)
        if value:
            filled.append({"term": label, "value": value})
        else:
            empty.append(label)
    if empty:
        filled.append({"term": _("Non renseignés"), "value": ", ".join(empty)})
    return filled


def _format_field(record: Any, field: Any) -> str:
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
    return str(value if isinstance(field, models.SmallIntegerField) else localize(value))
