"""A ranked solution as a card."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.public.cards import Card
from catalogue.rankings.solutions import RankedSolution
from catalogue.records.wording import NBSP, distance_words


def ranked_card(ranked: RankedSolution) -> Card:
    """The card of a ranked solution: its best experiment, why it stands there, and its other places."""
    best = ranked.experiment
    return Card(
        url=reverse("catalogue:record-detail", args=[ranked.slug]),
        slug=ranked.slug,
        kind=Record.Kind.SOLUTION.value,
        title=ranked.title,
        summary=ranked.summary,
        place=_("Essayée à%(nbsp)s: %(where)s") % {"nbsp": NBSP, "where": best["place"]},
        proof=ranked.level,
        status_label=best["status"],
        period=best["period"],
        distance=_distance(ranked),
        factors=ranked.factors,
        others=[_other_place(other) for other in ranked.others],
    )


def _distance(ranked: RankedSolution) -> str:
    if ranked.inside:
        return _("sur le territoire")
    far = distance_words(ranked.metres)
    return _("%(distance)s, territoire jumeau") % {"distance": far} if ranked.is_beyond else far


def _other_place(experiment: dict[str, Any]) -> dict[str, str]:
    return {
        "url": reverse("catalogue:record-detail", args=[experiment["slug"]]),
        "title": experiment["title"],
        "place": experiment["place"],
        "distance": distance_words(experiment["metres"]),
    }
