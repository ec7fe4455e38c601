"""What the catalogue proposes to an account without being asked: grounds for its solutions, solutions for its
needs and for its territory, each with the explanation of the ranking that it comes from.

Only published records are proposed, and only for records that are published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Need, Organisation, Record, Solution
from catalogue.public.search.criteria import quoted
from catalogue.public.search.record_search import RecordSearch
from catalogue.rankings.cards import ranked_card
from catalogue.rankings.grounds import Wish, match
from catalogue.rankings.grounds.cards import need_card, site_card, territory_card
from catalogue.rankings.solutions import Ranking, rank_solutions
from catalogue.records import permissions
from geo.models import Territory

MOST_OF_EACH = 3
"""Solutions, needs and organisations looked at, the last changed first: each costs a ranking."""
GROUNDS = 3
SOLUTIONS = 5
RANKED = 20
"""Solutions ranked, of which the first SOLUTIONS that are proven are proposed."""
PROVEN = 3
"""The niveau de preuve of a measured result."""


@dataclass(frozen=True)
class Proposal:
    """Answers to a question that was not asked. ``items`` have ``record`` (a card) or ``territory``."""

    title: str
    url: str
    more: str
    items: list[dict[str, Any]] = field(default_factory=list)


def proposals_for(user: User) -> list[Proposal]:
    """Proposals for the account, those that have an answer alone; a bounded number of queries."""
    found = [
        *(_grounds(solution) for solution in _own(Solution, user)),
        *(_answers(need) for need in _own(Need, user)),
        *(_for_territory(organisation) for organisation in _collectivities(user)),
    ]
    return [proposal for proposal in found if proposal is not None and proposal.items]


def _own(model: type[Record], user: User) -> list[Any]:
    mine = model.objects.published().filter(permissions.own_records(user)).order_by("-updated_at", "-pk")
    related = mine.select_related("territory").prefetch_related("themes")
    return list(related.defer("geometry", "description", "territory__geometry")[:MOST_OF_EACH])


def _collectivities(user: User) -> list[Organisation]:
    """The collectivités of the account that are tied to a territory."""
    places = user.memberships.confirmed().values("organisation")
    tied = Organisation.objects.filter(
        pk__in=places, kind=Organisation.Kind.COLLECTIVITE, territory__point__isnull=False
    )
    return list(tied.select_related("territory").defer("territory__geometry").order_by("name")[:MOST_OF_EACH])


def _grounds(solution: Solution) -> Proposal:
    """Three grounds by ranking 2: a site, a need and a territory before a second of each."""
    wish = Wish(solution_id=solution.pk, themes=tuple(solution.themes.all()))
    found = match(wish, limit=GROUNDS)
    families = (
        [{"record": site_card(ground)} for ground in found.sites],
        [{"record": need_card(ground)} for ground in found.needs],
        [{"territory": territory_card(ground)} for ground in found.territories],
    )
    in_turn = chain.from_iterable(zip_longest(*families))
    items = [item for item in in_turn if item is not None][:GROUNDS]
    words = ngettext("Un terrain pour %(title)s", "%(count)s terrains pour %(title)s", len(items))
    return Proposal(
        words % {"count": _spelt(len(items)), "title": quoted(solution.title)},
        f"{reverse('catalogue:ground-search')}?solution={solution.slug}",
        _("Tous les terrains pour cette solution"),
        items,
    )


def _answers(need: Need) -> Proposal | None:
    """Five solutions by ranking 1, for the territory and the themes of the need."""
    place = need.territory
    point = need.point or (place.point if place is not None else None)
    if point is None:
        return None
    themes = list(need.themes.all())
    asked = RecordSearch(facets=(("theme", tuple(theme.code for theme in themes)),))
    ranking = rank_solutions(place, point, asked, limit=RANKED)
    items = _proven(ranking)
    words = ngettext(
        "Une solution éprouvée pour votre besoin %(title)s",
        "%(count)s solutions éprouvées pour votre besoin %(title)s",
        len(items),
    )
    title = words % {"count": _spelt(len(items)), "title": quoted(need.title)}
    if place is None:
        return Proposal(title, need.get_absolute_url(), _("Voir le besoin"), items)
    theme = themes[0].code if len(themes) == 1 else ""
    url = _ranking_url(place, theme)
    return Proposal(title, url, _("Tout le classement pour ce territoire"), items)


def _for_territory(organisation: Organisation) -> Proposal | None:
    """Five solutions by ranking 1 for the territory of a collectivité."""
    place = organisation.territory
    if place is None or place.point is None:
        return None
    items = _proven(rank_solutions(place, place.point, limit=RANKED))
    words = ngettext(
        "Une solution éprouvée pour le territoire %(place)s",
        "%(count)s solutions éprouvées pour le territoire %(place)s",
        len(items),
    )
    return Proposal(
        words % {"count": _spelt(len(items)), "place": place.of_name},
        _ranking_url(place),
        _("Tout le classement pour ce territoire"),
        items,
    )


def _proven(ranking: Ranking) -> list[dict[str, Any]]:
    proven = [solution for solution in ranking.solutions if solution.level >= PROVEN]
    return [{"record": ranked_card(solution)} for solution in proven[:SOLUTIONS]]


def _ranking_url(place: Territory, theme: str = "") -> str:
    url = reverse("catalogue:territory-detail", args=place.url_parts)
    return f"{url}?theme={theme}" if theme else url


def _spelt(count: int) -> str:
    return {2: _("Deux"), 3: _("Trois"), 4: _("Quatre"), 5: _("Cinq")}.get(count, str(count))
