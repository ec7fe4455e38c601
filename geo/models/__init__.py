"""The ground: territories, their outlines, their former codes, what completes and compares them."""

from geo.models.completion import CompletionPrefix, CompletionTerm
from geo.models.former import FormerCommune
from geo.models.loading import TerritoryLoad
from geo.models.outline import TerritoryOutline
from geo.models.profile import TerritoryProfile
from geo.models.territory import Level, Territory

__all__ = [
    "CompletionPrefix",
    "CompletionTerm",
    "FormerCommune",
    "Level",
    "Territory",
    "TerritoryLoad",
    "TerritoryOutline",
    "TerritoryProfile",
]
