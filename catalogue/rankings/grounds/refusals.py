"""« Pourquoi pas ce territoire ? »: what excludes a territory that the visitor names, or its rank."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from catalogue.models import Experiment
from catalogue.rankings.grounds.grounds import Ground, Matching
from catalogue.rankings.grounds.wish import Wish
from catalogue.records.expiry import status_words
from catalogue.records.wording import distance_words, format_integer, place_words
from geo.models import Territory
from geo.models.territory import DensityClass

LISTED = 5


@dataclass(frozen=True)
class Verdict:
    """The answer about one territory: what excludes it, or where it stands."""

    territory: Territory
    reasons: list[str] = field(default_factory=list)
    experiments: list[Experiment] = field(default_factory=list)
    """The published experiments by which the territory already has the solution."""
    ground: Ground | None = None
    rank: int | None = None
    examined: int = 0
    note: str = ""
    """Why there is neither a reason nor a rank."""

    @property
    def is_excluded(self) -> bool:
        """True when a hard constraint or an existing deployment excludes the territory."""
        return bool(self.reasons or self.experiments)


def verdict(territory: Territory, wish: Wish, matching: Matching) -> Verdict:
    """Why ``territory`` is not proposed, or its rank among those that were examined."""
    reasons = [words for check in CHECKS if (words := check(territory, wish))]
    experiments = _experiments(territory, wish)
    if reasons or experiments:
        return Verdict(territory, reasons, experiments)
    ground = matching.named
    if ground is None:
        return Verdict(territory, note=_why_no_rank(territory, wish, matching))
    return Verdict(territory, ground=ground, rank=ground.row["rank"], examined=ground.row["examined"])


def _why_no_rank(territory: Territory, wish: Wish, matching: Matching) -> str:
    if wish.is_empty:
        return _(
            "Choisissez une solution ou un thème, ou décrivez la vôtre : sans cela, il n’y a rien à classer."
        )
    if not matching.footprint.models and wish.description:
        return _("Aucune solution au sujet assez proche n’a été essayée : il n’a pas à quoi ressembler.")
    if not matching.footprint.models:
        return _(
            "Aucun lieu d’essai en cours ou achevé n’est connu du catalogue : il n’a pas à quoi ressembler."
        )
    if territory.pk in matching.footprint.model_ids:
        return _("Une solution qui ressemble à la vôtre y a été essayée : c’est l’un des modèles.")
    return _("Nos sources ne donnent ni sa population ni son contour : il ne peut pas être comparé.")


def _experiments(territory: Territory, wish: Wish) -> list[Experiment]:
    if wish.solution_id is None:
        return []
    above = [
        key for key in (territory.epci_id, territory.ept_id, territory.departement_id) if key is not None
    ]
    places = Q(territory=territory) | Q(territory__commune=territory) | Q(territory__in=above)
    if territory.level == "epci":
        places |= Q(territory__epci=territory)
    return list(
        Experiment.objects.published()
        .filter(places, solution_id=wish.solution_id)
        .select_related("territory__departement")
        .order_by("-proof_level", "title")[:LISTED]
    )


def experiment_words(experiment: Experiment) -> str:
    """Where and how far: « Rennes (Ille-et-Vilaine), en déploiement »."""
    return f"{place_words(experiment)}, {status_words(experiment)}"


def _population(territory: Territory, wish: Wish) -> str:
    least, most, people = wish.population_min, wish.population_max, territory.population
    if least is None and most is None:
        return ""
    if people is None:
        return _("Sa population n’est pas connue : la condition de population ne peut pas être vérifiée.")
    if least is not None and people < least:
        return _("Sa population, %(n)s habitants, est sous le minimum demandé de %(limit)s.") % {
            "n": format_integer(people),
            "limit": format_integer(least),
        }
    if most is not None and people > most:
        return _("Sa population, %(n)s habitants, dépasse le maximum demandé de %(limit)s.") % {
            "n": format_integer(people),
            "limit": format_integer(most),
        }
    return ""


def _density(territory: Territory, wish: Wish) -> str:
    if not wish.densities or territory.density_class in wish.densities:
        return ""
    if territory.density_class is None:
        return _("Sa densité n’est pas connue : la condition de densité ne peut pas être vérifiée.")
    return _("Sa densité est « %(density)s », hors des classes demandées.") % {
        "density": DensityClass(territory.density_class).label
    }


def _coast(territory: Territory, wish: Wish) -> str:
    if not wish.coastal or territory.is_coastal:
        return ""
    if territory.is_coastal is None:
        return _("Nos sources ne disent pas s’il est sur le littoral.")
    return _("Il n’est pas sur le littoral.")


def _region(territory: Territory, wish: Wish) -> str:
    if wish.region is None or territory.region_id == wish.region.pk:
        return ""
    return _("Il n’est pas dans la région demandée, %(region)s.") % {"region": wish.region.name}


def _distance(territory: Territory, wish: Wish) -> str:
    if wish.radius_km is None or wish.point is None:
        return ""
    if territory.point is None:
        return _("Son point n’est pas connu : la distance ne peut pas être vérifiée.")
    found: Any = (
        Territory.objects.filter(pk=territory.pk).with_distance(wish.point).values_list("distance", flat=True)
    )
    metres = found.get().m
    if metres <= wish.radius_km * 1000:
        return ""
    return _("Il est %(distance)s, au-delà du rayon demandé de %(km)s km.") % {
        "distance": distance_words(metres),
        "km": format_integer(wish.radius_km),
    }


CHECKS = (_population, _density, _coast, _region, _distance)
