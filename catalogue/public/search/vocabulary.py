"""What the catalogue knows of words: their stems, their family, what they begin, and what repairs a misspelt
one.

Called by ``words``; the words of the published records are kept by the database (``SearchWord``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from catalogue.public.search.tokens import LETTERS

SHORTEST_CORRECTED = 4
SHORTEST_PART = 3
"""Letters of each half of a word that is read as two."""

# searchword_stem carries the look-up of each word, searchword_family that of its family, searchword_prefix
# that of the last one.
LOOK_UP = """
SELECT word, stems, phraseto_tsquery('francais', replace(word, '-', ' '))::text,
       EXISTS (SELECT FROM catalogue_searchword k WHERE k.stem = ANY (stems)),
       family,
       ARRAY(SELECT DISTINCT k.stem FROM catalogue_searchword k WHERE k.family = typed.family LIMIT 60),
       CASE WHEN word = %(last)s THEN ARRAY(
           SELECT DISTINCT k.stem FROM catalogue_searchword k
           WHERE k.key LIKE lower(f_unaccent(%(last)s)) || '%%' LIMIT 60
       ) ELSE '{}' END
FROM (
    SELECT word, tsvector_to_array(to_tsvector('francais', word)) AS stems,
           catalogue_word_family(word) AS family
    FROM unnest(%(words)s::text[]) AS word
) typed
"""

# For words that the catalogue does not have: the two known words that one is made of, the longest first half,
# by searchword_prefix; and the known word that it looks like, by searchword_trigram. A name of the thesaurus
# is no mistake; its table is a thousand rows.
REPAIRS = """
SELECT typed.word, halves.halves, near.word
FROM unnest(%(words)s::text[]) AS typed (word)
LEFT JOIN LATERAL (
    SELECT ARRAY[left(typed.word, cut), substr(typed.word, cut + 1)] AS halves
    FROM generate_series(%(shortest)s, length(typed.word) - %(shortest)s) AS cut
    WHERE EXISTS (SELECT FROM catalogue_searchword k
                  WHERE k.key = lower(f_unaccent(left(typed.word, cut))))
      AND EXISTS (SELECT FROM catalogue_searchword k
                  WHERE k.key = lower(f_unaccent(substr(typed.word, cut + 1))))
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


def lacks(text: str, word: KnownWord) -> bool:
    """True for a word of letters, long enough, that the catalogue does not have."""
    if word.is_stop_word or word.is_known or word.relatives or word.endings:
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


def find_repairs(words: Sequence[str], least: float) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return the known halves of the words that are two, and what each other word looks like most."""
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
