"""Words: what a visitor types becomes terms, each a query of the French full text, and what was changed is
kept.

Called by ``RecordSearch`` for every surface that takes ``q``. The syntax is that of search engines: ``"mots
exacts"``, ``-exclu``, ``OU``. The last word may be unfinished, a misspelt one is corrected, words of one
family meet, compounds are found joined, hyphenated or apart: all of it but in quotes, by the words of the
published records (``SearchWord``) and by the thesaurus of the curators.

Queries are written as text in the syntax of ``tsquery``, of lexemes: none is parsed again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from catalogue.models.querysets import TextQuery
from catalogue.public.search import thesaurus
from catalogue.public.search.queries import all_of, any_of, quote
from catalogue.public.search.tokens import COMPOUND, Token, parts_of, split_tokens
from catalogue.public.search.vocabulary import (
    LEAST_AMONG_OTHERS,
    LEAST_LIKENESS,
    KnownWord,
    find_repairs,
    lacks,
    look_up,
)

SAINTS = {"st": "saint", "ste": "saint", "saint": "st", "sainte": "ste"}
"""Stems of words that are written in two ways."""


@dataclass(frozen=True)
class Term:
    """A word, or a name of the thesaurus, that is wanted: each query is the text of a ``tsquery``.

    ``exact`` is what was typed, ``near`` its family and what the thesaurus calls the same or a part of it,
    ``broad`` what contains it: a broader term is an answer of a lower rank.
    """

    typed: str
    exact: str
    near: str = ""
    broad: str = ""
    is_named: bool = False
    """True when the thesaurus has it, alone or with its neighbours."""

    @property
    def query(self) -> str:
        return any_of([self.exact, self.near])

    @property
    def with_broader(self) -> str:
        return any_of([self.query, self.broad])


@dataclass(frozen=True)
class Words:
    """What was typed, the terms that it became, and what the page reports about it."""

    typed: str
    terms: tuple[Term, ...] = ()
    required: tuple[str, ...] = ()
    """Queries that every record answers: phrases in quotes, words excluded."""
    alternatives: tuple[str, ...] = ()
    """With ``OU``, the query of each side: then nothing but these is searched."""
    corrections: dict[str, str] = field(default_factory=dict)
    says_nothing: bool = False
    unknown: tuple[str, ...] = ()
    """Words that no published record contains, corrected or not."""
    completed: str = ""
    """The last word, when it may be unfinished."""
    families: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    """The stems that the words were taken for; a new word of a family, or one that ends the last word, adds
    one.
    """
    notions: tuple[str, ...] = ()
    """What the thesaurus calls what was typed."""

    @property
    def all_words(self) -> str:
        """The query that every word is asked of."""
        if self.alternatives:
            return any_of(self.alternatives)
        return all_of([*(term.query for term in self.terms), *self.required])

    @property
    def query(self) -> TextQuery:
        return TextQuery(self.all_words)

    @property
    def any_word(self) -> TextQuery:
        """The query that extracts mark: whatever was wanted."""
        wanted = [term.with_broader for term in self.terms]
        phrases = [query for query in self.required if not query.startswith("!")]
        return TextQuery(any_of(self.alternatives or [*wanted, *phrases]))

    @property
    def meant(self) -> str:
        """The text whose meaning is searched: what was typed, and the names of the notions in it."""
        return ". ".join(filter(None, [self.typed, ", ".join(self.notions)]))

    @property
    def restriction(self) -> str:
        """The query of the phrases and of the excluded words; "" without any."""
        return all_of(self.required)

    @property
    def corrected(self) -> str:
        text = self.typed
        for wrong, right in self.corrections.items():
            text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, text)
        return text


def read(typed: str) -> Words:
    """Read what the words ask for; a few queries, each on small tables by their indexes."""
    groups = split_tokens(typed)
    asked = list(chain.from_iterable(groups))
    reader = Reader.of(asked)
    wanted = [reader.terms(group) for group in groups]
    required = [reader.requirements(group) for group in groups]
    is_either = len(groups) > 1
    notions = chain.from_iterable(reader.notions(group) for group in groups)
    return Words(
        typed,
        terms=tuple(chain.from_iterable(wanted)),
        required=() if is_either else tuple(chain.from_iterable(required)),
        alternatives=tuple(map(_side, wanted, required)) if is_either else (),
        corrections=reader.corrections,
        says_nothing=bool(typed) and not any(wanted) and not any(required),
        unknown=reader.unknown,
        completed=reader.completed,
        families=reader.families,
        stems=reader.stems,
        notions=tuple(dict.fromkeys(notions)),
    )


def _side(terms: Sequence[Term], required: Sequence[str]) -> str:
    """The query of what stands on one side of ``OU``."""
    return all_of([*(term.query for term in terms), *required])


@dataclass(frozen=True)
class Reader:
    """What the catalogue and the thesaurus know of the words that were typed."""

    known: dict[str, KnownWord]
    corrections: dict[str, str]
    halves: dict[str, tuple[str, str]]
    unknown: tuple[str, ...]
    completed: str
    named: dict[tuple[str, ...], dict[int, thesaurus.Named]] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: Sequence[Token]) -> Reader:
        completed = asked[-1].text if asked and asked[-1].may_be_unfinished else ""
        known = look_up(_looked_up(asked), completed) if asked else {}
        lacking = [token.text for token in asked if token.is_plain and lacks(token.text, known[token.text])]
        alone = sum(token.is_plain for token in asked) == 1
        halves, corrections = find_repairs(lacking, LEAST_LIKENESS if alone else LEAST_AMONG_OTHERS)
        unknown = tuple(word for word in dict.fromkeys(lacking) if word not in halves)
        others = [*corrections.values(), *chain.from_iterable(halves.values())]
        return cls(known | (look_up(others) if others else {}), corrections, halves, unknown, completed)

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.family for word in self.known.values() if word.family))

    @property
    def stems(self) -> tuple[str, ...]:
        every = (chain(word.lexemes, word.endings) for word in self.known.values())
        return tuple(dict.fromkeys(chain.from_iterable(every)))

    def requirements(self, group: Sequence[Token]) -> list[str]:
        """The queries of the phrases and of the excluded words."""
        found = []
        for token in group:
            query = "" if token.is_word else self._required(token)
            if query:
                found.append(f"!({query})" if token.is_excluded else query)
        return found

    def _required(self, token: Token) -> str:
        """The query of a phrase; of a word that is excluded, in every form of its family."""
        known = self.known[token.text]
        is_one_word = not token.is_phrase and len(known.stems) == 1
        return any_of(map(quote, known.lexemes)) if is_one_word else known.phrase

    def _says_something(self, token: Token) -> bool:
        return token.is_plain and not self.known[token.text].is_stop_word

    def _right(self, token: Token) -> str:
        """A word as it is read: corrected, or as it was typed."""
        return self.corrections.get(token.text, token.text)

    def words(self, group: Sequence[Token]) -> list[Token]:
        """The words of a group, those that say nothing included: a name of the thesaurus may have some."""
        return [token for token in group if token.is_word]

    def notions(self, group: Sequence[Token]) -> list[str]:
        """What the thesaurus calls the words of a group, unless they are just that."""
        typed = {token.text.casefold() for token in group}
        labels = chain.from_iterable(concept.labels for concept in self.concepts(group).values())
        return [label for label in labels if label.casefold() not in typed]

    def concepts(self, group: Sequence[Token]) -> dict[int, thesaurus.Named]:
        key = tuple(self._right(token) for token in self.words(group))
        if key not in self.named:
            self.named[key] = thesaurus.find(key)
        return self.named[key]

    def terms(self, group: Sequence[Token]) -> list[Term]:
        """The terms of the plain words, in their order, each with the names of the thesaurus around it."""
        said = [(place, one) for place, one in enumerate(self.words(group)) if self._says_something(one)]
        plain = [token for _place, token in said]
        same, broader = _names(self.concepts(group))
        return [
            Term(
                token.text,
                self._exact(plain, turn),
                any_of([self._near(token), *same.get(place, [])]),
                any_of(broader.get(place, [])),
                is_named=place in same,
            )
            for turn, (place, token) in enumerate(said)
        ]

    def _exact(self, plain: Sequence[Token], place: int) -> str:
        """The query of a word as it was typed: halves, joined to a neighbour, or to be completed."""
        token = plain[place]
        text = self._right(token)
        if token.text in self.halves:
            return self._apart(self.halves[token.text])
        pairs = (self.known.get(pair, KnownWord()) for pair in _pairs_around(plain, place))
        others = list(chain.from_iterable(pair.relatives for pair in pairs))
        if text.casefold() in SAINTS:
            others.append(SAINTS[text.casefold()])
        if text == self.completed:
            others += self.known[text].endings
        return any_of([self._word(text), *map(quote, others)])

    def _word(self, text: str) -> str:
        if COMPOUND.fullmatch(text):
            return any_of([self._apart(parts_of(text)), *map(quote, self.known[text].relatives)])
        return all_of(map(quote, self.known[text].stems))

    def _near(self, token: Token) -> str:
        """The family of a word."""
        text = self._right(token)
        return "" if token.text in self.halves else any_of(map(quote, self.known[text].relatives))

    def _apart(self, parts: Sequence[str]) -> str:
        """The query of words that follow each other, each in any form of its family."""
        words = [self.known.get(part) for part in parts]
        if all(word is not None and len(word.stems) == 1 for word in words):
            forms = [word.lexemes for word in words if word is not None]
            either = ([*stems, *(SAINTS[stem] for stem in stems if stem in SAINTS)] for stems in forms)
            return " <-> ".join(f"({any_of(map(quote, stems))})" for stems in either)
        whole = self.known.get("-".join(parts))
        return whole.phrase if whole is not None else ""


def _names(
    concepts: Mapping[int, thesaurus.Named],
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """What the thesaurus calls the same or narrower, and broader, for each word of a name, by its place."""
    same: dict[int, list[str]] = defaultdict(list)
    broader: dict[int, list[str]] = defaultdict(list)
    for start, concept in concepts.items():
        for place in range(start, start + concept.length):
            same[place] += [*concept.same, *concept.narrower]
            broader[place] += concept.broader
    return same, broader


def _looked_up(asked: Sequence[Token]) -> list[str]:
    """The words to look up: those typed, the parts of compounds, and neighbours joined."""
    texts = [token.text for token in asked]
    parts = chain.from_iterable(parts_of(text) for text in texts if COMPOUND.fullmatch(text))
    pairs = chain.from_iterable(_pairs_around(asked, place) for place in range(len(asked)))
    return list(dict.fromkeys(chain(texts, parts, pairs)))


def _pairs_around(plain: Sequence[Token], place: int) -> list[str]:
    """A word joined to the one before it, and to the one after it: « éco quartier » → « écoquartier »."""
    around = plain[max(place - 1, 0) : place + 2]
    return [
        one.text + other.text
        for one, other in pairwise(around)
        if one.may_be_unfinished and other.may_be_unfinished
    ]
