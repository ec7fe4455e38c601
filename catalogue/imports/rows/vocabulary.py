"""The words of a file that stand for an entry of a list: themes, types, programmes, steps of a label.

Unknown words are counted, with the entry that each is read as, or could be; a curator decides once, and the
mapping stores it for the next file of the source. Called by ``jobs`` and ``decisions``.
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
from catalogue.imports.rows.candidates import choice_labels, read_value
from catalogue.imports.rows.lookup import Directory, Vocabulary
from catalogue.models import Programme, Stake, Theme
from catalogue.records.fields import Field, Form, KindSpec

LISTS: dict[str, type[Theme] | type[Stake] | type[Programme]] = {
    "theme": Theme,
    "enjeu": Stake,
    "programme": Programme,
}
"""The lists that are short enough to choose from; organisations and solutions are looked up by name."""
IGNORE = "~"
"""The answer for a word to ignore: its cell is read as empty."""
ALONE = "+"
"""The answer for a word that means that a label was awarded, at an unknown date."""
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
"""Words for a label that was not awarded."""


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
        """Return True for a column of years in which a mere cross may stand."""
        return self.target == "annee"


def find_unknown_words(table: Table, mapping: Mapping, directory: Directory) -> list[dict[str, Any]]:
    """Return, for each column with a list, the words that the list lacks, counted, with their answers.

    ``choice`` is the current answer, or ``proposed`` the one that seems right.
    """
    return [found for known in listed_columns(mapping, directory) if (found := _count_words(known, table))]


def listed_columns(mapping: Mapping, directory: Directory) -> Iterable[ListedColumn]:
    """Yield the columns of a mapping whose words come from a list."""
    spec = mapping.spec
    for name, rule in mapping.rules.items():
        known = spec.by_name[name]
        if not rule.column:
            continue
        if known.form in (Form.CHOICE, Form.CHOICES):
            terms = choice_labels(spec.model, known.attribute)
            yield _listed_column(rule, known, terms, partial(_is_readable, spec, known))
        elif known.form in (Form.TERM, Form.TERMS) and known.to in LISTS:
            listed = LISTS[known.to].objects.filter(is_active=True)
            terms = tuple(listed.order_by("label").values_list("code", "label"))
            yield _listed_column(rule, known, terms, partial(_is_term, directory[known.to]))
    for item in mapping.items:
        if item.collection.name == awards.COLLECTION and item.column:
            yield from _label_columns(item)


def _listed_column(
    rule: FieldRule, known: Field, terms: tuple[tuple[str, str], ...], is_understood: Callable[[str], bool]
) -> ListedColumn:
    separator = rule.separator if known.form in (Form.CHOICES, Form.TERMS) else ""
    return ListedColumn(rule.column, known.name, terms, is_understood, rule.values, rule.empty, separator)


def _is_readable(spec: KindSpec, known: Field, text: str) -> bool:
    try:
        read_value(spec.model, known, text)
    except values.Unreadable:
        return False
    return True


def _is_term(terms: Vocabulary, text: str) -> bool:
    return terms.find_key(text) is not None


def _label_columns(item: ItemRule) -> Iterable[ListedColumn]:
    """Yield a column of steps with those of its own regime, never of another; or a column of years."""
    if item.target == "annee":
        yield ListedColumn(item.column, "annee", (), _is_year, item.values, item.ignored)
    elif item.target == "etape":
        regime = item.constants.get("regime", "")
        terms, is_understood = tuple(awards.regime_steps(regime)), partial(_is_step, awards.step_keys(regime))
        yield ListedColumn(item.column, "etape", terms, is_understood, item.values, item.ignored)


def _is_step(keys: set[str], text: str) -> bool:
    return comparison_key(text) in keys


def _is_year(text: str) -> bool:
    try:
        values.parse_year(text)
    except values.Unreadable:
        return False
    return True


def _count_words(known: ListedColumn, table: Table) -> dict[str, Any] | None:
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for cell, times in Counter(row.cells.get(known.column, "") for row in table.rows).items():
        plain = clean_spaces(cell)
        for part in plain.split(known.separator) if known.separator else [plain]:
            word = one_line(part)
            if not word or len(word) > LONGEST or values.is_empty(word) or known.is_understood(word):
                continue
            counts[comparison_key(word)] += times
            first.setdefault(comparison_key(word), word)
    if not counts:
        return None
    most = counts.most_common(MOST_WORDS)
    return {
        "column": known.column,
        "target": known.target,
        "terms": [list(pair) for pair in possible_answers(known)],
        "words": [{"text": first[key], "count": n, **_current_answer(known, key)} for key, n in most],
        "others": len(counts) - len(most),
    }


def possible_answers(known: ListedColumn) -> list[tuple[str, str]]:
    """Return what a word of the column may be read as."""
    alone = [(ALONE, _("Oui, sans année"))] if known.is_year else []
    return [*alone, *known.terms, (IGNORE, _("Ne pas en tenir compte"))]


def _current_answer(known: ListedColumn, key: str) -> dict[str, str]:
    if key in known.ignored:
        return {"choice": IGNORE, "proposed": ""}
    if key in known.values:
        return {"choice": known.values[key] or ALONE, "proposed": ""}
    return {"choice": "", "proposed": propose_answer(known, key)}


def propose_answer(known: ListedColumn, key: str) -> str:
    """Return the answer that seems right for a comparison key of a word; "" for none."""
    is_label = known.target in ("annee", "etape")
    if is_label and key in SET_ASIDE:
        return IGNORE
    if known.is_year:
        return ALONE if key in values.YES else ""
    names: dict[str, str] = {}
    for code, label in known.terms:
        names |= {comparison_key(label): code, comparison_key(code): code}
    codes, start = set(names.values()), key.split(" ")[0]
    for word in (key, SYNONYMS.get(key, ""), start, SYNONYMS.get(start, "")):
        if names.get(word) or word in codes:
            return names.get(word) or word
    near = get_close_matches(key, names, n=1, cutoff=CLOSE_ENOUGH)
    return names[near[0]] if near else ""


def store_answers(data: dict[str, Any], column: str, answers: dict[str, str]) -> None:
    """Store in the data of a mapping what the words of a column are read as; "" forgets a word."""
    for name, rule in list(data.get("champs", {}).items()):
        given = {"colonne": rule} if isinstance(rule, str) else rule
        if comparison_key(str(given.get("colonne", ""))) == comparison_key(column):
            data["champs"][name] = _with_answers(given, "vides", answers)
    for item in data.get(awards.COLLECTION, []):
        if comparison_key(str(item.get("colonne", ""))) == comparison_key(column):
            item.update(_with_answers(item, "ignores", answers))


def _with_answers(rule: dict[str, Any], ignored: str, answers: dict[str, str]) -> dict[str, Any]:
    keys = {comparison_key(text) for text in answers}
    words = {
        text: value for text, value in rule.get("valeurs", {}).items() if comparison_key(text) not in keys
    }
    aside = [text for text in rule.get(ignored, []) if comparison_key(text) not in keys]
    for text, answer in answers.items():
        if answer == IGNORE:
            aside.append(text)
        elif answer:
            words[text] = "" if answer == ALONE else answer
    return {**rule, "valeurs": words, ignored: aside}
