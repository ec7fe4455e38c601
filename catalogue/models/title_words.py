"""The words of a title that is looked for while it is typed, as conditions on the titles of the records.

A word is met at its beginning, never inside another: « eau » is in « Eaux pluviales », not in « réseau ».
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from django.db import models

from geo.names import LINKS

TRIGRAM = 3
"""Letters from which a word can be looked for in an index of trigrams."""
MOST_WORDS = 6
SHORTEST_INFLECTED = 4
BETWEEN = "[^[:alnum:]]*"
END = "(?![[:alnum:]])"
RAISED = str.maketrans({
    "0": "[0₀⁰]", "1": "[1₁¹]", "2": "[2₂²]", "3": "[3₃³]", "4": "[4₄⁴]",
    "5": "[5₅⁵]", "6": "[6₆⁶]", "7": "[7₇⁷]", "8": "[8₈⁸]", "9": "[9₉⁹]",
})  # fmt: skip
"""Figures as a title may write them: CO₂, m²."""


@dataclass(frozen=True)
class TitleWords:
    """What is looked for: each word without accents and the mark of its plural; no article, no letter."""

    stems: tuple[str, ...]

    @classmethod
    def read(cls, typed: str) -> Self:
        words = re.findall(r"[^\W_]+", _without_accents(typed))
        wanted = [word for word in words if len(word) > 1 and word not in LINKS]
        return cls(tuple(dict.fromkeys(map(_stem, wanted)))[:MOST_WORDS])

    def begin(self, field: str) -> models.Q:
        """Each word begins a word of the field, or all of them joined do (« éco quartier »)."""
        return self._condition(field, "")

    def are_whole(self, field: str) -> models.Q:
        """The same, with whole words, in the singular or in the plural."""
        return self._condition(field, f"[sx]?{END}")

    def _condition(self, field: str, end: str) -> models.Q:
        stems = [stem.translate(RAISED) for stem in self.stems]
        every = models.Q(*[(f"{field}__regex", rf"\m{stem}{end}") for stem in stems])
        if len(stems) == 1:
            return every
        return every | models.Q(**{f"{field}__regex": rf"\m{BETWEEN.join(stems)}{end}"})


def _without_accents(text: str) -> str:
    """The text as ``f_unaccent(lower(…))`` writes it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _stem(word: str) -> str:
    return word[:-1] if len(word) >= SHORTEST_INFLECTED and word[-1] in "sx" else word
