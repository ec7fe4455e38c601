"""The words of a file for which the catalogue has a list: themes, types, programmes, steps of a label.

Those that the list does not know are counted, with what each is read as, or could be; a curator says it
once, and the mapping keeps it for the next file of the source. Called by ``steps`` and ``wizard``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from catalogue.imports.columns import awards
from catalogue.imports.columns.mapping import FieldRule, ItemRule, Mapping, comparison_key
from catalogue.imports.read.table import Table
from catalogue.imports.read.typography import clean_spaces, one_line
from catalogue.imports.rows import values
from catalogue.imports.rows.candidates import read_value
from catalogue.imports.rows.lookup import Directory, Vocabulary
from catalogue.models import Programme, Stake, Theme
from catalogue.records.fields import Field, Form, KindSpec, model_field

LISTS: dict[str, type[Theme] | type[Stake] | type[Programme]] = {
    "theme": Theme,
    "enjeu": Stake,
    "programme": Programme,
}
"""The lists that are short enough to choose from; organisations and solutions are looked up by name."""
IGNORE = "~"
"""The answer for a word that says nothing: its cell is read as empty."""
ALONE = "+"
"""The answer for a word that says that a label was given, and not when."""
MOST_WORDS = 60
LONGEST = 200
CLOSE_ENOUGH = 0.75
SYNONYMS = {
    "ru": "renouvellement",
    "renovation urbaine": "renouvellement",
    "rehabilitation": "renouvellement",
    "tout": "mixte",
    "label": "labellise",
}
SET_ASIDE = frozenset(
    {"ajourne", "refuse", "non retenu", "rejete", "retire", "sans suite", "candidat", "en cours", "autres"}
)
"""What such words say of a label is that it was not given."""


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """A column whose words come from a list: what it fills, its list, and what its words are read as."""

    column: str
    target: str
    terms: tuple[tuple[str, str], ...]
    is_understood: Callable[[str], bool]
    values: dict[str, str]
    ignored: frozenset[str]
    separator: str = ""

    @property
    def is_year(self) -> bool:
        """True for a column of years in which a mere cross may stand."""
        return self.target == "annee"


def find_unknown_words(table: Table, mapping: Mapping, directory: Directory) -> list[dict[str, Any]]:
    """For each column with a list, the words that the list lacks: counted, with how each is read.

    ``choice`` is the answer that holds, or ``proposed`` the one that seems right.
    """
    return [found for known in listed_columns(mapping, directory) if (found := _count_words(known, table))]


def listed_columns(mapping: Mapping, directory: Directory) -> Iterable[ListedColumn]:
    """The columns of a mapping whose words come from a list."""
    spec = mapping.spec
    for name, rule in mapping.rules.items():
        known = spec.by_name[name]
        if not rule.column:
            continue
        if known.form in (Form.CHOICE, Form.CHOICES):
            yield _listed_column(rule, name, _choices(spec, known), partial(_is_readable, spec, known), known)
        elif known.form in (Form.TERM, Form.TERMS) and known.to in LISTS:
            listed = LISTS[known.to].objects.filter(is_active=True)
            rows = tuple(listed.order_by("label").values_list("code", "label"))
            yield _listed_column(rule, name, rows, partial(_is_term, directory[known.to]), known)
    for item in mapping.items:
        if item.collection.name == awards.COLLECTION and item.column:
            yield from _label_columns(item, spec)


def _listed_column(
    rule: FieldRule,
    name: str,
    terms: tuple[tuple[str, str], ...],
    is_understood: Callable[[str], bool],
    known: Field,
) -> ListedColumn:
    separator = rule.separator if known.form in (Form.CHOICES, Form.TERMS) else ""
    return ListedColumn(rule.column, name, terms, is_understood, rule.values, rule.empty, separator)


def _choices(spec: KindSpec, known: Field) -> tuple[tuple[str, str], ...]:
    target: Any = model_field(spec.model, known.attribute)
    choices = target.choices or getattr(target, "base_field", target).choices or ()
    return tuple((str(code), str(label)) for code, label in choices)


def _is_readable(spec: KindSpec, known: Field, text: str) -> bool:
    try:
        read_value(spec.model, known, text)
    except values.Unreadable:
        return False
    return True


def _is_term(terms: Vocabulary, text: str) -> bool:
    return terms.find_key(text) is not None


def _label_columns(item: ItemRule, spec: KindSpec) -> Iterable[ListedColumn]:
    """A step is chosen among those of its own regime, never of another."""
    if item.target == "annee":
        yield ListedColumn(item.column, "annee", (), _is_year, item.values, item.ignored)
    elif item.target == "etape":
        terms = tuple(awards.regime_steps(item.constants.get("regime", "")))
        names = {comparison_key(word) for pair in terms for word in pair}
        is_understood = partial(_is_among, names)
        yield ListedColumn(item.column, "etape", terms, is_understood, item.values, item.ignored)


def _is_among(names: set[str], text: str) -> bool:
    return comparison_key(text) in names


def _is_year(text: str) -> bool:
    try:
        values.parse_year(text)
    except values.Unreadable:
        return False
    return True


def _count_words(known: ListedColumn, table: Table) -> dict[str, Any] | None:
    texts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for cell, times in Counter(row.cells.get(known.column, "") for row in table.rows).items():
        plain = clean_spaces(cell)
        for part in plain.split(known.separator) if known.separator else [plain]:
            word = one_line(part)
            if not word or len(word) > LONGEST or values.is_empty(word) or known.is_understood(word):
                continue
            texts[comparison_key(word)] += times
            first.setdefault(comparison_key(word), word)
    if not texts:
        return None
    most = texts.most_common(MOST_WORDS)
    return {
        "column": known.column,
        "target": known.target,
        "terms": [list(pair) for pair in possible_answers(known)],
        "words": [{"text": first[form], "count": n, **_current_answer(known, form)} for form, n in most],
        "others": len(texts) - len(most),
    }


def possible_answers(known: ListedColumn) -> list[tuple[str, str]]:
    """What a word of the column may be read as."""
    alone = [(ALONE, _("Oui, sans année"))] if known.is_year else []
    return [*alone, *known.terms, (IGNORE, _("Ne pas en tenir compte"))]


def _current_answer(known: ListedColumn, form: str) -> dict[str, str]:
    if form in known.ignored:
        return {"choice": IGNORE, "proposed": ""}
    if form in known.values:
        return {"choice": known.values[form] or ALONE, "proposed": ""}
    return {"choice": "", "proposed": propose_answer(known, form)}


def propose_answer(known: ListedColumn, form: str) -> str:
    """The answer that seems right for a word, in the form in which words are compared; "" for none."""
    is_label = known.target in ("annee", "etape")
    if is_label and form in SET_ASIDE:
        return IGNORE
    if known.is_year:
        return ALONE if form in values.YES else ""
    names = {comparison_key(word): code for code, label in known.terms for word in (label, code)}
    codes = set(names.values())
    for said in (form, form.split(" ")[0]):
        for one in (said, SYNONYMS.get(said, "")):
            if names.get(one) or one in codes:
                return names.get(one) or one
    near = get_close_matches(form, names, n=1, cutoff=CLOSE_ENOUGH)
    return names[near[0]] if near else ""


def store_answers(data: dict[str, Any], column: str, answers: dict[str, str]) -> None:
    """Keep in the data of a mapping what the words of a column are read as; "" forgets a word."""
    for name, rule in list(data.get("champs", {}).items()):
        given = {"colonne": rule} if isinstance(rule, str) else rule
        if comparison_key(str(given.get("colonne", ""))) == comparison_key(column):
            data["champs"][name] = _with_answers(given, "vides", answers)
    for item in data.get(awards.COLLECTION, []):
        if comparison_key(str(item.get("colonne", ""))) == comparison_key(column):
            item.update(_with_answers(item, "ignores", answers))


def _with_answers(rule: dict[str, Any], ignored: str, answers: dict[str, str]) -> dict[str, Any]:
    forms = {comparison_key(text) for text in answers}
    kept = {
        text: value for text, value in rule.get("valeurs", {}).items() if comparison_key(text) not in forms
    }
    aside = [text for text in rule.get(ignored, []) if comparison_key(text) not in forms]
    for text, answer in answers.items():
        if answer == IGNORE:
            aside.append(text)
        elif answer:
            kept[text] = "" if answer == ALONE else answer
    return {**rule, "valeurs": kept, ignored: aside}
