"""Words: what a visitor types becomes a query of the French full text, and its corrections are reported.

Called by ``filters`` for every surface that takes ``q``. The syntax is that of search engines:
``"mots exacts"``, ``-exclu``, ``OU``. The last word may be unfinished, a misspelt one is corrected
unless it is in quotes; both rely on the words of the published records (``SearchWord``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery
from django.db import connection

from catalogue.models.querysets import TextQuery

TOKEN = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
ELISION = re.compile(r"^(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
LETTERS = re.compile(r"[^\W\d_]+")
SILENT = {"à", "a", "y", "même", "mêmes"}
"""Stop words that lose their accent before the stemmer could drop them."""
MAX_TOKENS = 30
SHORTEST_COMPLETED = 3
SHORTEST_CORRECTED = 4

# searchword_stem carries the look-up of each word, searchword_prefix that of the last one.
LOOK_UP = """
SELECT word, cardinality(stems) = 0,
       EXISTS (SELECT FROM catalogue_searchword k WHERE k.stem = ANY (stems)),
       CASE WHEN word = %(last)s THEN ARRAY(
           SELECT DISTINCT k.stem FROM catalogue_searchword k
           WHERE k.key LIKE lower(f_unaccent(%(last)s)) || '%%' LIMIT 60
       ) END
FROM (
    SELECT word, tsvector_to_array(to_tsvector('francais', word)) AS stems
    FROM unnest(%(words)s::text[]) AS word
) typed
"""

# searchword_trigram carries the similarity.
NEAREST = """
SELECT typed.word, near.word
FROM unnest(%s::text[]) AS typed (word)
CROSS JOIN LATERAL (
    SELECT k.word, similarity(k.key, lower(f_unaccent(typed.word))) AS likeness
    FROM catalogue_searchword k WHERE k.key %% lower(f_unaccent(typed.word))
    ORDER BY likeness DESC, length(k.word), k.word LIMIT 1
) near
WHERE near.likeness >= 0.4
"""


@dataclass(frozen=True)
class Token:
    """One word or one phrase in quotes, wanted or excluded."""

    text: str
    is_phrase: bool = False
    is_excluded: bool = False

    @property
    def is_plain(self) -> bool:
        return not self.is_phrase and not self.is_excluded

    @property
    def may_be_unfinished(self) -> bool:
        """True for a word that can be the beginning of a longer one."""
        return self.is_plain and len(self.text) >= SHORTEST_COMPLETED and bool(LETTERS.fullmatch(self.text))


@dataclass(frozen=True)
class KnownWord:
    """What the catalogue knows of a word typed; ``endings`` are the stems that it begins."""

    is_stop_word: bool
    is_known: bool
    endings: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What was typed, the query that it became, and what the page reports about it."""

    typed: str
    query: TextQuery
    corrections: dict[str, str] = field(default_factory=dict)
    says_nothing: bool = False
    unknown: tuple[str, ...] = ()
    """Words that no published record contains, corrected or not."""
    completed: str = ""
    """The last word, when it may be unfinished, and in ``endings`` the stems that it was taken to begin."""
    endings: tuple[str, ...] = ()

    @property
    def corrected(self) -> str:
        text = self.typed
        for wrong, right in self.corrections.items():
            text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, text)
        return text


def tokens(words: str) -> list[list[Token]]:
    """The tokens of the words, as alternatives (``OU``) of tokens that all must be found."""
    groups: list[list[Token]] = [[]]
    for found in list(TOKEN.finditer(words))[:MAX_TOKENS]:
        excluded = bool(found["no"])
        if found["phrase"] is not None:
            groups[-1].append(Token(found["phrase"], is_phrase=True, is_excluded=excluded))
        elif found["word"] in {"OU", "OR"} and not excluded:
            groups.append([])
        else:
            word = ELISION.sub("", found["word"])
            if word.casefold() not in SILENT:
                groups[-1].append(Token(word, is_excluded=excluded))
    return [group for group in groups if group]


def read(typed: str) -> Words:
    """Read what the words ask for; two queries at most, each on the small table of known words."""
    groups = tokens(typed)
    asked = list(chain.from_iterable(groups))
    plain = [token.text for token in asked if token.is_plain]
    completed = asked[-1].text if asked and asked[-1].may_be_unfinished else ""
    known = _look_up(plain, completed) if plain else {}
    unknown = tuple(word for word, entry in known.items() if _can_be_corrected(word, entry))
    corrections = _nearest(unknown) if unknown else {}
    endings = known[completed].endings if completed else ()
    stop_words_alone = len(plain) == len(asked) and all(known[word].is_stop_word for word in plain)
    return Words(
        typed,
        _any(groups, corrections, endings),
        corrections,
        says_nothing=bool(typed) and stop_words_alone,
        unknown=unknown,
        completed=completed,
        endings=endings,
    )


def _can_be_corrected(word: str, entry: KnownWord) -> bool:
    """True for a word of letters, long enough, that the catalogue does not have."""
    if entry.is_stop_word or entry.is_known or entry.endings:
        return False
    return len(word) >= SHORTEST_CORRECTED and LETTERS.fullmatch(word) is not None


def _any(groups: list[list[Token]], corrections: dict[str, str], endings: Sequence[str]) -> TextQuery:
    """The query that one group at least answers; ``endings`` are the stems of the very last word."""
    if not groups:
        return SearchQuery("", config="francais")
    queries = [_all(group, corrections, []) for group in groups[:-1]]
    return reduce(or_, [*queries, _all(groups[-1], corrections, endings)])


def _all(group: list[Token], corrections: dict[str, str], endings: Sequence[str]) -> TextQuery:
    """The query that every token of the group answers; ``endings`` are the stems of the last word."""
    queries = [_query(token, corrections) for token in group]
    if endings and group[-1].may_be_unfinished:
        stems = " | ".join("'" + stem.replace("'", "''") + "'" for stem in endings)
        queries[-1] = queries[-1] | SearchQuery(stems, config="simple", search_type="raw")
    return reduce(and_, queries)


def _query(token: Token, corrections: dict[str, str]) -> TextQuery:
    text = corrections.get(token.text, token.text)
    written = SearchQuery(text, config="francais", search_type="phrase" if token.is_phrase else "plain")
    if token.is_phrase or "-" not in text:
        return ~written if token.is_excluded else written
    joined = SearchQuery(text.replace("-", ""), config="francais")
    return ~written & ~joined if token.is_excluded else written | joined


def _look_up(words: list[str], last: str) -> dict[str, KnownWord]:
    """Look each word up, inflections included, and what the last one may begin."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, {"words": words, "last": last})
        return {
            word: KnownWord(is_stop_word, is_known, tuple(endings or ()))
            for word, is_stop_word, is_known, endings in cursor.fetchall()
        }


def _nearest(words: Sequence[str]) -> dict[str, str]:
    """Return the known word that each looks like most; none for a word that looks like nothing."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [list(words)])
        return dict(cursor.fetchall())
