"""Propose a field for each column of a file. Called by the ``wizard``.

Headers come first, then the previous mapping of the same source, then the content. A column whose header
or content looks personal is left out unless a curator decides otherwise.
"""

from __future__ import annotations

import copy
import re
from itertools import chain
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.imports.columns import awards
from catalogue.imports.columns.mapping import comparison_key, is_personal, match_headers
from catalogue.imports.read.table import Table
from catalogue.imports.read.typography import one_line
from catalogue.models import RecordOrganisation
from catalogue.records.fields import Field, KindSpec, model_field

SAMPLES = 3
LONGEST_SAMPLE = 60
LOOKED_AT = 1000
LONGEST_LOOK = 2000
MOSTLY = 0.8
SOMETIMES = 0.2
KEEP = "="
"""The choice that leaves a column as a mapping file reads it, beyond one field."""
EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[a-zA-Z]{2,}")
PHONE = re.compile(r"(?:\+33\s?|0)[1-9](?:[\s.-]?\d{2}){4}")
CODE = re.compile(r"(?:\d{4,5}|2[AB]\d{3})")
POINT = re.compile(r"-?\d{1,2}\.\d{3,}\s*,\s*-?\d{1,3}\.\d{3,}")
SHAPE = re.compile(r"(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON) ?Z? ?|)\(.*", re.IGNORECASE)
POSITION = {"lon", "lat", "point"}
BRACKETS = re.compile(r"\([^()]*\)")
PREPOSITIONS = ("du", "de", "des", "d")
TITLE = re.compile(r"(nom|titre|intitule)\b(?!.*\b(dept?|departement|region|commune|ville|epci|maire)\b)")
PLACES = {
    "territoire": gettext_lazy("Code INSEE du territoire"),
    "commune": gettext_lazy("Nom de la commune (contrôle le code)"),
    "departement": gettext_lazy("Département (contrôle le code)"),
    "region": gettext_lazy("Région (contrôle le code)"),
    "lon": gettext_lazy("Longitude, ou x"),
    "lat": gettext_lazy("Latitude, ou y"),
    "point": gettext_lazy("Point « latitude, longitude »"),
    "emplacement": gettext_lazy("Emplacement (géométrie)"),
    "precision": gettext_lazy("Précision du lieu"),
}
IDENTITY = ("territoire", "commune", "titre")
"""The fields that identify a row together when no column does."""
WORD_SETTINGS = {"valeurs", "vides", "separateur"}
"""What the rule of a field tells of the words of its cells."""


class Column(TypedDict):
    """One column as the batch stores it."""

    header: str
    samples: list[str]
    personal: bool
    looks: str


def describe_columns(table: Table) -> list[Column]:
    """Describe each column by a few of its cells and what they look like; personal cells are not stored."""
    columns: list[Column] = []
    for header in table.headers:
        written = (row.cells.get(header, "")[:LONGEST_LOOK] for row in table.rows[:LOOKED_AT])
        cells = [text for cell in written if (text := one_line(cell))]
        personal = is_personal(header) or _share_matching(PHONE, cells) > SOMETIMES or _has_email(cells)
        samples = [] if personal else list(dict.fromkeys(cells))[:SAMPLES]
        columns.append(
            {
                "header": header,
                "samples": [_shorten(sample) for sample in samples],
                "personal": personal,
                "looks": _suggest_field(cells),
            }
        )
    return columns


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_SAMPLE else text[: LONGEST_SAMPLE - 1] + "…"


def _share_matching(pattern: re.Pattern[str], cells: list[str]) -> float:
    return sum(bool(pattern.fullmatch(cell)) for cell in cells) / len(cells) if cells else 0


def _has_email(cells: list[str]) -> bool:
    found = sum(bool(EMAIL.search(cell)) for cell in cells)
    return bool(cells) and found / len(cells) > SOMETIMES


def _suggest_field(cells: list[str]) -> str:
    if _share_matching(POINT, cells) > MOSTLY:
        return "point"
    if _share_matching(SHAPE, cells) > MOSTLY:
        return "emplacement"
    distinct = len(set(cells)) > len(cells) / 2
    return "territoire" if distinct and _share_matching(CODE, cells) > MOSTLY else ""


def field_label(spec: KindSpec, known: Field) -> str:
    if known.name in PLACES and known is not spec.key:
        return str(PLACES[known.name])
    if known is spec.key:
        return _("Identifiant dans la source")
    if "." in known.attribute:
        role = known.attribute.split(".")[1]
        return _("Organisation : %(role)s") % {"role": RecordOrganisation.Role(role).label}
    return _capitalise(str(model_field(spec.model, known.attribute).verbose_name))


def attribute_label(spec: KindSpec, attribute: str) -> str:
    """Return the label of an attribute of a record, or of one of its collections, on a screen."""
    if attribute == "geometry":
        return _("Emplacement")
    if attribute == "location_precision":
        return _("Précision du lieu")
    if attribute == "territory":
        return _("Territoire")
    for known in spec.fields:
        if known.attribute == attribute:
            return field_label(spec, known)
    for collection in spec.collections:
        if collection.attribute == attribute:
            return _capitalise(collection.name)
    return attribute


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def field_choices(spec: KindSpec) -> list[tuple[str, str]]:
    """Return what a column may fill, by label; the source is chosen for the whole file."""
    named = [
        (known.name, field_label(spec, known)) for known in spec.by_name.values() if known.name != "source"
    ]
    return sorted([*named, *awards.award_choices(spec)], key=lambda pair: comparison_key(pair[1]))


