"""/trouver-un-terrain/: which sites, needs and territories suit a solution, and why not another."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.models import Experiment, Solution
from catalogue.rankings.grounds import SHOWN, Matching, Verdict, Wish, match, verdict
from catalogue.rankings.grounds.cards import (
    model_feature,
    model_line,
    need_card,
    radius_feature,
    record_feature,
    site_card,
    territory_card,
    territory_feature,
)
from catalogue.rankings.grounds.forms import LONGEST_DESCRIPTION, GroundForm, settle
from catalogue.rankings.grounds.refusals import experiment_words
from catalogue.records import encoder
from catalogue.records.wording import NBSP, format_integer
from catalogue.web.access import public
from catalogue.web.errors import bad_request
from geo.models import Level, Territory

SOLUTIONS_OFFERED = 12
FOLDED = 6
"""Cards of historic sites and of needs of no place shown; the list of records has the others."""
LIMITS = {
    "sites": SHOWN,
    "needs": SHOWN,
    "territories": SHOWN,
    "hosts": FOLDED,
    "national_needs": FOLDED,
}


@public
@require_safe
def ground_search(request: HttpRequest) -> HttpResponse:
    """Sites, needs and territories for a solution or a profile, each explained."""
    form = GroundForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    settled = settle(form, request.GET)
    if settled is not None:
        return redirect(f"{reverse('catalogue:ground-search')}?{settled}")
    wish = form.wish
    asked = bool(form.has_changed() and not form.cleaned_data["cherche"])
    matching = match(wish) if asked else None
    named = form.cleaned_data["pourquoi"]
    answer = verdict(form.named or named, wish, matching) if named and matching else None
    return render(
        request,
        "catalogue/rankings/ground_search.html",
        {
            **form_context(form),
            "solutions": offered(form),
            "like": resembling(form, matching) if matching is not None else [],
            "asked": asked,
            **(results(wish, matching) if matching is not None else {}),
            "verdict": verdict_context(answer) if answer is not None else None,
            "section": "terrain",
        },
    )


def form_context(form: GroundForm) -> dict[str, Any]:
    """What the form shows: its values, and the regions to choose from."""
    data = form.cleaned_data
    place, named, region = data["autour"], data["pourquoi"], data["region"]
    regions = Territory.objects.current().at_level(Level.REGION).order_by("name")
    return {
        "address": reverse("catalogue:ground-search"),
        "form": form,
        "solution": data["solution"],
        "searched": data["cherche"],
        "description": data["description"],
        "may_describe": encoder.is_enabled(),
        "longest": LONGEST_DESCRIPTION,
        "describe_url": _describe_url(form),
        "without_solution": query_without(form, "solution"),
        "place": place.territory.label if place is not None and place.territory is not None else "",
        "place_name": place.name if place is not None else "",
        "regions": [_region_choice(one, region) for one in regions],
        "named_territory": named.label if named is not None else "",
        "facets": choices(form),
        "why_hidden": parameters_without(form, "nom", "pourquoi", "cherche"),
        "scale": form.scale,
    }


def _region_choice(region: Territory, chosen: Territory | None) -> dict[str, Any]:
    return {"value": f"region:{region.code}", "label": region.name, "chosen": region == chosen}


def choices(form: GroundForm) -> list[dict[str, Any]]:
    """The check boxes of the form, for composants/filtre_cases.html."""
    found = []
    for name in ("theme", "terrain", "densite", "littoral"):
        field = form.fields[name]
        chosen = form.cleaned_data[name]
        found.append(
            {
                "title": field.label,
                "name": name,
                "is_open": bool(chosen),
                "active": len(chosen) or "",
                "choices": [
                    {"value": code, "label": label, "checked": str(code) in chosen, "count": None}
                    for code, label in field.choices  # type: ignore[attr-defined]
                ],
            }
        )
    return found


def query_without(form: GroundForm, *names: str) -> str:
    """The current query string without some parameters."""
    return urlencode(parameters_without(form, *names))


def parameters_without(form: GroundForm, *names: str) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for name in form.fields:
        values = [] if name in names else form.data.getlist(name)  # type: ignore[attr-defined]
        kept += [(name, value) for value in values if value.strip()]
    return kept


def _describe_url(form: GroundForm) -> str:
    """The words searched among the titles, taken as a description; "" when they cannot be one."""
    words = form.cleaned_data["cherche"]
    rest = parameters_without(form, "cherche", "description", "solution")
    query = QueryDict(urlencode([("description", words), *rest]))
    return f"?{query.urlencode()}" if words and GroundForm(query).is_valid() else ""


def resembling(form: GroundForm, matching: Matching) -> list[dict[str, Any]]:
    """The solutions that a description resembles, the surest first, each with why and what chooses it."""
    like = matching.likely.like
    if not like:
        return []
    keys = [one.solution for one in like]
    found = Solution.objects.published().defer("geometry", "description").in_bulk(keys)
    why = {True: _("sujet proche"), False: _("mot commun, ou de même sens, dans le titre")}
    return [
        {**_choice(found[one.solution], form), "why": why[one.by_meaning]}
        for one in like
        if one.solution in found
    ]


def _choice(solution: Solution, form: GroundForm) -> dict[str, Any]:
    rest = parameters_without(form, "solution", "cherche", "description")
    return {
        "title": solution.title,
        "page": solution.get_absolute_url(),
        "proof": solution.proof_level,
        "url": "?" + urlencode([("solution", solution.slug), *rest]),
    }


def offered(form: GroundForm) -> list[dict[str, Any]]:
    """Solutions to choose from: those whose title has the words, or the best proven ones."""
    if form.cleaned_data["solution"] is not None:
        return []
    words = form.cleaned_data["cherche"]
    solutions = Solution.objects.published()
    if words:
        found = solutions.titled(words)
    elif form.has_changed():
        return []
    else:
        found = solutions.best_proven_first(few=True)
    return [
        _choice(solution, form) for solution in found.defer("geometry", "description")[:SOLUTIONS_OFFERED]
    ]


def results(wish: Wish, matching: Matching) -> dict[str, Any]:
    """The families of answers, and their points for the map."""
    models = matching.footprint.models
    families: dict[str, list[Any]] = {
        "sites": [site_card(ground) for ground in matching.sites],
        "needs": [need_card(ground) for ground in matching.needs],
        "territories": [territory_card(ground) for ground in matching.territories],
        "hosts": [site_card(ground) for ground in matching.hosts],
        "national_needs": [need_card(ground) for ground in matching.national_needs],
    }
    return {
        **{name: cards[: LIMITS[name]] for name, cards in families.items()},
        "more_hosts": rest_address(families["hosts"], wish, "site", statut="historique"),
        "more_needs": rest_address(families["national_needs"], wish, "besoin"),
        "answers": summary(families),
        "lacks": lacks(wish, matching),
        "models": [model_line(model) for model in models],
        "is_proven": matching.footprint.is_proven,
        "models_on_map": wish.point is None,
        "geojson": feature_collection(wish, matching),
    }


def feature_collection(wish: Wish, matching: Matching) -> dict[str, Any] | None:
    """What the map shows (srid 4326): the radius, the models, then the answers; None for none."""
    features = [] if wish.radius_km is None else [radius_feature(wish)]
    if wish.point is None:
        features += [model_feature(model) for model in matching.footprint.models]
    features += [territory_feature(ground) for ground in matching.territories]
    features += [record_feature(ground, "site") for ground in (*matching.hosts[:FOLDED], *matching.sites)]
    features += [record_feature(ground, "besoin") for ground in matching.needs]
    placed = [feature for feature in features if feature["geometry"] is not None]
    return {"type": "FeatureCollection", "features": placed} if placed else None


def rest_address(cards: list[Any], wish: Wish, kind: str, **more: str) -> str:
    """The list that has what a folded family leaves out, by the themes of the wish; "" when nothing is."""
    if len(cards) <= FOLDED or not wish.themes:
        return ""
    themes = [("theme", theme.code) for theme in wish.themes]
    return f"{reverse('catalogue:record-list')}?{urlencode([('type', kind), *more.items(), *themes])}"


def summary(families: dict[str, list[Any]]) -> list[dict[str, str]]:
    """How many answers each family shows, with the place of the page where they are."""
    words = {
        "sites": ("sites", _("site offert"), _("sites offerts")),
        "needs": ("besoins", _("besoin sur place"), _("besoins sur place")),
        "territories": ("territoires", _("territoire ressemblant"), _("territoires ressemblants")),
        "hosts": ("hotes", _("site d’essais passés"), _("sites d’essais passés")),
        "national_needs": ("besoins_nationaux", _("besoin sans lieu"), _("besoins sans lieu")),
    }
    return [
        {"anchor": words[name][0], "text": count_words(len(cards), LIMITS[name], *words[name][1:])}
        for name, cards in families.items()
        if cards
    ]


def count_words(count: int, limit: int, one: str, several: str) -> str:
    """« 3 sites offerts »; « les 12 premiers … » when there may be more than the page shows."""
    if count >= limit:
        return _("les %(n)d premiers %(what)s") % {"n": limit, "what": several}
    return f"{count}{NBSP}{several if count > 1 else one}"


def lacks(wish: Wish, matching: Matching) -> list[str]:
    """What the catalogue has no answer to, and why; one sentence each."""
    where = matching.footprint
    found = []
    if not matching.sites:
        found.append(_("Aucun site ouvert ou réservé du catalogue ne répond à ces conditions."))
    if wish.is_empty:
        found.append(
            _("Choisissez une solution ou un thème, ou décrivez la vôtre, pour voir besoins et territoires.")
        )
        return found
    if not matching.needs:
        found.append(
            _("Aucun besoin exprimé sur place n’y répond ; les besoins sans lieu sont plus bas.")
            if matching.national_needs
            else _("Aucun besoin du catalogue n’y répond.")
        )
    if not where.models and wish.description:
        found.append(
            _("Aucune solution au sujet assez proche n’a été essayée : aucun lieu ne peut servir de modèle.")
        )
    elif not where.models:
        found.append(
            _("Aucun lieu d’essai en cours ou achevé n’est connu du catalogue : rien à quoi ressembler.")
        )
    elif not matching.territories:
        found.append(_("Aucun territoire ne satisfait à toutes les conditions."))
    if where.taken:
        words = ngettext(
            "%(n)s territoire a déjà la solution : il est laissé de côté, avec ce qui s’y trouve.",
            "%(n)s territoires ont déjà la solution : ils sont laissés de côté, avec ce qui s’y trouve.",
            len(where.taken),
        )
        found.append(words % {"n": format_integer(len(where.taken))})
    return found


def verdict_context(answer: Verdict) -> dict[str, Any]:
    """« Pourquoi pas ce territoire ? » in words."""
    ground = answer.ground
    return {
        "name": answer.territory.label,
        "url": reverse("catalogue:territory-detail", args=answer.territory.url_parts),
        "is_excluded": answer.is_excluded,
        "reasons": answer.reasons,
        "experiments": [_verdict_experiment(experiment) for experiment in answer.experiments],
        "rank": format_integer(answer.rank) if answer.rank is not None else "",
        "examined": format_integer(answer.examined),
        "factors": ground.factors if ground is not None else [],
        "phrase": ground.sentence if ground is not None else "",
        "note": answer.note,
    }


def _verdict_experiment(experiment: Experiment) -> dict[str, str]:
    return {
        "title": experiment.title,
        "url": experiment.get_absolute_url(),
        "detail": experiment_words(experiment),
    }
