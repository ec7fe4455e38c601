"""Find terms, organisations and records by any of their names. Called by ``run``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.utils.translation import gettext as _

from catalogue.imports.columns.mapping import comparison_key
from catalogue.imports.read.problems import Problem, doubt
from catalogue.imports.rows.candidates import Candidate, Item, Portable
from catalogue.models import (
    Concept,
    IndicatorType,
    Organisation,
    Programme,
    Record,
    Source,
    Stake,
    Theme,
    ThemeCrosswalk,
    Zonage,
)
from catalogue.records.fields import Field, Form, KindSpec

Names = Iterable[tuple[int, str, tuple[str, ...]]]


def _term_names(
    model: type[Theme | Stake | Programme | IndicatorType | Zonage | Concept],
) -> Names:
    """Return the names of each term; one that was merged gives its names to the one that replaced it."""
    rows = model.objects.values_list("pk", "code", "label", "merged_into__pk", "merged_into__code")
    return ((into or pk, key or code, (code, label)) for pk, code, label, into, key in rows)


def _theme_names() -> Names:
    yield from _term_names(Theme)
    crosswalk = ThemeCrosswalk.objects.values_list("source_label", "theme__pk", "theme__code").distinct()
    counts = Counter(comparison_key(label) for label, _pk, _code in crosswalk)
    for label, pk, code in crosswalk:
        if counts[comparison_key(label)] == 1:
            yield pk, code, (label,)


def _source_names() -> Names:
    rows = Source.objects.values_list("pk", "code", "name", "merged_into__pk", "merged_into__code")
    return ((into or pk, key or code, (code, name)) for pk, code, name, into, key in rows)


def _organisation_names() -> Names:
    own = ("pk", "slug", "name", "siren", "siret")
    rows = Organisation.objects.values_list(*own, "merged_into__pk", "merged_into__slug")
    return (
        (into or pk, key or slug, (slug, name, siren, siret))
        for pk, slug, name, siren, siret, into, key in rows
    )


def _record_names(kind: str) -> Names:
    rows = Record.objects.filter(kind=kind).values_list("pk", "slug", "external_id", "title")
    return ((pk, slug, (slug, external_id, title)) for pk, slug, external_id, title in rows)


LOADERS: dict[str, Callable[[], Names]] = {
    "theme": _theme_names,
    "enjeu": lambda: _term_names(Stake),
    "programme": lambda: _term_names(Programme),
    "indicateur": lambda: _term_names(IndicatorType),
    "zonage": lambda: _term_names(Zonage),
    "notion": lambda: _term_names(Concept),
    "source": _source_names,
    "organisation": _organisation_names,
    "solution": lambda: _record_names(Record.Kind.SOLUTION),
    "experimentation": lambda: _record_names(Record.Kind.EXPERIMENT),
}


@dataclass(slots=True)
class Vocabulary:
    """The terms of one kind: every name they answer to, and the primary key behind each natural key."""

    keys: dict[str, str] = field(default_factory=dict)
    pks: dict[str, int] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    @classmethod
    def build(cls, names: Names) -> Vocabulary:
        """Build from (primary key, natural key, names); a name that two terms share leads nowhere."""
        vocabulary = cls()
        for pk, key, forms in names:
            vocabulary.pks[key] = pk
            for form in filter(None, map(comparison_key, forms)):
                if vocabulary.keys.setdefault(form, key) != key:
                    vocabulary.ambiguous.add(form)
        return vocabulary

    def find_key(self, text: str) -> str | None:
        """Return the natural key that the text designates, None when it designates none or several."""
        if text in self.pks:
            return text
        form = comparison_key(text)
        return None if form in self.ambiguous else self.keys.get(form)

    def closest_keys(self, text: str) -> tuple[str, ...]:
        """Return the natural keys that the text may have meant."""
        near = get_close_matches(comparison_key(text), self.keys, n=3, cutoff=0.6)
        return tuple(dict.fromkeys(self.keys[form] for form in near))


class Directory:
    """The vocabularies, each read from the database when it is first needed."""

    def __init__(self, given: dict[str, Vocabulary] | None = None) -> None:
        self._known = dict(given or {})

    def announce(self, kind: str, keys: Iterable[str]) -> None:
        """Let the rows of a file refer to each other before they are written."""
        for key in keys:
            self[kind].keys.setdefault(comparison_key(key), key)

    def __getitem__(self, kind: str) -> Vocabulary:
        if kind not in self._known:
            self._known[kind] = Vocabulary.build(LOADERS[kind]())
        return self._known[kind]


def resolve_references(candidates: list[Candidate], spec: KindSpec, directory: Directory) -> None:
    """Replace the names of terms and records by their natural keys; doubt those that nobody knows."""
    fields = [known for known in spec.fields if known.form in (Form.TERM, Form.TERMS)]
    if spec.own_references:
        directory.announce(spec.name, (candidate.key for candidate in candidates))
    for candidate in candidates:
        for known in fields:
            if known.attribute in candidate.values:
                column = candidate.columns.get(known.attribute, "")
                value, problems = _resolve_value(candidate.values[known.attribute], known, directory, column)
                candidate.values[known.attribute] = value
                candidate.problems += problems
        for collection in spec.collections:
            for item in candidate.collections.get(collection.attribute, []):
                candidate.problems += resolve_item(item, collection.fields, directory)


def resolve_item(item: Item, fields: tuple[Field, ...], directory: Directory) -> list[Problem]:
    """Do the same for one item of a collection; return the doubts."""
    problems: list[Problem] = []
    for known in fields:
        if known.form is Form.TERM and item.get(known.attribute):
            item[known.attribute], found = _resolve_value(item[known.attribute], known, directory, known.name)
            problems += found
    return problems


def _resolve_value(
    value: Portable, known: Field, directory: Directory, column: str
) -> tuple[Portable, list[Problem]]:
    """Return the natural keys behind the text of a field, and the doubts."""
    vocabulary = directory[known.to]
    texts = value if isinstance(value, tuple) else (str(value or ""),)
    keys, problems = [], []
    for text in filter(None, texts):
        key = vocabulary.find_key(text)
        if key is None:
            near = vocabulary.closest_keys(text)
            message = _("« %(text)s » est inconnu (%(nature)s).") % {"text": text, "nature": known.to}
            if near:
                message += " " + _("Proche : %(names)s.") % {"names": ", ".join(near)}
            code = "reference-requise" if known.is_required else "reference-inconnue"
            problems.append(doubt(code, message, column, tuple((key, key) for key in near)))
        else:
            keys.append(key)
    if isinstance(value, tuple):
        return tuple(sorted(set(keys))), problems
    return (keys[0] if keys else None), problems
