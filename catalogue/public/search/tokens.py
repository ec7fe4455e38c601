"""Tokens: the words, phrases and exclusions of what a visitor types."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
EDGES = "«»“”()[]{},;:.!?…'’*/"
LETTERS = re.compile(r"[^\W\d_]+")
COMPOUND = re.compile(r"[^\W_]+(?:[-‑–][^\W_]+)+")
INDICES = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
SILENT = {
    "à", "a", "y", "les", "leurs", "même", "mêmes", "ça", "cela", "ceci", "celui", "celle", "ceux",
    "comment", "pourquoi", "combien", "quand", "quel", "quelle", "quels", "quelles", "où", "dont", "si",
    "être", "est-ce", "il", "ils", "elle", "elles", "on", "nous", "vous", "peut", "peut-on", "peuvent",
    "faut", "faut-il", "faire", "fait", "tient", "vient", "viennent", "plus", "moins", "trop", "très",
    "bien", "aussi", "sans", "sous", "chez", "vers", "entre", "comme", "tout", "tous", "toute",
    "toutes", "afin", "lors", "contre", "selon", "savoir", "trouver", "chercher", "cherche", "vouloir",
    "veut", "voudrais", "existe", "existe-t-il",
}  # fmt: skip
"""Words that build a question and say nothing of its subject; the stop words of PostgreSQL are not all."""
MAX_TOKENS = 30
SHORTEST_COMPLETED = 3


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
    def may_be_unfinished(self) -> bool:
        """True for a word that can be the beginning of a longer one."""
        return self.is_plain and len(self.text) >= SHORTEST_COMPLETED and bool(LETTERS.fullmatch(self.text))


def split_tokens(words: str) -> list[list[Token]]:
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


def parts_of(text: str) -> list[str]:
    return re.split("[-‑–]", text)
