"""From rows to candidates: cells are read by the form of their field, without the database.

Values are portable (what JSON can hold): a link is the natural key of its target, a set of links a sorted
tuple. An empty cell is left out; ``(vide)`` empties the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache, partial
from typing import Any

from django.contrib.gis.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalogue.imports.columns.mapping import FieldRule, ItemRule, Mapping, comparison_key, fill_template
from catalogue.imports.read.problems import Problem, doubt, notice, rejection
from catalogue.imports.read.table import Row, Table
from catalogue.imports.read.typography import NBSP, apply_typography, clean_spaces, one_line
from catalogue.imports.rows import values
from catalogue.models import LabelAward
from catalogue.models.organisation import luhn_is_valid
from catalogue.records.fields import Collection, Field, Form, KindSpec, model_field

Portable = str | int | bool | None | tuple[str, ...]
Item = dict[str, Portable]
ERASE = "(vide)"
LEVEL_PREFIX = re.compile(r"^(?:commune|arrondissement):(?=\w+$)")
LONGEST_KEY = 120
MOJIBAKE = ("Ã©", "Ã¨", "Ãª", "Ã´", "Ã§", "Ã®", "Ã¢", "â€™", "Â«", "Â»", "ï¿½", "\ufffd")
NUMBERS = {"siren": 9, "siret": 14}


@dataclass(frozen=True, slots=True)
class PlaceCells:
    code: str = ""
    name: str = ""
    departement: str = ""
    region: str = ""
    lon: str = ""
    lat: str = ""
    point: str = ""
    shape: str = ""
    precision: str = ""

    @property
    def is_blank(self) -> bool:
        return not any((self.code, self.name, self.lon, self.lat, self.point, self.shape, self.precision))


@dataclass(slots=True)
class Candidate:
    """A row as it would be written, with the remarks about it.

    ``inner_point`` is (lon, lat), degrees, of a position inside what the row draws, once that is read.
    """

    line: int
    key: str
    cells: dict[str, str]
    values: dict[str, Portable] = field(default_factory=dict)
    collections: dict[str, list[Item]] = field(default_factory=dict)
    place: PlaceCells = field(default_factory=PlaceCells)
    columns: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    inner_point: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """Return what to call the row on a screen."""
        return str(
            self.values.get("title") or self.values.get("name") or self.values.get("label") or self.key
        )


def read_candidates(table: Table, mapping: Mapping) -> list[Candidate]:
    """Return one candidate for each row, in order; each repetition of a key is rejected."""
    candidates = [_read_candidate(row, mapping) for row in table.rows]
    first: dict[str, int] = {}
    for candidate in candidates:
        if not candidate.key:
            continue
        line = first.setdefault(candidate.key, candidate.line)
        if line != candidate.line:
            candidate.problems.append(
                rejection("identifiant-repete", _("Même identifiant que la ligne %(n)d.") % {"n": line})
            )
    return candidates


def _read_candidate(row: Row, mapping: Mapping) -> Candidate:
    spec = mapping.spec
    key_rule = mapping.rules.get(spec.key.name, FieldRule())
    candidate = Candidate(row.line, _read_key(key_rule, row), row.cells)
    if not candidate.key:
        candidate.problems.append(
            rejection("identifiant-absent", _("L’identifiant manque."), key_rule.column)
        )
    for name, rule in mapping.rules.items():
        known = spec.by_name[name]
        if known is spec.key:
            continue
        candidate.columns[known.attribute or name] = rule.column
        if known.form is not Form.PLACE:
            _read_field(candidate, spec.model, known, rule, row)
    _refuse_missing(candidate, spec, mapping)
    candidate.place = _read_place(row, mapping)
    for item_rule in mapping.items:
        _read_item(candidate, item_rule, row)
    return candidate


def _read_key(rule: FieldRule, row: Row) -> str:
    if not rule.template:
        key = one_line(_rule_text(rule, row))
        return key if len(key) <= LONGEST_KEY else slugify(key)[:LONGEST_KEY]
    return slugify(one_line(fill_template(rule.template, _strip_levels(row.cells), row.line)))[:LONGEST_KEY]


def _strip_levels(cells: dict[str, str]) -> dict[str, str]:
    """Reduce a commune chosen by a curator to its code: a corrected file gives the same keys."""
    return {name: LEVEL_PREFIX.sub("", text) for name, text in cells.items()}


def _rule_text(rule: FieldRule, row: Row) -> str:
    if rule.template:
        return fill_template(rule.template, row.cells, row.line)
    return row.cells.get(rule.column, "") if rule.column else rule.constant


def _translate_text(rule: FieldRule, text: str) -> str:
    return rule.values.get(comparison_key(text), text) if rule.values else text


def _read_field(
    candidate: Candidate, model: type[models.Model], known: Field, rule: FieldRule, row: Row
) -> None:
    text = _translate_text(rule, _rule_text(rule, row))
    if known.form not in (Form.TERMS, Form.CHOICES, Form.WORDS) and values.is_empty(text, rule.empty):
        return
    if any(characters in text for characters in MOJIBAKE):
        message = _("« %(text)s » est mal encodé.") % {"text": one_line(text)[:60]}
        candidate.problems.append(doubt("mal-encode", message, rule.column))
    try:
        value, reading = read_value(model, known, text, rule)
    except values.Unreadable as problem:
        candidate.problems.append(doubt("illisible", str(problem), rule.column, problem.proposals))
        return
    if reading:
        candidate.problems.append(notice("lu", reading, rule.column))
    if value != ():
        candidate.values[known.attribute] = value


def read_value(
    model: type[models.Model], known: Field, text: str, rule: FieldRule | None = None
) -> tuple[Portable, str]:
    """Return the portable value of a cell for a field of ``model``, and how it was understood."""
    rule = rule or FieldRule()
    if one_line(text) == ERASE:
        return _blank_value(model, known), ""
    many: dict[Form, Callable[[], tuple[str, ...]]] = {
        Form.TERMS: lambda: _read_several(text, rule, one_line),
        Form.WORDS: lambda: _read_several(text, rule, lambda part: apply_typography(one_line(part))),
        Form.CHOICES: lambda: _read_several(text, rule, partial(_read_choice, model, known)),
    }
    if known.form in many:
        return many[known.form](), ""
    numbers: dict[Form, Callable[[str], tuple[Any, str]]] = {
        Form.WHOLE: values.parse_whole,
        Form.DECIMAL: values.parse_decimal,
        Form.HECTARES: values.parse_hectares,
        Form.YEAR: values.parse_year,
        Form.DATE: values.parse_date,
        Form.BOOLEAN: values.parse_boolean,
    }
    if known.form in numbers:
        value, reading = numbers[known.form](text)
        if known.form is Form.WHOLE and value < 0:
            raise values.Unreadable(_("Un nombre négatif n’a pas de sens ici."))
        return value, reading
    return _read_text(model, known, text), ""


def _read_text(model: type[models.Model], known: Field, text: str) -> str:
    """Return the text of a field made of words, in the length that the model allows."""
    if known.form is Form.CHOICE:
        return _read_choice(model, known, text)
    if known.form is Form.TERM:
        return one_line(text)
    longest = model_field(model, known.attribute).max_length or 100_000
    if known.form is Form.URL:
        return values.parse_url(text, longest)[0]
    if known.attribute in NUMBERS:
        return _read_business_number(text, NUMBERS[known.attribute])
    clean = apply_typography(clean_spaces(text) if known.form is Form.TEXT else one_line(text))
    if len(clean) > longest:
        raise values.Unreadable(
            _("Le texte a %(n)d caractères, %(max)d au plus.") % {"n": len(clean), "max": longest}
        )
    return clean


def _read_business_number(text: str, length: int) -> str:
    number = "".join(one_line(text).split())
    if len(number) != length or not luhn_is_valid(number):
        kind = "SIRET" if length == NUMBERS["siret"] else "SIREN"
        raise values.Unreadable(
            _("« %(number)s » n’est pas un %(kind)s : %(n)d chiffres, avec une clé de contrôle juste.")
            % {"number": number, "kind": kind, "n": length}
        )
    return number


@cache
def _choice_codes(model: type[models.Model], attribute: str) -> dict[str, str]:
    codes: dict[str, str] = {}
    for code, label in choice_labels(model, attribute):
        codes |= {comparison_key(label): code, comparison_key(code): code}
    return codes


def _read_choice(model: type[models.Model], known: Field, text: str) -> str:
    choices = _choice_codes(model, known.attribute)
    code = choices.get(comparison_key(text))
    if code is None:
        possible = ", ".join(dict.fromkeys(choices.values()))
        raise values.Unreadable(
            _("« %(text)s » n’est pas une valeur possible : %(all)s.")
            % {"text": one_line(text), "all": possible},
            choice_labels(model, known.attribute),
        )
    return code


def choice_labels(model: type[models.Model], attribute: str) -> tuple[tuple[str, str], ...]:
    """Return the (code, label) choices of a field, or of the items of an array field."""
    target: Any = model_field(model, attribute)
    choices = target.choices or getattr(target, "base_field", target).choices or ()
    return tuple((str(code), str(label)) for code, label in choices)


def _read_several(text: str, rule: FieldRule, read: Callable[[str], str]) -> tuple[str, ...]:
    parts = [_translate_text(rule, part) for part in clean_spaces(text).split(rule.separator)]
    return tuple(sorted({read(part) for part in parts if not values.is_empty(part, rule.empty)}))


def _blank_value(model: type[models.Model], known: Field) -> Portable:
    if known.form in (Form.TERMS, Form.WORDS, Form.CHOICES):
        return ()
    target = model_field(model, known.attribute)
    if target.has_default():
        return str(target.get_default())
    return None if target.null else ""


def _refuse_missing(candidate: Candidate, spec: KindSpec, mapping: Mapping) -> None:
    unread = {p.column for p in candidate.problems if p.code == "illisible"}
    for known in spec.fields:
        rule = mapping.rules.get(known.name)
        column = rule.column if rule else ""
        if not known.is_required or candidate.values.get(known.attribute) or (rule and column in unread):
            continue
        message = _("« %(field)s » manque : complétez la cellule.") % {"field": known.name.replace("_", NBSP)}
        candidate.problems.append(rejection("obligatoire", message, column))


def _read_place(row: Row, mapping: Mapping) -> PlaceCells:
    names = {"code": "territoire", "name": "commune", "shape": "emplacement"}
    cells = {}
    for key in (one.name for one in fields(PlaceCells)):
        name = names.get(key, key)
        if name not in mapping.rules or mapping.spec.by_name[name].form is not Form.PLACE:
            continue
        rule = mapping.rules[name]
        text = _translate_text(rule, _rule_text(rule, row))
        cells[key] = "" if values.is_empty(text, rule.empty) else clean_spaces(text)
    return PlaceCells(**cells)


def _read_item(candidate: Candidate, rule: ItemRule, row: Row) -> None:
    """Add the item that a column makes, unless its cell is empty or ignored by the mapping."""
    text = row.cells.get(rule.column, "")
    if values.is_empty(text, rule.ignored):
        return
    cells = {key: fill_template(value, row.cells, row.line) for key, value in rule.constants.items()}
    cells[rule.target] = rule.values.get(comparison_key(text), text)
    if problem := _check_step(rule, cells):
        candidate.problems.append(problem)
        return
    item, problems = read_item(rule.collection, cells, {rule.target: rule.column})
    candidate.problems += problems
    if item is not None:
        candidate.collections.setdefault(rule.collection.attribute, []).append(item)


def _check_step(rule: ItemRule, cells: dict[str, str]) -> Problem | None:
    """Doubt a word that is no step of the regime of its column, whatever it is in another."""
    regime = cells.get("regime", "")
    if rule.target != "etape" or regime not in LabelAward.Regime.values:
        return None
    steps = LabelAward.STEPS[LabelAward.Regime(regime)]
    word = comparison_key(cells["etape"])
    if any(word in (comparison_key(code), comparison_key(str(label))) for code, label in steps.items()):
        return None
    message = _("« %(text)s » n’est pas une étape du régime %(regime)s : %(all)s.") % {
        "text": one_line(cells["etape"])[:60],
        "regime": regime,
        "all": ", ".join(map(str, steps.values())),
    }
    proposals = tuple((code, str(label)) for code, label in steps.items())
    return doubt("illisible", message, rule.column, proposals)


def read_item(
    collection: Collection, cells: dict[str, str], columns: dict[str, str]
) -> tuple[Item | None, list[Problem]]:
    """Return one item of a collection from its cells by field name, or None with what prevents it."""
    item: Item = {}
    problems: list[Problem] = []
    for known in collection.fields:
        text, column = cells.get(known.name, ""), columns.get(known.name, "")
        if known.form is Form.PLACE:
            item[known.name] = one_line(text)
            continue
        if values.is_empty(text):
            if known.is_required:
                message = _("« %(field)s » manque.") % {"field": known.name}
                problems.append(rejection("obligatoire", message, column))
            continue
        try:
            value, reading = read_value(collection.model, known, text)
        except values.Unreadable as problem:
            problems.append(doubt("illisible", str(problem), column))
            continue
        item[known.attribute] = value
        if reading:
            problems.append(notice("lu", reading, column))
    return (None if any(p.severity != "avis" for p in problems) else item), problems
