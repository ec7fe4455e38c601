"""Where a solution has already been: the places that have it, and those that others are likened to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from catalogue.rankings.grounds.statements import ACCEPTED, MODELS, OF_LIKE, OF_SOLUTION, OF_THEMES, PLACES
from catalogue.rankings.grounds.wish import Wish
from catalogue.records.proof import MEASURED
from geo.models import Level

MOST_MODELS = 10
READ = 120
"""How many records one look-up reads at most."""
FEW = 1500
"""Territories that satisfy the constraints, up to which records are read territory by territory."""
PROFILED = {Level.COMMUNE: "coalesce(u.commune_id, u.id)", Level.EPCI: "coalesce(u.epci_id, u.id)"}
"""For a scale: the territory whose profile stands for the territory ``u`` of an experiment."""


@dataclass(frozen=True)
class Model:
    """A territory where the solution, or a theme, was tried without failing: others are likened to it."""

    territory_id: int
    name: str
    experiment: str
    slug: str
    proof_level: int | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Footprint:
    """What is known of the places of a solution. Territory keys; ``taken_groups`` are their EPCI."""

    models: Sequence[Model] = ()
    taken: Sequence[int] = ()
    taken_groups: Sequence[int] = ()
    few: Sequence[int] | None = None
    """The territories that the constraints accept, when there are constraints and few satisfy them."""
    few_near: Sequence[int] | None = None
    """The same, within the radius."""

    @property
    def is_proven(self) -> bool:
        """True when a result was measured in every model."""
        return all((model.proof_level or 0) >= MEASURED for model in self.models)

    @property
    def model_ids(self) -> list[int]:
        """The territories of the models."""
        return [model.territory_id for model in self.models]

    def taken_at(self, scale: str) -> list[int]:
        """The territories that have the solution, seen from territories of this level."""
        return [*self.taken, *(self.taken_groups if scale == Level.EPCI else ())]


def footprint(wish: Wish, like: Sequence[int] = ()) -> Footprint:
    """The places of the solution, or of those like it; else those where the themes have a measured result."""
    with connection.cursor() as cursor:
        statement = PLACES.format(accepted=_accepted(wish, ""), accepted_near=_accepted(wish, "t.geog"))
        cursor.execute(statement, {**wish.parameters, "few": FEW})
        taken, groups, few, few_near = cursor.fetchone()
        models: list[Model] = []
        experiments = _experiments(wish, like)
        if experiments:
            statement = MODELS.format(
                level=Level(wish.scale).value, experiments=experiments, profiled=PROFILED[Level(wish.scale)]
            )
            cursor.execute(
                statement, {**wish.parameters, "models": MOST_MODELS, "read": READ, "like": list(like)}
            )
            models = _keep_proven([Model(*row) for row in cursor.fetchall()])
    return Footprint(
        models,
        taken,
        groups,
        few=few if wish.constraints and len(few) <= FEW else None,
        few_near=few_near if wish.conditions("t.geog") and len(few_near) <= FEW else None,
    )


def _keep_proven(models: list[Model]) -> list[Model]:
    """The places that have a measured result; when none has, those where the solution was tried."""
    return [model for model in models if (model.proof_level or 0) >= MEASURED] or models


def _experiments(wish: Wish, like: Sequence[int]) -> str:
    """The SQL of the experiments whose places are models; "" for none."""
    if wish.solution_id is not None:
        return OF_SOLUTION
    if like:
        return OF_LIKE
    return OF_THEMES if wish.themes else ""


def _accepted(wish: Wish, geog: str) -> str:
    """The SQL of the territories that the constraints accept; of none when there is no constraint."""
    conditions = wish.conditions(geog)
    return (
        ACCEPTED.format(conditions=" AND ".join(conditions)) if conditions else "SELECT NULL::bigint LIMIT 0"
    )
