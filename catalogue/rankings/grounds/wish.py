"""What an innovator looks for: the hard constraints, and what the ranking weighs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point

from catalogue.models import Theme
from geo.models import Level, Territory

SCALES = (Level.COMMUNE, Level.EPCI)
"""The levels whose territories are proposed."""


@dataclass(frozen=True)
class Constraint:
    """One hard constraint: the SQL that a territory ``t`` must satisfy, and the type of its {value}."""

    name: str
    condition: str
    kind: str = "integer"

    @property
    def sql(self) -> str:
        """The condition on the parameter of its name."""
        return self.condition.format(value=f"%({self.name})s")


# Fixed texts; the values always go as parameters. A territory whose figure is not known is not accepted.
CONSTRAINTS = (
    Constraint("population_min", "t.population >= {value}"),
    Constraint("population_max", "t.population <= {value}"),
    Constraint("densities", "t.density_class = ANY ({value})", "smallint[]"),
    Constraint("coastal", "t.is_coastal", "boolean"),
    Constraint("region", "t.region_id = {value}", "bigint"),
)
NOT_TAKEN = "NOT coalesce(ARRAY[t.id, t.epci_id, t.ept_id, t.departement_id] && %(taken)s::bigint[], false)"


@dataclass(frozen=True)
class Wish:
    """What is looked for. Distances in kilometres, ``point`` in srid 4326; None or empty: no matter."""

    solution_id: int | None = None
    description: str = ""
    """A solution that is not in the catalogue, in the visitor's words."""
    themes: tuple[Theme, ...] = ()
    grounds: tuple[str, ...] = ()
    population_min: int | None = None
    population_max: int | None = None
    densities: tuple[int, ...] = ()
    coastal: bool = False
    region: Territory | None = None
    point: Point | None = None
    radius_km: float | None = None
    scale: str = Level.COMMUNE
    named: Territory | None = None
    """The territory that « pourquoi pas ? » asks about; of the level of ``scale``."""

    parameters: dict[str, Any] = field(init=False, compare=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.parameters.update(
            solution=self.solution_id,
            population_min=self.population_min,
            population_max=self.population_max,
            themes=[theme.pk for theme in self.themes],
            theme_terms=[f"theme:{theme.code}" for theme in self.themes],
            grounds=list(self.grounds),
            description=self.description,
            has_subject=self.has_subject,
            densities=list(self.densities),
            coastal=self.coastal or None,
        )
        self.parameters.update(
            region=self.region.pk if self.region is not None else None,
            point=self.point.ewkt if self.point is not None else None,
            metres=self.radius_km * 1000 if self.radius_km is not None else None,
            named=self.named.pk if self.named is not None else None,
        )

    @property
    def is_empty(self) -> bool:
        """True when nothing says what to match: neither a solution, nor a description, nor a theme."""
        return self.solution_id is None and not self.description and not self.themes

    @property
    def has_subject(self) -> bool:
        """True when a solution, or its description, says which needs are near; not themes alone."""
        return self.solution_id is not None or bool(self.description)

    @property
    def constraints(self) -> list[Constraint]:
        """The hard constraints in use on the territory, the radius aside."""
        return [
            constraint for constraint in CONSTRAINTS if self.parameters[constraint.name] not in (None, [])
        ]

    def conditions(self, geog: str) -> list[str]:
        """The SQL of the hard constraints; ``geog`` is what the radius is measured to, "" to leave it out."""
        conditions = [constraint.sql for constraint in self.constraints]
        if self.radius_km is not None and geog:
            conditions.append(f"ST_DWithin({geog}, %(point)s::geography, %(metres)s)")
        return conditions

    def accepted(self, geog: str) -> str:
        """The SQL condition of a ground: every hard constraint, and no territory that has the solution."""
        return " AND ".join([NOT_TAKEN, *self.conditions(geog)])
