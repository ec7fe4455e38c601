"""From the columns of a foreign file to ours: a mapping file in TOML, or our own headers as they are.

A mapping tells which column fills which field, with which constants, vocabulary and units. The import
wizard stores the same data. Nothing here reads the database.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.typography import one_line
from catalogue.records.fields import Collection, Field, KindSpec
from catalogue.records.kinds import KIND_SPECS
from geo.names import normalise
from geo.uploads.projections import NAMES

TEMPLATE = re.compile(r"\{([^{}]+)\}")
PERSONAL = re.compile(
    r"\b(mel|mail|email|courriel|tel|telephone|portable|prenom|contact|maire|elu|nom du maire)\b"
)
NOT_PERSONAL = re.compile(r"\b(url|site)\b")
SRIDS = tuple(NAMES)
"""The only reference systems a mapping may name: WGS 84, Web Mercator, Lambert-93, its zones, overseas."""


@dataclass(frozen=True)
class FieldRule:
    """How one field is filled: from a column, from a template of columns, or by a constant."""

    column: str = ""
    constant: str = ""
    template: str = ""
    values: dict[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    separator: str = ";"


@dataclass(frozen=True)
class ItemRule:
    """How one column makes an item of a collection (an award from « Résultats 2014 »)."""

    collection: Collection
    column: str
    target: str
    values: dict[str, str]
    ignored: frozenset[str]
    constants: dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """What to do with a file: the kind of its rows, its source, and a rule for each field."""

    spec: KindSpec
    rules: dict[str, FieldRule]
    items: tuple[ItemRule, ...] = ()
    source: str = ""
    source_details: dict[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    srid: int = 4326

    def columns(self) -> set[str]:
        """Return the columns of the file that some rule reads."""
        used = {rule.column for rule in self.rules.values()} | {item.column for item in self.items}
        templates = [rule.template for rule in self.rules.values()]
        for item in self.items:
            templates += item.constants.values()
        return used.union(*map(TEMPLATE.findall, templates))


@lru_cache(maxsize=50_000)
def comparison_key(text: str) -> str:
    """Return the form in which headers and vocabulary are compared."""
    return normalise(one_line(text)) or one_line(text)


def load_mapping(text: str) -> Mapping:
    return build_mapping(parse_toml(text))


def parse_toml(text: str) -> dict[str, Any]:
    """Return the data of a TOML text. Raise FileRefused when it is not TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileRefused(
            _("Le fichier de correspondance n’est pas du TOML : %(why)s.") % {"why": error}
        ) from error


def build_mapping(data: dict[str, Any]) -> Mapping:
    """Return the mapping that the data of a TOML text, or of the wizard, describe. Raise FileRefused."""
    spec = KIND_SPECS.get(str(data.get("nature", "")))
    if spec is None:
        raise FileRefused(
            _("La correspondance doit dire la nature : %(all)s.") % {"all": ", ".join(KIND_SPECS)}
        )
    details = source_details(data)
    srid = data.get("projection", 4326)
    if srid not in SRIDS:
        raise FileRefused(
            _("Projection inconnue : %(srid)s. Possibles : %(all)s.") % {"srid": srid, "all": SRIDS}
        )
    return Mapping(
        spec=spec,
        rules=_build_field_rules(spec, data.get("champs", {})),
        items=tuple(_build_item_rules(spec, data)),
        source=details.pop("code", ""),
        source_details=details,
        ignored=frozenset(comparison_key(name) for name in data.get("ignorees", [])),
        srid=srid,
    )


def source_details(data: dict[str, Any]) -> dict[str, str]:
    """Return the source of the data of a mapping by « code », « nom » …; a bare text is its code."""
    source = data.get("source", {})
    given = source if isinstance(source, dict) else {"code": source}
    return {name: str(value) for name, value in given.items()}


