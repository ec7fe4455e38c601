"""Lines of a list that may be the same as another one: names that are alike, or one SIREN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, FloatField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from catalogue.models import Organisation
from catalogue.workshop.folding import folded
from catalogue.workshop.reference.lists import ReferenceList

ALIKE = 0.7
"""Trigram similarity of the names (accents and capitals aside) from which two lines may be one."""
MOST = 5


@dataclass(frozen=True)
class Alike:
    """A line that may be the same, and why."""

    line: Any
    reasons: tuple[str, ...]


def alike(known: ReferenceList, line: Any) -> list[Alike]:
    """The offered lines that may be the same, the surest first; at most MOST.

    Two SIREN that differ are two legal persons, whatever their names.
    """
    found = Q(nearness__gte=ALIKE)
    if siren := _siren(known, line):
        found = (found & Q(siren="")) | Q(siren=siren)
    return [Alike(one, _reasons(one)) for one in nearest(known, line).filter(found)[:MOST]]


def nearest(known: ReferenceList, line: Any) -> QuerySet[Any]:
    """The other lines that are offered: one legal person first, then by how near their names are.

    ``nearness`` is the similarity of the names, between 0 and 1; the list is read whole, which takes some
    milliseconds for ten thousand lines.
    """
    rows = known.rows.filter(is_active=True).exclude(pk=line.pk)
    same: Any = Value(0.0, output_field=FloatField())
    if siren := _siren(known, line):
        same = Case(When(siren=siren, then=Value(1.0)), default=same)
    own: Any = folded(Value(known.label_of(line)))
    near = TrigramSimilarity(folded(known.label), own)
    found: QuerySet[Any] = rows.annotate(is_same=same, nearness=near)
    return found.order_by("-is_same", "-nearness", known.label, "pk")


def _siren(known: ReferenceList, line: Any) -> str:
    return str(line.siren) if known.model is Organisation else ""


def _reasons(one: Any) -> tuple[str, ...]:
    said = [_("même SIREN")] if one.is_same else []
    if one.nearness >= 1:
        said.append(_("même nom"))
    elif one.nearness >= ALIKE:
        said.append(_("noms proches à %(share)d %%") % {"share": round(100 * one.nearness)})
    return tuple(said)
