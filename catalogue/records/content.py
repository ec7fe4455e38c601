"""What a record holds, in the portable form of the importers: read, compared and put in words.

A link is the natural key of what it points to, a set of links a sorted list, a shape its WKT (srid 4326),
a number with decimals its text: what JSON can hold, so that a change can wait in a ``Revision``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.contrib.gis.geos.io import WKTWriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from catalogue.models import Indicator, Organisation, Record, RecordOrganisation
from catalogue.records.fields import Collection, Field, model_field
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.shape import DOCUMENTS, Table, natural_key, parts
from catalogue.records.wording import NBSP
from geo.models import Territory

Values = dict[str, Any]
"""Portable values by attribute."""
ROLES = "organisations."
"""What the attributes of organisations begin with, one for each role: ``organisations.porteur``."""
DIGITS = 7
"""Decimals of a longitude or latitude: a centimetre."""
CLOSE_DEGREES = 1.5e-7
SHAPE = "geometry"
MANY = ("themes", "stakes", "programmes")
COMPARED = {
    Indicator.Reference.BEFORE: _l("comparé à la situation d’avant"),
    Indicator.Reference.CONTROL: _l("comparé à un témoin"),
    Indicator.Reference.TARGET: _l("comparé à l’objectif annoncé"),
    Indicator.Reference.NONE: _l("comparé à rien"),
}
"""With what a result is compared, in words."""
SAID = {
    "baseline": _l("référence %(value)s"),
    "measured_by": _l("mesuré par %(value)s"),
    "independence_refusal": _l("indépendance retirée : %(value)s"),
}
"""How an attribute of an item is introduced, where its value alone would not be understood."""


def list_attributes(kind: str) -> tuple[str, ...]:
    """Return every attribute of a record of this kind that a change may carry, its collections aside."""
    nature = KIND_SPECS[kind]
    named = [known.attribute for known in nature.fields if known.attribute]
    return (*named, SHAPE) if nature.has_place else tuple(named)


def get_collections(kind: str) -> dict[str, Collection]:
    """Return what a record of this kind has several of, by attribute (``awards``); no documents."""
    declared = {collection.attribute: collection for collection in KIND_SPECS[kind].collections}
    others = [table for name, table in parts(kind).items() if name not in {*declared, DOCUMENTS}]
    return declared | {table.attribute: _collection_of(table) for table in others}


def _collection_of(table: Table) -> Collection:
    """Describe the rows of a table for which no column of an import is named."""
    names = tuple(field.name for field in table.fields)
    columns = tuple(Field(name, name) for name in names)
    identity = table.identity or names
    return Collection(table.attribute, table.attribute, table.model, table.owner, "", columns, identity)


def to_portable(value: Any) -> Any:
    """Return a value of a model or of a form as JSON can hold it."""
    if isinstance(value, GEOSGeometry):
        return WKTWriter(trim=True, precision=DIGITS).write(value).decode()
    if isinstance(value, Territory):
        return f"{value.level}:{value.code}"
    if isinstance(value, Decimal):
        return format_decimal(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return sorted(str(part) for part in value)
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def is_same(attribute: str, first: Any, second: Any) -> bool:
    """Return True when two portable values are the same to a reader."""
    if attribute == SHAPE:
        return _same_shape(first, second)
    blank: tuple[Any, ...] = (None, "", [], ())
    if first in blank or second in blank:
        return first in blank and second in blank
    return bool(to_portable(first) == to_portable(second))


def _same_shape(first: str | None, second: str | None) -> bool:
    if not first or not second:
        return not first and not second
    try:
        one, other = parse_shape(first), parse_shape(second)
    except (GEOSException, ValueError):
        return False
    return bool(one is not None and other is not None and one.equals_exact(other, CLOSE_DEGREES))


def parse_shape(wkt: str | None) -> GEOSGeometry | None:
    """Return the geometry (srid 4326) of a WKT."""
    return GEOSGeometry(str(wkt).split(";")[-1], srid=4326) if wkt else None


def read_values(record: Record, names: Iterable[str]) -> Values:
    """Return the portable values of ``names``; ``record`` is the row of its own kind."""
    wanted = list(names)
    values = {name: _read_one(record, name) for name in wanted if not name.startswith(ROLES)}
    roles = [name.removeprefix(ROLES) for name in wanted if name.startswith(ROLES)]
    if roles:
        values |= {ROLES + role: [] for role in roles}
        links = RecordOrganisation.objects.filter(record=record.pk, role__in=roles)
        for role, slug in links.order_by("organisation__slug").values_list("role", "organisation__slug"):
            values[ROLES + role].append(slug)
    return values


def _read_one(row: models.Model, name: str) -> Any:
    value = getattr(row, name)
    if name in MANY:
        return sorted(value.values_list("code", flat=True))
    if isinstance(value, models.Model) and not isinstance(value, Territory):
        return str(getattr(value, natural_key(value)))
    return to_portable(value)


def read_items(record: Record, collection: Collection) -> list[Values]:
    """Return the rows of a collection, each with its primary key under ``pk``."""
    names = item_names(collection)
    linked = [name for name in names if model_field(collection.model, name).is_relation]
    rows = collection.model._default_manager.filter(**{collection.parent: record.pk}).select_related(*linked)
    return [{**{name: _read_one(row, name) for name in names}, "pk": row.pk} for row in rows]


def item_names(collection: Collection) -> list[str]:
    """Return the attributes of an item that a change may carry."""
    names = [known.attribute for known in collection.fields if known.attribute]
    return [*names, "document"] if collection.attribute == "indicators" else names


def get_label(kind: str, attribute: str) -> str:
    """Return what a reader calls the attribute."""
    if attribute.startswith(ROLES):
        return str(RecordOrganisation.Role(attribute.removeprefix(ROLES)).label).capitalize()
    known = {
        "indicators": _("Résultats"),
        "awards": _("Labels"),
        "answer_links": _("Réponses"),
        "sections": _("Capitalisation"),
    }
    if attribute in known:
        return known[attribute]
    named: Any = KIND_SPECS[kind].model._meta.get_field(attribute)
    name = str(named.related_model._meta.verbose_name_plural if named.one_to_many else named.verbose_name)
    return name[:1].upper() + name[1:]


def describe_value(kind: str, attribute: str, value: Any) -> str | list[str]:
    """Return a portable value as a reader understands it: a text, or a list of texts."""
    if value in (None, "", []):
        return ""
    if attribute == SHAPE:
        return describe_shape(value)
    if attribute.startswith(ROLES):
        return _labels(Organisation, "slug", "name", value)
    if attribute in MANY:
        target: Any = model_field(Record, attribute).related_model
        return _labels(target, "code", "label", value)
    if attribute == "territory":
        level, _colon, code = str(value).partition(":")
        found = Territory.objects.filter(level=level, code=code).defer("geometry").first()
        return f"{found.name} ({code})" if found else str(value)
    if attribute in ("solution", "parent"):
        return _labels(Record, "slug", "title", [value])[0]
    return describe_choice(model_field(KIND_SPECS[kind].model, attribute), value)


def describe_choice(known: models.Field[Any, Any], value: Any) -> str | list[str]:
    """Return the label of a choice, a boolean as oui or non, the rest as it is."""
    source: Any = getattr(known, "base_field", known)
    named = {str(code): str(text) for code, text in source.flatchoices} if source.choices else {}
    if isinstance(value, list | tuple):
        return [named.get(str(part), str(part)) for part in value]
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(known, models.DateField):
        return "/".join(reversed(str(value).split("-")))
    if isinstance(known, models.DecimalField):
        return str(value).replace(".", ",")
    return named.get(str(value), str(value))


def _labels(model: type[models.Model], key: str, name: str, value: Iterable[str]) -> list[str]:
    wanted = [str(part) for part in value]
    found = dict(model._default_manager.filter(**{f"{key}__in": wanted}).values_list(key, name))
    return [str(found.get(part, part)) for part in wanted]


def describe_shape(wkt: str) -> str:
    """Return a shape in words: « point : 48,85370 N, 2,34800 E »."""
    found = parse_shape(wkt)
    if found is None or found.empty:
        return ""
    middle: Any = found if found.geom_type == "Point" else found.point_on_surface
    lon, lat = middle.coords[:2]
    where = f"{lat:.5f} N, {lon:.5f} E".replace(".", ",")
    if found.geom_type == "Point":
        return _("point : %(where)s") % {"where": where}
    if "Polygon" in found.geom_type:
        return _("surface de %(n)d sommets, autour de %(where)s") % {"n": found.num_coords, "where": where}
    return _("tracé de %(n)d sommets, autour de %(where)s") % {"n": found.num_coords, "where": where}


def describe_item(collection: Collection, item: Mapping[str, Any]) -> str:
    """Return one item in one line, its attributes separated by commas."""
    parts = []
    for name in item_names(collection):
        value = item.get(name)
        if value in (None, "", []) or name in ("document", "type", "unit", "measurer"):
            continue
        words = describe_choice(model_field(collection.model, name), value)
        if name in ("value", "baseline") and item.get("unit"):
            words = f"{words}{NBSP}{item['unit']}"
        if name == "reference":
            words = str(COMPARED[Indicator.Reference(value)])
        if name in SAID:
            words = SAID[name] % {"value": words}
        if words:
            parts.append(str(words))
    return ", ".join(parts)


def format_decimal(number: Decimal) -> str:
    """Return the number as text without needless zeros: « 4.1 »."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
