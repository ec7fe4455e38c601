"""Twin territories: the variables of a profile, and why two profiles are near, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a profile; a flag is 0 or 1."""

    name: str
    label: str
    unit: str = ""
    decimals: int = 0
    is_flag: bool = False


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
        Variable("rank", _("rang dans son intercommunalité")),
        Variable("epci_population", _("population de l’intercommunalité"), _("hab.")),
        Variable("town", _("distance à une ville de 50 000 habitants"), "km"),
        COAST,
        OVERSEAS,
    ),
    "epci": GROUP,
    "departement": GROUP,
}
FLAGS = {level: [variable.is_flag for variable in variables] for level, variables in VARIABLES.items()}
