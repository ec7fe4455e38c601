"""Two texts told as one: the words that stay, those that go, those that come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

SAME, GONE, COME = "pareil", "retire", "ajoute"
TOKENS = re.compile(r"\s+|\w+(?:[’'-]\w+)*|[^\w\s]")
SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+")
MANY = 1500
"""Words beyond which sentences are compared, then whole texts: the time grows with their square."""
ALIKE = 0.4
"""Below, two texts have so little in common that one replaces the other."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text and what became of it."""

    how: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """The pieces of both texts, in the order of reading; those that go before those that come."""
    if before == after:
        return [Piece(SAME, after)] if after else []
    one, other = _parts(before, after)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if not before or not after or matcher.ratio() < ALIKE:
        return [Piece(how, text) for how, text in ((GONE, before), (COME, after)) if text]
    told: list[Piece] = []
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            told.append(Piece(SAME, "".join(one[start:end])))
            continue
        told += [Piece(GONE, "".join(one[start:end])), Piece(COME, "".join(other[first:last]))]
    return _joined([piece for piece in told if piece.text])


def _parts(before: str, after: str) -> tuple[list[str], list[str]]:
    words = TOKENS.findall(before), TOKENS.findall(after)
    if max(map(len, words)) <= MANY:
        return words
    sentences = SENTENCES.findall(before), SENTENCES.findall(after)
    return sentences if max(map(len, sentences)) <= MANY else ([before], [after])


def _joined(told: list[Piece]) -> list[Piece]:
    """Changes with nothing but a space between them told at once: « deux mots » rather than two times one."""
    runs: list[Piece] = []
    for changed, group in groupby(_bridged(told), key=lambda piece: piece.how != SAME):
        some = list(group)
        if not changed:
            runs.append(Piece(SAME, "".join(piece.text for piece in some)))
            continue
        for how in (GONE, COME):
            text = "".join(piece.text for piece in some if piece.how == how)
            if text:
                runs.append(Piece(how, text))
    return runs


def _bridged(told: list[Piece]) -> list[Piece]:
    bridged: list[Piece] = []
    for place, piece in enumerate(told):
        alone = piece.how == SAME and piece.text.isspace() and 0 < place < len(told) - 1
        bridged += [Piece(GONE, piece.text), Piece(COME, piece.text)] if alone else [piece]
    return bridged
