"""The words that stay, those removed and those added between two texts, as one text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

SAME, GONE, COME = "pareil", "retire", "ajoute"
TOKENS = re.compile(r"\s+|\w+(?:[’'-]\w+)*|[^\w\s]")
SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+")
MAX_PARTS = 1500
"""Words beyond which sentences are compared, then whole texts: the time grows with their square."""
MIN_SIMILARITY = 0.4
"""Below, two texts have so little in common that one replaces the other."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text: the same, removed, or added."""

    how: str
    text: str


def diff_words(before: str, after: str) -> list[Piece]:
    """Return the pieces of both texts, in the order of reading; removals before additions."""
    if before == after:
        return [Piece(SAME, after)] if after else []
    one, other = _split_parts(before, after)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if not before or not after or matcher.ratio() < MIN_SIMILARITY:
        return [Piece(how, text) for how, text in ((GONE, before), (COME, after)) if text]
    pieces: list[Piece] = []
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(SAME, "".join(one[start:end])))
        else:
            pieces += [Piece(GONE, "".join(one[start:end])), Piece(COME, "".join(other[first:last]))]
    return _join_changes([piece for piece in pieces if piece.text])


def _split_parts(before: str, after: str) -> tuple[list[str], list[str]]:
    words = TOKENS.findall(before), TOKENS.findall(after)
    if max(map(len, words)) <= MAX_PARTS:
        return words
    sentences = SENTENCES.findall(before), SENTENCES.findall(after)
    return sentences if max(map(len, sentences)) <= MAX_PARTS else ([before], [after])


def _join_changes(pieces: list[Piece]) -> list[Piece]:
    """Join changes with nothing but a space between them: « deux mots » rather than two times one."""
    runs: list[Piece] = []
    for is_change, group in groupby(_replace_isolated_spaces(pieces), key=lambda piece: piece.how != SAME):
        run = list(group)
        for how in (GONE, COME) if is_change else (SAME,):
            text = "".join(piece.text for piece in run if piece.how == how)
            if text:
                runs.append(Piece(how, text))
    return runs


def _replace_isolated_spaces(pieces: list[Piece]) -> list[Piece]:
    """Turn each space between two changes into a removal and an addition."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.how == SAME and piece.text.isspace() and 0 < place < len(pieces) - 1:
            found += [Piece(GONE, piece.text), Piece(COME, piece.text)]
        else:
            found.append(piece)
    return found
