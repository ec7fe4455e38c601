"""Twin territories: the variables of a profile, and why two profiles are near, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F, FloatField, Func, Value
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from geo.fields import CubeField

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from geo.models import Territory, TerritoryProfile


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a profile; a flag is 0 or 1, a rank begins at 1."""

    name: str
    label: StrPromise
    unit: StrPromise | str = ""
    decimals: int = 0
    is_flag: bool = False
    is_rank: bool = False


POPULATION = Variable("population", _("population"), _("hab."))
DENSITY = Variable("density", _("densité"), _("hab./km²"))
AREA = Variable("area", _("superficie"), "km²", 1)
COAST = Variable("coast", _("littoral"), is_flag=True)
OVERSEAS = Variable("overseas", _("outre-mer"), is_flag=True)
GROUP = (
    POPULATION,
    DENSITY,
    AREA,
    Variable("members", _("nombre de communes")),
    Variable("share", _("part de la ville principale"), "%", 0),
    COAST,
    OVERSEAS,
)
VARIABLES: dict[str, tuple[Variable, ...]] = {
    "commune": (
        POPULATION,
        DENSITY,
        AREA,
        Variable("rank", _("rang dans son intercommunalité"), is_rank=True),
        Variable("epci_population", _("population de l’intercommunalité"), _("hab.")),
        Variable("town", _("distance à une ville de 50 000 habitants"), "km"),
        COAST,
        OVERSEAS,
    ),
    "epci": GROUP,
    "departement": GROUP,
}
FLAGS = {level: [variable.is_flag for variable in variables] for level, variables in VARIABLES.items()}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One variable of a territory beside the same of its twin; ``gap`` is in standard deviations."""

    variable: Variable
    own: float
    other: float
    gap: float

    @property
    def own_text(self) -> str:
        return format_value(self.variable, self.own)

    @property
    def other_text(self) -> str:
        return format_value(self.variable, self.other)

    def __str__(self) -> str:
        label = str(self.variable.label)
        if self.variable.is_flag and self.own == self.other:
            return _("%(label)s comme ici") % {"label": label}
        return _("%(label)s\u00a0: %(other)s, contre %(own)s ici") % {
            "label": label,
            "other": self.other_text,
            "own": self.own_text,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two territories are twins: what resembles most, and what differs most."""

    closest: tuple[Comparison, ...]
    farthest: Comparison

    def __str__(self) -> str:
        alike = "\u00a0; ".join(str(comparison) for comparison in self.closest)
        return _("Se ressemblent par %(alike)s. Diffèrent surtout par %(apart)s.") % {
            "alike": alike,
            "apart": self.farthest,
        }


def format_value(variable: Variable, value: float) -> str:
    """Return the value of a variable in French: « 68 786 hab. », « oui »."""
    if variable.is_flag:
        return str(_("oui") if value else _("non"))
    if variable.is_rank:
        return str(_("1re") if value == 1 else _("%(rank)de") % {"rank": value})
    number = number_format(value, variable.decimals, force_grouping=True)
    return f"{number}\u00a0{variable.unit}" if variable.unit else number


def explain(own: TerritoryProfile, other: TerritoryProfile, closest: int = 3) -> Explanation:
    """Return the variables that two profiles of one level share most, and the one that differs most."""
    compared = [
        Comparison(variable, mine, theirs, abs(z - other_z))
        for variable, mine, theirs, z, other_z in zip(
            VARIABLES[own.level], own.values, other.values, own.profile, other.profile, strict=True
        )
    ]
    compared.sort(key=lambda comparison: comparison.gap)
    # that both are inland, or both the big town itself, explains nothing
    meaningful = [c for c in compared if c.own or c.other]
    return Explanation(tuple(meaningful[:closest]), compared[-1])


def nearest_twins(territory: Territory, n: int) -> list[Territory]:
    """Return the ``n`` current territories of the same level whose profile is nearest, nearest first.

    Each carries ``twin_distance`` (standard deviations) and ``explanation``. Empty without a profile.
    """
    try:
        own = territory.profile
    except ObjectDoesNotExist:
        return []
    found = (
        type(territory)
        .objects.current()
        .filter(profile__level=own.level)
        .exclude(pk=territory.pk)
        .select_related("profile", "departement")
        .defer("geometry", "departement__geometry")
        .annotate(twin_distance=KnnDistance("profile__profile", own.profile))
        .order_by("twin_distance")[:n]
    )
    twins = list(found)
    for twin in twins:
        twin.explanation = explain(own, twin.profile)
    return twins


class KnnDistance(Func):
    """Euclidean distance between a cube column and a point; ordering by it uses the partial GiST index."""

    arg_joiner = " <-> "
    template = "%(expressions)s"
    output_field = FloatField()

    def __init__(self, field: str, point: tuple[float, ...]) -> None:
        super().__init__(F(field), Value(point, output_field=CubeField()))
