"""The score of a pair in words: « titres presque identiques : +38 », « à 120 m : +25 »."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from catalogue.records.wording import distance_words

SAME_SPOT_M = 10
NEARLY_SAME = 80
"""Similarity of two titles, in hundredths, from which they are nearly the same."""


def describe_factors(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return each factor with its sentence and its points, the title first."""
    return [
        {"text": describe_factor(code, detail), "points": points, "sign": f"{points:+d}".replace("-", "−")}
        for code, points, detail in rows
    ]


def describe_factor(code: str, detail: Any) -> str:
    if code == "alike_title":
        label = _("titres presque identiques") if detail >= NEARLY_SAME else _("titres proches")
        return _("%(label)s (%(n)d %%)") % {"label": label, "n": detail}
    if code == "meaning":
        return _("même sujet, dit autrement (%(n)d %%)") % {"n": detail}
    if code in ("place", "far"):
        if detail <= SAME_SPOT_M:
            return _("au même endroit")
        return _("%(distance)s l’une de l’autre") % {"distance": distance_words(detail)}
    if code == "organisation":
        if not detail:
            return _("même organisation")
        return _("même organisation : %(name)s") % {"name": detail}
    if code == "external_id":
        return _("même identifiant dans deux sources : %(id)s") % {"id": detail}
    if code == "year":
        return _("même année de début : %(year)s") % {"year": detail}
    return {
        "same_title": _("même titre, aux accents et à la casse près"),
        "commune": _("même territoire, dont l’une sans lieu plus précis"),
        "territory": _("même territoire"),
        "solution": _("même solution"),
        "other_solution": _("solutions différentes"),
        "other_id": _("deux identifiants de la même source"),
    }.get(code, code)
