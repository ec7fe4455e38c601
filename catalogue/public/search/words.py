"""Words: what a visitor types becomes terms, each a query of the French full text, and what was changed is kept.

Called by ``RecordSearch`` for every surface that takes ``q``. The syntax is that of search engines:
``"mots exacts"``, ``-exclu``, ``OU``. The last word may be unfinished, a misspelt one is corrected, words of one
family meet, compounds are found joined, hyphenated or apart: all of it but in quotes, by the words of the
published records (``SearchWord``) and by the thesaurus of the curators.

Queries are written as text in the syntax of ``tsquery``, of lexemes: none is parsed again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from django.db import connection

from catalogue.models.querysets import TextQuery
from catalogue.public.search import thesaurus

TOKEN = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
EDGES = "«»“”()[]{},;:.!?…'’*/"
LETTERS = re.compile(r"[^\W\d_]+")
COMPOUND = re.compile(r"[^\W_]+(?:[-‑–][^\W_]+)+")
INDICES = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
SILENT = frozenset({
    "à", "a", "y", "les", "même", "mêmes", "ça", "cela", "ceci", "celui", "celle", "ceux",
    "comment", "pourquoi", "combien", "quand", "quel", "quelle", "quels", "quelles", "où", "dont", "si",
    "être", "est-ce", "il", "ils", "elle", "elles", "on", "nous", "vous", "peut", "peut-on", "faut", "faut-il",
    "faire", "fait", "plus", "moins", "trop", "très", "bien", "aussi", "sans", "sous", "chez", "vers", "entre",
    "comme", "tout", "tous", "toute", "toutes", "afin", "lors", "contre", "selon",
    "savoir", "trouver", "chercher", "cherche", "vouloir", "veut", "voudrais", "existe", "existe-t-il",
})  # fmt: skip
"""Words that build a question and say nothing of its subject; the stop words of PostgreSQL are not all."""
SAINTS = {"st": "saint", "ste": "saint", "saint": "st", "sainte": "ste"}
MAX_TOKENS = 30
SHORTEST_COMPLETED = 3
SHORTEST_CORRECTED = 4
SHORTEST_PART = 3
"""Letters of each half of a word that is read as two."""

# searchword_stem carries the look-up of each word, searchword_family that of its family, searchword_prefix
# that of the last one.
LOOK_UP = """
SELECT word, stems, phraseto_tsquery('francais', replace(word, '-', ' '))::text,
       EXISTS (SELECT FROM catalogue_searchword k WHERE k.stem = ANY (stems)),
       family, ARRAY(SELECT DISTINCT k.stem FROM catalogue_searchword k WHERE k.family = typed.family LIMIT 60),
       CASE WHEN word = %(last)s THEN ARRAY(
           SELECT DISTINCT k.stem FROM catalogue_searchword k
           WHERE k.key LIKE lower(f_unaccent(%(last)s)) || '%%' LIMIT 60
       ) ELSE '{}' END
FROM (
    SELECT word, tsvector_to_array(to_tsvector('francais', word)) AS stems, catalogue_word_family(word) AS family
    FROM unnest(%(words)s::text[]) AS word
) typed
"""

# For words that the catalogue does not have: the two known words that one is made of, the longest first half, by
# searchword_prefix; and the known word that it looks like, by searchword_trigram. A name of the thesaurus is no
# mistake; its table is a thousand rows.
REPAIRS = """
SELECT typed.word, halves.halves, near.word
FROM unnest(%(words)s::text[]) AS typed (word)
LEFT JOIN LATERAL (
    SELECT ARRAY[left(typed.word, cut), substr(typed.word, cut + 1)] AS halves
    FROM generate_series(%(shortest)s, length(typed.word) - %(shortest)s) AS cut
    WHERE EXISTS (SELECT FROM catalogue_searchword k WHERE k.key = lower(f_unaccent(left(typed.word, cut))))
      AND EXISTS (SELECT FROM catalogue_searchword k WHERE k.key = lower(f_unaccent(substr(typed.word, cut + 1))))
    ORDER BY cut DESC LIMIT 1
) halves ON true
LEFT JOIN LATERAL (
    SELECT k.word, similarity(k.key, lower(f_unaccent(typed.word))) AS likeness
    FROM catalogue_searchword k WHERE k.key %% lower(f_unaccent(typed.word))
    ORDER BY likeness DESC, length(k.word), k.word LIMIT 1
) near ON near.likeness >= %(least)s AND NOT EXISTS (
    SELECT FROM catalogue_conceptname n
    WHERE strpos(n.phrase, quote_literal((tsvector_to_array(to_tsvector('francais', typed.word)))[1])) > 0
)
"""
LEAST_LIKENESS = 0.4
LEAST_AMONG_OTHERS = 0.6
"""The same for a word among others: most words that the catalogue does not have are no mistakes."""


@dataclass(frozen=True)
class Token:
    """One word or one phrase in quotes, wanted or excluded."""

    text: str
    is_phrase: bool = False
    is_excluded: bool = False

    @property
    def is_word(self) -> bool:
        return not self.is_phrase and not self.is_excluded

    @property
    def is_plain(self) -> bool:
        """True for a word that says something of the subject."""
        return self.is_word and self.text.casefold() not in SILENT

    @property
    def is_compound(self) -> bool:
        return COMPOUND.fullmatch(self.text) is not None

    @property
    def may_be_unfinished(self) -> bool:
        """True for a word that can be the beginning of a longer one."""
        return self.is_plain and len(self.text) >= SHORTEST_COMPLETED and bool(LETTERS.fullmatch(self.text))


@dataclass(frozen=True)
class KnownWord:
    """What the catalogue knows of a word typed; ``endings`` are the stems that it begins."""

    stems: tuple[str, ...] = ()
    phrase: str = ""
    is_known: bool = False
    family: str = ""
    relatives: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()

    @property
    def is_stop_word(self) -> bool:
        return not self.stems

    @property
    def lexemes(self) -> list[str]:
        """The stems of its family; its own when the catalogue has none."""
        return list(dict.fromkeys([*self.stems, *self.relatives]))


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

    @property
    def query(self) -> str:
        return any_of([self.exact, self.near])


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
    """The stems that the words were taken for; a new word of a family, or one that ends the last word, adds one."""
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
        wanted = [any_of([term.query, term.broad]) for term in self.terms]
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


def quote(lexeme: str) -> str:
    """The lexeme as the text of a ``tsquery``."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def any_of(queries: Iterable[str]) -> str:
    return _joined(" | ", queries)