def _build_field_rules(spec: KindSpec, table: dict[str, Any]) -> dict[str, FieldRule]:
    rules = {}
    for name, value in table.items():
        if name not in spec.by_name:
            raise FileRefused(
                _("Champ inconnu : « %(name)s ». Possibles : %(all)s.")
                % {"name": name, "all": ", ".join(spec.by_name)}
            )
        given: dict[str, Any] = {"colonne": value} if isinstance(value, str) else dict(value)
        unknown = set(given) - {"colonne", "constante", "modele", "valeurs", "vides", "separateur"}
        if unknown:
            raise FileRefused(
                _("Champ « %(name)s » : réglage inconnu « %(what)s ».")
                % {"name": name, "what": sorted(unknown)[0]}
            )
        rules[name] = FieldRule(
            column=given.get("colonne", ""),
            constant=str(given.get("constante", "")),
            template=given.get("modele", ""),
            values=_build_vocabulary(given),
            empty=frozenset(map(comparison_key, given.get("vides", []))),
            separator=given.get("separateur", ";"),
        )
    return rules


def _build_vocabulary(given: dict[str, Any]) -> dict[str, str]:
    return {comparison_key(text): str(value) for text, value in given.get("valeurs", {}).items()}


def _build_item_rules(spec: KindSpec, data: dict[str, Any]) -> list[ItemRule]:
    rules = []
    for collection in spec.collections:
        names = {known.name for known in collection.fields}
        for given in data.get(collection.name, []):
            constants = {key: str(value) for key, value in given.get("constantes", {}).items()}
            target = given.get("champ", "")
            if unknown := ({target, *constants} - names):
                raise FileRefused(
                    _("Collection « %(name)s » : champ inconnu « %(what)s ».")
                    % {"name": collection.name, "what": sorted(unknown)[0]}
                )
            column = given.get("colonne", "")
            ignored = frozenset(map(comparison_key, given.get("ignores", [])))
            rules.append(ItemRule(collection, column, target, _build_vocabulary(given), ignored, constants))
    return rules


def match_headers(spec: KindSpec, headers: list[str]) -> Mapping:
    """Return the mapping of a file that has our own headers, or synonyms of them."""
    rules: dict[str, FieldRule] = {}
    for known in spec.by_name.values():
        header = _find_header(known, headers, rules)
        if header is not None:
            rules[known.name] = FieldRule(column=header)
    return Mapping(spec=spec, rules=rules)


def _find_header(known: Field, headers: list[str], rules: dict[str, FieldRule]) -> str | None:
    taken = {rule.column for rule in rules.values()}
    by_form = {comparison_key(header): header for header in reversed(headers) if header not in taken}
    for word in (comparison_key(known.name), *known.synonyms):
        if word in by_form and not is_personal(by_form[word]):
            return by_form[word]
    return None


def is_personal(header: str) -> bool:
    """Return True for a header that announces the data of a person: such a column is left out."""
    words = comparison_key(header)
    return bool(PERSONAL.search(words)) and not NOT_PERSONAL.search(words)


def bind_columns(mapping: Mapping, headers: list[str]) -> Mapping:
    """Write the columns of the mapping as the file writes them. Raise FileRefused when one is missing."""
    by_form = {comparison_key(header): header for header in reversed(headers)}

    def actual(column: str) -> str:
        if not column or column in headers:
            return column
        found = by_form.get(comparison_key(column))
        if found is None:
            raise FileRefused(
                _("La colonne « %(name)s », attendue par la correspondance, manque au fichier.")
                % {"name": column}
            )
        return found

    def text(template: str) -> str:
        return TEMPLATE.sub(lambda m: m[0] if m[1] == "ligne" else "{" + actual(m[1]) + "}", template)

    rules = {
        name: replace(rule, column=actual(rule.column), template=text(rule.template))
        for name, rule in mapping.rules.items()
    }
    items = []
    for item in mapping.items:
        constants = {name: text(value) for name, value in item.constants.items()}
        items.append(replace(item, column=actual(item.column), constants=constants))
    return replace(mapping, rules=rules, items=tuple(items))


def unread_columns(mapping: Mapping, headers: list[str]) -> tuple[list[str], list[str]]:
    """Return the columns that no rule reads and that were not ignored on purpose: (personal, others)."""
    used = mapping.columns()
    rest = [h for h in headers if h not in used and comparison_key(h) not in mapping.ignored]
    personal = [header for header in rest if is_personal(header)]
    return personal, [header for header in rest if header not in personal]


def fill_template(template: str, cells: dict[str, str], line: int) -> str:
    """Fill ``{column}`` with the cells of a row, and ``{ligne}`` with its number."""
    return TEMPLATE.sub(
        lambda match: str(line) if match[1] == "ligne" else one_line(cells.get(match[1], "")), template
    )
