"""The values of a line in a form that a history can store, compare and restore."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from catalogue.models import Theme, ThemeCrosswalk
from catalogue.workshop.reference.lists import CROSSWALK, ReferenceList
from geo.models import Territory

Values = dict[str, Any]


def to_json(value: Any) -> Any:
    """Return a value as JSON holds it: a line of another list by its key, a territory as level and code."""
    if isinstance(value, Territory):
        return f"{value.level}:{value.code}"
    if isinstance(value, Model):
        return str(getattr(value, "code", "") or getattr(value, "slug", ""))
    return value.isoformat() if isinstance(value, date) else value


def read_values(ref: ReferenceList, line: Any) -> Values:
    values = {name: to_json(getattr(line, name)) for name in ref.fields}
    if CROSSWALK in ref.values:
        values[CROSSWALK] = read_crosswalk(line) if line.pk else []
    return values


def read_crosswalk(theme: Theme) -> list[str]:
    """Return what a theme is called elsewhere, « liste : libellé »."""
    rows = ThemeCrosswalk.objects.filter(theme=theme).values_list("source_list", "source_label")
    return sorted(f"{where} : {label}" for where, label in rows)


def make_token(ref: ReferenceList, line: Any) -> str:
    """Digest a line: a form that was opened on another version of it is refused."""
    state = json.dumps([read_values(ref, line), line.is_active, line.merged_into_id], sort_keys=True)
    return hashlib.sha256(state.encode()).hexdigest()[:32]


def from_json(ref: ReferenceList, values: Values) -> Values:
    """Return the values as the model takes them: the keys of a history are looked up again."""
    return {name: _from_json(ref, name, value) for name, value in values.items()}


def _from_json(ref: ReferenceList, name: str, value: Any) -> Any:
    if name == CROSSWALK or isinstance(value, Model):
        return value
    field = ref.model._meta.get_field(name)
    if not field.is_relation:
        return value
    if not value:
        return None
    other: Any = field.related_model
    if other is Territory:
        level, _colon, code = str(value).partition(":")
        return Territory.objects.filter(level=level, code=code).first()
    return other._default_manager.filter(code=value).first()


def write_values(ref: ReferenceList, line: Any, values: Values) -> None:
    """Set the values on a line, validate them as the model does and save the line."""
    fields = {name: value for name, value in values.items() if name != CROSSWALK}
    for name, value in fields.items():
        setattr(line, name, value)
    line.full_clean(exclude=[one.name for one in line._meta.fields if one.name not in {*fields, ref.key}])
    line.save()
    if CROSSWALK in values:
        _write_crosswalk(line, values[CROSSWALK])


def _write_crosswalk(theme: Theme, pairs: list[str]) -> None:
    wanted = {tuple(part.strip() for part in pair.split(":", 1)) for pair in pairs}
    rows = {(row.source_list, row.source_label): row for row in ThemeCrosswalk.objects.filter(theme=theme)}
    for pair, row in rows.items():
        if pair not in wanted:
            row.delete()
    ThemeCrosswalk.objects.bulk_create(
        ThemeCrosswalk(theme=theme, source_list=where, source_label=label)
        for where, label in sorted(wanted - rows.keys())
    )


def diff_values(before: Values, after: Values) -> dict[str, list[Any]]:
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def get_empty_value(ref: ReferenceList, name: str) -> Any:
    if name == CROSSWALK:
        return []
    field: Any = ref.model._meta.get_field(name)
    return None if field.null else field.get_default()


def get_value_label(ref: ReferenceList, name: str) -> str:
    if name == CROSSWALK:
        return _("Correspondances")
    if name == "is_active":
        return _("Proposé dans les formulaires")
    field: Any = ref.model._meta.get_field(name)
    label = str(field.verbose_name)
    return label.capitalize() if label.islower() else label


def format_value(ref: ReferenceList, name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("(vide)")
    if isinstance(value, list):
        return " ; ".join(map(str, value))
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    choices = None if name == CROSSWALK else getattr(ref.model._meta.get_field(name), "choices", None)
    return str(dict(choices).get(value, value)) if choices else str(value)