def all_of(queries: Iterable[str]) -> str:
    return _joined(" & ", queries)


def _joined(operator: str, queries: Iterable[str]) -> str:
    """The queries but the empty ones, each once."""
    parts = list(dict.fromkeys(query for query in queries if query))
    return parts[0] if len(parts) == 1 else operator.join(f"({part})" for part in parts)


def tokens(words: str) -> list[list[Token]]:
    """The tokens of the words, as alternatives (``OU``) of tokens that are wanted together."""
    groups: list[list[Token]] = [[]]
    for found in list(TOKEN.finditer(words.translate(INDICES)))[:MAX_TOKENS]:
        excluded = bool(found["no"])
        if found["phrase"] is not None:
            groups[-1].append(Token(found["phrase"], is_phrase=True, is_excluded=excluded))
        elif found["word"] in {"OU", "OR"} and not excluded:
            groups.append([])
        else:
            groups[-1] += _plain(found["word"], excluded)
    return [group for group in groups if group]


def _plain(text: str, excluded: bool) -> list[Token]:
    """The token of a word; none for punctuation."""
    word = ELISION.sub("", text.strip(EDGES))
    return [Token(word, is_excluded=excluded)] if word else []


def read(typed: str) -> Words:
    """Read what the words ask for; a few queries, each on small tables by their indexes."""
    groups = tokens(typed)
    asked = list(chain.from_iterable(groups))
    reader = Reader.of(asked)
    wanted = [reader.terms(group) for group in groups]
    required = [reader.requirements(group) for group in groups]
    plain = [token for token in asked if token.is_plain]
    words_alone = all(token.is_word for token in asked)
    nothing = bool(typed) and words_alone and all(reader.is_silent(token) for token in plain)
    together = len(groups) < 2
    sides = [all_of([*(term.query for term in terms), *rest]) for terms, rest in zip(wanted, required, strict=True)]
    return Words(
        typed,
        terms=tuple(chain.from_iterable(wanted)),
        required=tuple(required[0]) if groups and together else (),
        alternatives=() if together else tuple(sides),
        corrections=reader.corrections,
        says_nothing=nothing,
        unknown=reader.unknown,
        completed=reader.completed,
        families=reader.families,
        stems=reader.stems,
        notions=tuple(dict.fromkeys(chain.from_iterable(reader.notions(group) for group in groups))),
    )


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
        lacking = [token.text for token in asked if token.is_plain and _lacks(token.text, known[token.text])]
        alone = sum(token.is_plain for token in asked) == 1
        halves, corrections = _repairs(lacking, LEAST_LIKENESS if alone else LEAST_AMONG_OTHERS)
        unknown = tuple(word for word in dict.fromkeys(lacking) if word not in halves)
        others = [*corrections.values(), *chain.from_iterable(halves.values())]
        return cls(known | (look_up(others) if others else {}), corrections, halves, unknown, completed)

    def is_silent(self, token: Token) -> bool:
        return self.known[token.text].is_stop_word

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
            query = "" if token.is_word else self.known[token.text].phrase
            if query:
                found.append(f"!({query})" if token.is_excluded else query)
        return found

    def plain(self, group: Sequence[Token]) -> list[Token]:
        return [token for token in group if self._says_something(token)]

    def _says_something(self, token: Token) -> bool:
        return token.is_plain and not self.is_silent(token)

    def words(self, group: Sequence[Token]) -> list[Token]:
        """The words of a group, those that say nothing included: a name of the thesaurus may have some."""
        return [token for token in group if token.is_word]

    def notions(self, group: Sequence[Token]) -> list[str]:
        """What the thesaurus calls the words of a group, unless they are just that."""
        typed = {token.text.casefold() for token in group}
        labels = chain.from_iterable(concept.labels for concept in self.concepts(group).values())
        return [label for label in labels if label.casefold() not in typed]

    def concepts(self, group: Sequence[Token]) -> dict[int, thesaurus.Named]:
        key = tuple(self.corrections.get(token.text, token.text) for token in self.words(group))
        if key not in self.named:
            self.named[key] = thesaurus.find(key)
        return self.named[key]

    def terms(self, group: Sequence[Token]) -> list[Term]:
        """The terms of the plain words, in their order; a name of the thesaurus stands for each of its words."""
        plain = self.plain(group)
        same, broader = _names(self.concepts(group))
        places = [place for place, token in enumerate(self.words(group)) if self._says_something(token)]
        return [
            Term(
                token.text,
                self._exact(plain, turn),
                any_of([self._near(token), *same[place]]),
                any_of(broader[place]),
            )
            for turn, (place, token) in enumerate(zip(places, plain, strict=True))
        ]

    def _exact(self, plain: Sequence[Token], place: int) -> str:
        """The query of a word as it was typed: halves, joined to a neighbour, or to be completed."""
        token = plain[place]
        text = self.corrections.get(token.text, token.text)
        joined = [self.known.get(pair) for pair in _pairs_around(plain, place)]
        others = [quote(stem) for word in joined if word is not None for stem in word.relatives]
        others += [quote(SAINTS[word]) for word in [text.casefold()] if word in SAINTS]
        others += [quote(stem) for stem in (self.known[text].endings if text == self.completed else ())]
        if token.text in self.halves:
            return self._apart(self.halves[token.text])
        return any_of([self._word(text), *others])

    def _word(self, text: str) -> str:
        if COMPOUND.fullmatch(text):
            return any_of([self._apart(_parts(text)), *map(quote, self.known[text].relatives)])
        return all_of(map(quote, self.known[text].stems))

    def _near(self, token: Token) -> str:
        """The family of a word."""
        text = self.corrections.get(token.text, token.text)
        return "" if token.text in self.halves else any_of(map(quote, self.known[text].relatives))

    def _apart(self, parts: Sequence[str]) -> str:
        """The query of words that follow each other, each in any form of its family."""
        words = [self.known.get(part) for part in parts]
        if all(word is not None and len(word.stems) == 1 for word in words):
            return " <-> ".join(f"({any_of(map(quote, word.lexemes))})" for word in words if word is not None)
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