def propose_fields(spec: KindSpec, columns: list[Column], data: dict[str, Any]) -> dict[str, str]:
    """Return the field proposed for each column, "" for none. ``data`` are those of a mapping, or empty."""
    by_form = {comparison_key(column["header"]): column["header"] for column in reversed(columns)}
    proposed = {column["header"]: "" for column in columns}
    for name, rule in data.get("champs", {}).items():
        wanted = rule if isinstance(rule, str) else rule.get("colonne", "")
        header = by_form.get(comparison_key(wanted)) if wanted else None
        if header and name in spec.by_name:
            proposed[header] = name
    items = chain.from_iterable(data.get(collection.name, []) for collection in spec.collections)
    for item in items:
        if found := by_form.get(comparison_key(str(item.get("colonne", "")))):
            proposed[found] = KEEP if proposed[found] else awards.choice_of_item(item) or KEEP
    if data.get("champs"):
        return proposed
    shareable = [column for column in columns if not column["personal"]]
    headers = [column["header"] for column in shareable]
    for name, native in match_headers(spec, headers).rules.items():
        proposed[native.column] = name
    _propose_by_prefix(spec, proposed, headers)
    _propose_by_content(spec, proposed, shareable)
    return proposed


def _propose_by_content(spec: KindSpec, proposed: dict[str, str], columns: list[Column]) -> None:
    """Propose labels by their header and words, then what the cells alone suggest."""
    waiting = [column for column in columns if not proposed[column["header"]]]
    if awards.award_choices(spec):
        for column in waiting:
            proposed[column["header"]] = awards.propose_award(column["header"], column["samples"])
    for column in waiting:
        looks = column["looks"]
        if not proposed[column["header"]] and looks in spec.by_name and looks not in proposed.values():
            proposed[column["header"]] = looks
    if "emplacement" in proposed.values():
        for header, name in proposed.items():
            proposed[header] = "" if name in POSITION else name  # the geometry has it, in one system


def _propose_by_prefix(spec: KindSpec, proposed: dict[str, str], headers: list[str]) -> None:
    """Read « Superficie du quartier (ha) » as the area, « Nom EcoQuartier » as the title."""
    for known in spec.fields:
        words = (comparison_key(known.name), *known.synonyms)
        for header in headers:
            if known.name in proposed.values():
                break
            form = comparison_key(BRACKETS.sub("", header))
            is_title = known.name == "titre" and TITLE.match(form)
            if not proposed[header] and (is_title or any(_starts_with(form, word) for word in words)):
                proposed[header] = known.name


def _starts_with(form: str, word: str) -> bool:
    return form == word or form.startswith(tuple(f"{word} {preposition} " for preposition in PREPOSITIONS))


def compose_mapping(
    spec: KindSpec, chosen: dict[str, str], data: dict[str, Any], srid: int, constants: dict[str, str]
) -> dict[str, Any]:
    """Return the data of a mapping from the field chosen for each column.

    ``data`` are those of the previous mapping: the vocabulary of a field that is chosen again stays with it.
    """
    composed = copy.deepcopy(data)
    for collection in spec.collections:
        composed[collection.name] = _compose_items(chosen, composed.get(collection.name, []), collection.name)
    return composed | {
        "nature": spec.name,
        "champs": _compose_fields(spec, chosen, composed.get("champs", {}), constants),
        "projection": srid,
        "ignorees": [header for header, name in chosen.items() if not name],
    }


def _compose_fields(
    spec: KindSpec, chosen: dict[str, str], previous: dict[str, Any], constants: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the rule of each field: rules without a column, chosen columns, constants, a made-up key."""
    old = {name: {"colonne": rule} if isinstance(rule, str) else rule for name, rule in previous.items()}
    fields = {name: rule for name, rule in old.items() if not rule.get("colonne")}
    for header, name in chosen.items():
        if name in spec.by_name:
            words = {key: value for key, value in old.get(name, {}).items() if key in WORD_SETTINGS}
            fields[name] = {**words, "colonne": header}
    for name, value in constants.items():
        if name in fields and "constante" not in fields[name]:
            continue  # a column, or a template, fills it row by row
        fields.pop(name, None)
        if value:
            fields[name] = {"constante": value}
    if spec.key.name not in fields:
        columns = [fields.get(name, {}).get("colonne") for name in IDENTITY]
        fields[spec.key.name] = {"modele": " ".join(f"{{{column}}}" for column in columns if column)}
    return fields


def _compose_items(chosen: dict[str, str], old: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return the items of a collection: those left as they were, those that the page chose."""
    by_column: dict[str, list[dict[str, Any]]] = {}
    for item in old:
        by_column.setdefault(comparison_key(str(item.get("colonne", ""))), []).append(item)
    items: list[dict[str, Any]] = []
    for header, choice in chosen.items():
        previous = by_column.get(comparison_key(header), [])
        if choice == KEEP:
            items += previous
        elif choice.startswith(f"{name}:"):
            items.append(awards.build_item(header, choice, previous[0] if previous else None))
    return items
