"""Check what the fields of one row must respect together, in French before the database refuses it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from catalogue.imports.read.problems import Problem, notice, rejection
from catalogue.imports.rows.candidates import Candidate, Item, Portable
from catalogue.models import Indicator, LabelAward
from catalogue.records.results import list_gaps

Values = dict[str, Portable]
FIRST_LABEL = 2009


def check_values(candidate: Candidate) -> None:
    """Reject what the values of the candidate, and of its items, contradict."""
    candidate.problems += [problem for rule in RULES if (problem := rule(candidate.values))]
    for item in candidate.collections.get("awards", []):
        candidate.problems += _check_award(item)
    for item in candidate.collections.get("indicators", []):
        candidate.problems += _check_result(item)


def _check_result(item: Item) -> list[Problem]:
    """Reject a figure that says nothing, or a target without value; say why a measure proves nothing."""
    name = {"name": item.get("name")}
    if item.get("value") is None and not item.get("text"):
        return [rejection("mesure-vide", _("La mesure « %(name)s » n’a ni valeur ni énoncé.") % name)]
    if item.get("reference") == Indicator.Reference.TARGET and item.get("baseline") is None:
        message = _(
            "« %(name)s » est comparé à un objectif annoncé dont la valeur manque (valeur_reference)."
        )
        return [rejection("objectif-sans-valeur", message % name)]
    gaps = list_gaps(item) if item.get("nature") == Indicator.Nature.MEASURED else []
    words = _("« %(name)s » ne compte pas comme preuve : %(why)s.")
    return [notice("ne-prouve-pas", words % {**name, "why": " ; ".join(gaps)})] if gaps else []


def _dates_in_order(first: str, last: str, message: str) -> Callable[[Values], Problem | None]:
    def rule(values: Values) -> Problem | None:
        start, end = values.get(first), values.get(last)
        if start is None or end is None or str(start) <= str(end):
            return None
        return rejection("dates-inversees", message)

    return rule


def _check_dwellings(values: Values) -> Problem | None:
    total, social = values.get("dwellings"), values.get("social_dwellings")
    if total is None or social is None or int(str(social)) <= int(str(total)):
        return None
    return rejection("logements-sociaux", _("Il y a plus de logements sociaux que de logements."))


def _check_abandon(values: Values) -> Problem | None:
    if values.get("status") != "abandonne" or str(values.get("abandon_reason") or "").strip():
        return None
    return rejection(
        "abandon-sans-raison", _("Une expérimentation abandonnée doit dire pourquoi (raison_abandon).")
    )


def _check_trl(values: Values) -> Problem | None:
    level = values.get("trl")
    if level is None or int(str(level)) in range(1, 10):
        return None
    return rejection("trl", _("La maturité (TRL) va de 1 à 9."))


def _check_area(values: Values) -> Problem | None:
    area = values.get("area_ha")
    if area is None or Decimal(str(area)) < Decimal("10000000"):
        return None
    return rejection("surface", _("La surface est trop grande pour être juste."))


def _check_award(item: Item) -> list[Problem]:
    """Reject a step of another regime, and a label older than the first."""
    problems = []
    steps = LabelAward.STEPS.get(LabelAward.Regime(str(item["regime"])), {})
    if item["step"] not in steps:
        message = _("L’étape « %(step)s » n’est pas du régime « %(regime)s » : %(all)s.") % {
            "step": item["step"],
            "regime": item["regime"],
            "all": ", ".join(steps),
        }
        problems.append(rejection("etape-d-un-autre-regime", message))
    if item.get("year") is not None and int(str(item["year"])) < FIRST_LABEL:
        problems.append(rejection("label-trop-ancien", _("Aucun label n’est antérieur à 2009.")))
    return problems


RULES: tuple[Callable[[Values], Problem | None], ...] = (
    _dates_in_order("year_start", "year_end", _("L’année de fin précède celle du début.")),
    _dates_in_order("verified_on", "expires_on", _("La date de révision précède celle de la vérification.")),
    _dates_in_order("available_from", "available_until", _("La fin de disponibilité précède son début.")),
    _check_dwellings,
    _check_abandon,
    _check_trl,
    _check_area,
)