def _parts(text: str) -> list[str]:
    return re.split("[-‑–]", text)


def _looked_up(asked: Sequence[Token]) -> list[str]:
    """The words to look up: those typed, the parts of compounds, and neighbours joined."""
    texts = [token.text for token in asked]
    parts = [_parts(token.text) for token in asked if token.is_plain and token.is_compound]
    pairs = [pair for place in range(len(asked)) for pair in _pairs_around(asked, place)]
    return list(dict.fromkeys(chain(texts, chain.from_iterable(parts), pairs)))


def _pairs_around(plain: Sequence[Token], place: int) -> list[str]:
    """A word joined to the one before it, and to the one after it: « éco quartier » → « écoquartier »."""
    around = plain[max(place - 1, 0) : place + 2]
    return [
        one.text + other.text
        for one, other in pairwise(around)
        if one.may_be_unfinished and other.may_be_unfinished
    ]


def _lacks(text: str, word: KnownWord) -> bool:
    """True for a word of letters, long enough, that the catalogue does not have."""
    if word.is_stop_word or word.is_known or word.relatives or word.endings or text.casefold() in SAINTS:
        return False
    return len(text) >= SHORTEST_CORRECTED and LETTERS.fullmatch(text) is not None


def look_up(words: Sequence[str], last: str = "") -> dict[str, KnownWord]:
    """Look each word up, inflections and family included, and what the last one may begin."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, {"words": list(words), "last": last})
        return {
            word: KnownWord(tuple(stems), phrase, is_known, family, tuple(relatives), tuple(endings))
            for word, stems, phrase, is_known, family, relatives, endings in cursor.fetchall()
        }


def _repairs(words: Sequence[str], least: float) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return the known halves of the words that are two, and the known word that each other looks like most."""
    halves: dict[str, tuple[str, str]] = {}
    corrections: dict[str, str] = {}
    if not words:
        return halves, corrections
    with connection.cursor() as cursor:
        cursor.execute(REPAIRS, {"words": list(words), "least": least, "shortest": SHORTEST_PART})
        for word, both, near in cursor.fetchall():
            if both is not None:
                halves[word] = (both[0], both[1])
            elif near is not None:
                corrections[word] = near
    return halves, corrections
