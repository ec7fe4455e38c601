"""The grounds themselves: sites, needs and territories that suit a wish, best first, each explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone

from catalogue.models.querysets import STALE
from catalogue.rankings.grounds import statements as sql
from catalogue.rankings.grounds.explanations import (
    likeness_sentence,
    need_factors,
    site_factors,
    territory_factors,
)
from catalogue.rankings.grounds.footprint import READ, Footprint, footprint
from catalogue.rankings.grounds.likely import Likely, likely
from catalogue.rankings.grounds.wish import Wish
from catalogue.rankings.solutions import PROFILED, Factor, rows_of

SHOWN = 12
"""Answers of each family."""
PER_MODEL = 40
NEAREST = 80
KEPT = 200
"""Territories whose sites and needs are looked at."""
SITE_IN_TIME = "(s.available_until IS NULL OR s.available_until >= %(today)s)"
OF_GROUND = "s.ground_kinds && %(grounds)s::varchar[]"

Row = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """One answer: a site, a need or a territory (``row``, as the query gives it), and why."""

    row: Row
    score: float
    factors: list[Factor]
    sentence: str = ""
    """For a territory: the model that it resembles, in words."""


@dataclass(frozen=True)
class Matching:
    """The answers to a wish, family by family."""

    footprint: Footprint
    likely: Likely = field(default_factory=Likely)
    sites: list[Ground] = field(default_factory=list)
    hosts: list[Ground] = field(default_factory=list)
    """Historic sites: they have hosted trials, nothing says that they are open."""
    needs: list[Ground] = field(default_factory=list)
    national_needs: list[Ground] = field(default_factory=list)
    territories: list[Ground] = field(default_factory=list)
    named: Ground | None = None
    """The territory named in the wish, when no hard constraint excludes it."""


def match(wish: Wish, *, limit: int = SHOWN) -> Matching:
    """Return the grounds that suit a wish, at most ``limit`` of each family; eleven queries at most."""
    near = likely(wish)
    where = footprint(wish, near.stand_ins)
    asked = _parameters(wish, where, near, limit)
    sites = _sites(wish, where, asked)
    territories = _territories(wish, where, asked)
    named = [ground for ground in territories if wish.named and ground.row["id"] == wish.named.pk]
    found = Matching(
        footprint=where,
        likely=near,
        sites=[site for site in sites if site.row["site_state"] != "historique"],
        hosts=[site for site in sites if site.row["site_state"] == "historique"],
        territories=[ground for ground in territories if ground.row["rank"] <= limit],
        named=named[0] if named else None,
    )
    if wish.is_empty:
        return found
    needs = _needs(wish, where, asked, national=False)
    return replace(found, needs=needs, national_needs=_needs(wish, where, asked, national=True))


def _territories(wish: Wish, where: Footprint, asked: Row) -> list[Ground]:
    if not where.models:
        return []
    level, parent, _profiled = PROFILED[wish.scale]
    accepted = wish.accepted("t.geog")
    close_by = sql.CLOSE_BY.format(level=level, accepted=accepted) if wish.point is not None else ""
    chosen = sql.POOL_BY_KNN if where.few_near is None else sql.POOL_OF_FEW
    pool = chosen.format(level=level, accepted=accepted, close_by=close_by)
    statement = sql.TERRITORIES.format(parent=parent, accepted=accepted, pool=pool)
    parameters = {
        **asked,
        "taken": [*where.taken_at(wish.scale), *(where.model_ids if wish.description else ())],
        "per_model": PER_MODEL,
        "nearest": NEAREST,
        "kept": KEPT,
    }
    found = _grounds(statement, parameters, lambda row: territory_factors(row, wish, where))
    return [replace(ground, sentence=likeness_sentence(ground.row, wish, where)) for ground in found]


def _sites(wish: Wish, where: Footprint, asked: Row) -> list[Ground]:
    conditions = [SITE_IN_TIME, *([OF_GROUND] if wish.grounds else [])]
    suits = sql.SITE_SUITS.format(conditions=" AND ".join(conditions))
    scan = sql.SITES_NEAR if wish.point is not None else sql.SITES_ANYWHERE
    if where.few is not None:
        scan = sql.SITES_OF_FEW
    found = scan.format(accepted=wish.accepted("r.geog"), suits=suits, joined=sql.SITE_JOINED)
    statement = sql.SITES.format(scan=found, likened=sql.LIKENED, model=sql.MODEL)
    return _grounds(statement, asked, lambda row: site_factors(row, wish, where))


def _needs(wish: Wish, where: Footprint, asked: Row, *, national: bool) -> list[Ground]:
    near = wish.point is not None and not national
    condition = sql.NATIONAL if national else f"{sql.LOCATED} AND {wish.accepted('r.geog')}"
    scan = sql.NEEDS_NEAR if near else sql.NEEDS_BY_THEME
    if where.few is not None and not national:
        scan = sql.NEEDS_OF_FEW
    if wish.has_subject:
        scan = sql.NEEDS_ON_SUBJECT
    statement = sql.NEEDS.format(
        scan=scan.format(joined=sql.NEED_JOINED, where=condition),
        linked=sql.NEEDS_LINKED.format(where=condition),
        likened=sql.LIKENED,
        model=sql.MODEL,
        national=str(national).lower(),
    )
    return _grounds(
        statement,
        asked,
        lambda row: need_factors(row, wish, where, national=national),
    )


def _parameters(wish: Wish, where: Footprint, near: Likely, limit: int) -> Row:
    return {
        **wish.parameters,
        "near_needs": list(near.needs),
        "cosines": list(near.needs.values()),
        "near_sites": list(near.sites),
        "read": READ,
        "taken": list(where.taken),
        "few": list(where.few or ()),
        "few_near": list(where.few_near or ()),
        "model_ids": where.model_ids,
        "today": timezone.localdate(),
        "stale": STALE,
        "limit": limit,
    }


def _grounds(
    statement: str, parameters: dict[str, Any], explain: Callable[[Row], list[Factor]]
) -> list[Ground]:
    return [Ground(row, row["score"], explain(row)) for row in rows_of(statement, parameters)]
