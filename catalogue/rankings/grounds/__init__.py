"""Ranking 2: which grounds for my solution?

Three families of answers, one bounded query each, hard constraints first, then the product of named factors:

- sites        opening (open 1, reserved 0.6, historic 0.35) × theme × tests × nearness × resemblance
- needs        need × theme × nearness × resemblance; those of no place apart. For a solution, need is 1 when
               somebody said that it answers, else the cosine of both meanings, above the floors of
               ``records.affinity``; a theme in common is no reason. For themes alone, 0.7
- territories  resemblance × nearness × open site (1, reserved 0.75, none 0.5) × stated need (1, none 0.5)

- resemblance  1 / (1 + d / 2) to the nearest of the places where it has a measured result, else of those
               where it was tried without failing (at most MOST_MODELS, best proof first), d in standard
               deviations of the profile; 0.25 when the place has none
- nearness     1 / (1 + km / 50) to the place asked for; no factor when none is
- theme        1 when a theme asked for is borne, 0.6 when a site names none, 0.3 otherwise; for a need and
               themes alone, 0.8 for one theme in common, 1 for two or more
- tests        for a solution that is only described: 1 when the site, or the tests that it allows, are near
               the description, 0.6 otherwise

A territory that has the solution, or lies in an EPCI, an EPT or a département that has it, is left out
everywhere. For a solution that is only described, the places of the solutions like it stand in for its
places, and are not proposed; without either, those where the themes have measured results.
"""

from catalogue.rankings.grounds.footprint import Footprint, Model, footprint
from catalogue.rankings.grounds.grounds import SHOWN, Ground, Matching, match
from catalogue.rankings.grounds.refusals import Verdict, verdict
from catalogue.rankings.grounds.wish import SCALES, Wish

__all__ = [
    "SCALES",
    "SHOWN",
    "Footprint",
    "Ground",
    "Matching",
    "Model",
    "Verdict",
    "Wish",
    "footprint",
    "match",
    "verdict",
]
