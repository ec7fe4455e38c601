"""A ranked solution as a card."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.public.cards import Card
from catalogue.rankings.solutions import RankedSolution
from catalogue.records.wording import NBSP, distance_words


def ranked_card(ranked: RankedSolution) -> Card:
    """The card of a ranked solution: its best experiment, why it stands there, and its other places."""
    where = ranked.experiment["place"]
    return {
        "url": reverse("catalogue:record-detail", args=[ranked.slug]),
        "slug": ranked.slug,
        "kind": Record.Kind.SOLUTION.value,
        "title": ranked.title,
        "summary": ranked.summary,
        "place": _("Essayée à%(nbsp)s: %(where)s") % {"nbsp": NBSP, "where": where},
        "proof": ranked.level,
        "status_label": ranked.experiment["status"],
        "period": ranked.experiment["period"],
        "distance": _("sur le territoire") if ranked.inside else distance_words(ranked.metres),
        "factors": ranked.factors,
        "others": [
            {
                "url": reverse("catalogue:record-detail", args=[other["slug"]]),
                "title": other["title"],
                "place": other["place"],
                "distance": distance_words(other["metres"]),
            }
            for other in ranked.others
        ],
    }
