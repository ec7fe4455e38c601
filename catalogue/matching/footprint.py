"""Where a solution has already been: the places that have it, and those where it worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from catalogue.matching.statements import MODELS, OF_SOLUTION, OF_THEMES, TAKEN
from catalogue.matching.wish import Wish
from geo.models import Level

MOST_MODELS = 10
READ = 300
"""How many records one look-up reads at most."""
PROFILED = {Level.COMMUNE: "coalesce(u.commune_id, u.id)", Level.EPCI: "coalesce(u.epci_id, u.id)"}
"""For a scale: the territory whose profile stands for the territory ``u`` of an experiment."""


@dataclass(frozen=True)
class Model:
    """A territory where the solution, or one of the themes, worked: what others are likened to."""

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

    def taken_at(self, scale: str) -> list[int]:
        """The territories that have the solution, seen from territories of this level."""
        return [*self.taken, *(self.taken_groups if scale == Level.EPCI else ())]


def footprint(wish: Wish) -> Footprint:
    """The places of the solution; without one, the places where the themes have a measured result."""
    if wish.is_empty:
        return Footprint()
    with connection.cursor() as cursor:
        taken: list[int] = []
        groups: list[int] = []
        if wish.solution_id is not None:
            cursor.execute(TAKEN, wish.parameters)
            taken, groups = cursor.fetchone()
        experiments = OF_SOLUTION if wish.solution_id is not None else OF_THEMES
        statement = MODELS.format(
            level=Level(wish.scale).value, experiments=experiments, profiled=PROFILED[Level(wish.scale)]
        )
        cursor.execute(statement, {**wish.parameters, "models": MOST_MODELS, "read": READ})
        models = [Model(*row) for row in cursor.fetchall()]
    return Footprint(models, taken, groups)
