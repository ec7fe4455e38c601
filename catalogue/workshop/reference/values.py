"""The values of a line in a form that a history can keep, compare and give back."""

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


def plain(value: Any) -> Any:
    """A value as JSON keeps it: a line of another list by its key, a territory by its level and code."""
    if isinstance(value, Territory):
        return f"{value.level}:{value.code}"
    if isinstance(value, Model):
        return str(getattr(value, "code", "") or getattr(value, "slug", ""))
    return value.isoformat() if isinstance(value, date) else value


def held(known: ReferenceList, line: Any) -> Values:
    """What a line says, by the names of the allow-list."""
    values = {name: plain(getattr(line, name)) for name in known.fields}
    if CROSSWALK in known.values:
        values[CROSSWALK] = crosswalk_of(line) if line.pk else []
    return values


def crosswalk_of(theme: Theme) -> list[str]:
    """What a theme is called elsewhere, « liste : libellé »."""
    rows = ThemeCrosswalk.objects.filter(theme=theme).values_list("source_list", "source_label")
    return sorted(f"{where} : {label}" for where, label in rows)


def token(known: ReferenceList, line: Any) -> str:
    """A digest of what a line says: a form that was opened on another version is told so."""
    said = json.dumps([held(known, line), line.is_active, line.merged_into_id], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def given(known: ReferenceList, values: Values) -> Values:
    """The values as the model takes them: the keys of a history are looked up again."""
    return {name: _given(known, name, value) for name, value in values.items()}


def _given(known: ReferenceList, name: str, value: Any) -> Any:
    field = None if name == CROSSWALK else known.model._meta.get_field(name)
    if field is None or not field.is_relation or isinstance(value, Model) or not value:
        return None if field is not None and field.is_relation and not value else value
    other: Any = field.related_model
    if other is Territory:
        level, _colon, code = str(value).partition(":")
        return Territory.objects.filter(level=level, code=code).first()
    return other._default_manager.filter(code=value).first()


def put(known: ReferenceList, line: Any, values: Values) -> None:
    """Write the values on a line, checked as the model checks them; save nothing else."""
    fields = {name: value for name, value in values.items() if name != CROSSWALK}
    for name, value in fields.items():
        setattr(line, name, value)
    line.full_clean(exclude=[one.name for one in line._meta.fields if one.name not in {*fields, known.key}])
    line.save()
    if CROSSWALK in values:
        _put_crosswalk(line, values[CROSSWALK])


def _put_crosswalk(theme: Theme, pairs: list[str]) -> None:
    wanted = {tuple(part.strip() for part in pair.split(":", 1)) for pair in pairs}
    rows = {(row.source_list, row.source_label): row for row in ThemeCrosswalk.objects.filter(theme=theme)}
    for pair, row in rows.items():
        if pair not in wanted:
            row.delete()
    ThemeCrosswalk.objects.bulk_create(
        ThemeCrosswalk(theme=theme, source_list=where, source_label=label)
        for where, label in sorted(wanted - rows.keys())
    )


def difference(before: Values, after: Values) -> dict[str, list[Any]]:
    """Each value that changed, before and after."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def label_of(known: ReferenceList, name: str) -> str:
    """What a value is called on the page."""
    if name == CROSSWALK:
        return _("Correspondances")
    if name == "is_active":
        return _("Proposé dans les formulaires")
    field: Any = known.model._meta.get_field(name)
    return str(field.verbose_name).capitalize() if field.verbose_name.islower() else str(field.verbose_name)


def words(known: ReferenceList, name: str, value: Any) -> str:
    """A value for a reader."""
    if value in (None, "", []):
        return _("(vide)")
    if isinstance(value, list):
        return " ; ".join(map(str, value))
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    choices = None if name == CROSSWALK else getattr(known.model._meta.get_field(name), "choices", None)
    return str(dict(choices).get(value, value)) if choices else str(value)
