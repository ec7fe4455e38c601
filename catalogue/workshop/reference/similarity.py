"""Lines of a list that may be the same as another one: names that are similar, or one SIREN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, FloatField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from catalogue.models import Organisation
from catalogue.workshop.folding import folded
from catalogue.workshop.reference.lists import ReferenceList

MIN_SIMILARITY = 0.7
"""Trigram similarity of the names (accents and capitals aside) from which two lines may be one."""
MAX_LINES = 5


@dataclass(frozen=True)
class SimilarLine:
    line: Any
    reasons: tuple[str, ...]


def find_similar_lines(ref: ReferenceList, line: Any) -> list[SimilarLine]:
    """Return the offered lines that may be the same, the surest first; at most MAX_LINES.

    Two SIREN that differ are two legal persons, whatever their names.
    """
    is_similar = Q(nearness__gte=MIN_SIMILARITY)
    if siren := _get_siren(ref, line):
        is_similar = (is_similar & Q(siren="")) | Q(siren=siren)
    found = order_by_similarity(ref, line).filter(is_similar)[:MAX_LINES]
    return [SimilarLine(one, _list_reasons(one)) for one in found]


def order_by_similarity(ref: ReferenceList, line: Any) -> QuerySet[Any]:
    """Return the other offered lines: one legal person first, then by similarity of their names.

    ``nearness`` is the similarity of the names, between 0 and 1; the list is read whole, which takes some
    milliseconds for ten thousand lines.
    """
    rows = ref.rows.filter(is_active=True).exclude(pk=line.pk)
    same: Any = Value(0.0, output_field=FloatField())
    if siren := _get_siren(ref, line):
        same = Case(When(siren=siren, then=Value(1.0)), default=same)
    own: Any = folded(Value(ref.label_of(line)))
    near = TrigramSimilarity(folded(ref.label), own)
    found: QuerySet[Any] = rows.annotate(is_same=same, nearness=near)
    return found.order_by("-is_same", "-nearness", ref.label, "pk")


def _get_siren(ref: ReferenceList, line: Any) -> str:
    return str(line.siren) if ref.model is Organisation else ""


def _list_reasons(one: Any) -> tuple[str, ...]:
    reasons = [_("même SIREN")] if one.is_same else []
    if one.nearness >= 1:
        reasons.append(_("même nom"))
    elif one.nearness >= MIN_SIMILARITY:
        reasons.append(_("noms proches à %(share)d %%") % {"share": round(100 * one.nearness)})
    return tuple(reasons)
