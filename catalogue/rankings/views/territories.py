"""Territory pages: what has worked near here, explained."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.public.cards import Card, record_card
from catalogue.public.figures import in_and_around
from catalogue.public.search.record_search import TWINS as SEARCHED_TWINS
from catalogue.rankings.cards import ranked_card
from catalogue.rankings.forms import RankingForm
from catalogue.rankings.solutions import DEFAULT_WEIGHT, PROFILED, Ranking, rank_solutions
from catalogue.records.wording import NBSP, format_integer
from catalogue.web.access import public
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of
from geo.models import Territory

LEVELS = ("commune", "arrondissement", "epci", "ept", "departement", "region")
SHOWN = 10
MOST_SHOWN = 60
INSIDE = 12
TWINS = 5
MOST_COUNTED = 1000
PARTS_SHOWN = 100
PARTS = {
    "departement": (gettext_lazy("département"), gettext_lazy("départements")),
    "epci": (gettext_lazy("intercommunalité"), gettext_lazy("intercommunalités")),
    "ept": (
        gettext_lazy("établissement public territorial"),
        gettext_lazy("établissements publics territoriaux"),
    ),
    "commune": (gettext_lazy("commune"), gettext_lazy("communes")),
    "arrondissement": (gettext_lazy("arrondissement municipal"), gettext_lazy("arrondissements municipaux")),
}
"""The levels that lie in another, the largest first, each in the singular and the plural."""
PLURALS = {
    Record.Kind.SOLUTION: gettext_lazy("Solutions"),
    Record.Kind.EXPERIMENT: gettext_lazy("Expérimentations"),
    Record.Kind.OPERATION: gettext_lazy("Opérations d’aménagement"),
    Record.Kind.SITE: gettext_lazy("Sites d’expérimentation"),
    Record.Kind.NEED: gettext_lazy("Besoins"),
}


class TerritorySearchForm(forms.Form):
    """Words that name a territory."""

    q = forms.CharField(
        label=gettext_lazy("Commune, code postal ou code INSEE"), max_length=200, required=False
    )


@public
@require_safe
def territory_list(request: HttpRequest) -> HttpResponse:
    """Find a territory by name, postal code or code; without words, the régions."""
    form = TerritorySearchForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    words = form.cleaned_data["q"]
    found = list(Territory.objects.complete(words, limit=30).with_parents()) if words else []
    if len(found) == 1 and request.GET.get("q"):
        return redirect("catalogue:territory-detail", level=found[0].level, code=found[0].code)
    return render(
        request,
        "catalogue/rankings/territory_list.html",
        {
            "q": words,
            "matches": found,
            "regions": list(
                Territory.objects.current().at_level("region").defer("geometry").order_by("name")
            ),
            "section": "territoires",
        },
    )


@public
@require_safe
def territory_detail(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Proven solutions ranked for a territory, and what stands in it."""
    if level not in LEVELS:
        raise Http404
    try:
        territory = Territory.objects.with_parents().resolve(level, code)
    except Territory.DoesNotExist as error:
        raise Http404 from error
    if territory.code != code:
        return redirect(
            "catalogue:territory-detail", level=territory.level, code=territory.code, permanent=True
        )
    parameters = with_default_weight(request.GET)
    form = RankingForm(parameters)
    if not form.is_valid():
        return bad_request(request, form)
    return render(request, "catalogue/rankings/territory_detail.html", _context(territory, form, parameters))


def with_default_weight(parameters: QueryDict) -> QueryDict:
    """The parameters with the slider where it stands by default, so that the page shows it there."""
    data = parameters.copy()
    data.setdefault("ressemblance", str(round(DEFAULT_WEIGHT * 100)))
    return data


def _context(territory: Territory, form: RankingForm, parameters: QueryDict) -> dict[str, Any]:
    counts = in_and_around(territory)
    here = reverse("catalogue:territory-detail", args=territory.url_parts)
    zonings = territory.zonagemember_set.select_related("zonage").order_by("zonage__position")
    return {
        "territory": territory,
        "address": here,
        "form": form,
        "trail": trail(territory),
        "parents": parents(territory),
        "phrase": lead(territory, counts),
        **_ranking_context(territory, form, f"{here}?{rest_query(parameters)}"),
        **_filters_context(territory, form, here),
        "empty": empty_ranking(territory, here),
        "facts": facts(territory, counts),
        "geojson": outline(territory),
        "extent": ",".join(f"{value:.4f}" for value in territory.bbox or ()),
        **twins_context(territory),
        "inside": levels_inside(territory),
        "local": records_inside(territory),
        "local_list_url": listed(territory),
        "zonings": [member.zonage for member in zonings],
        "section": "territoires",
    }


def _ranking_context(territory: Territory, form: RankingForm, everything_url: str) -> dict[str, Any]:
    """The solutions ranked for the territory; nothing for one that has no point."""
    ranking = _rank(territory, form)
    if ranking is None:
        return {"solutions": [], "radius_words": "", "more_url": "", "lessons": []}
    has_more = len(ranking.solutions) < ranking.total
    return {
        "solutions": [ranked_card(solution) for solution in ranking.solutions],
        "radius_words": radius_words(territory, ranking, on_theme=bool(form.search.chosen("theme"))),
        "more_url": everything_url if has_more else "",
        "lessons": [ranked_card(failure) for failure in ranking.failures],
    }


def _rank(territory: Territory, form: RankingForm) -> Ranking | None:
    if territory.point is None:
        return None
    asked = form.cleaned_data
    return rank_solutions(
        territory,
        territory.point,
        form.search,
        radius_km=asked["rayon"],
        weight=form.weight,
        limit=MOST_SHOWN if asked["voir"] == "tout" else SHOWN,
    )


def _filters_context(territory: Territory, form: RankingForm, here: str) -> dict[str, Any]:
    """How the ranking is asked for: its order, and the filters of the list that the address has."""
    kept = [(one.name, one.text) for one in form.search.parameters]
    own = urlencode([(name, value) for name, value in form.data.items() if name in form.fields and value])
    tags = [
        {"text": text, "url": f"{here}?{own}&{rest}" if rest else f"{here}?{own}"}
        for text, rest in form.search.active_tags()
    ]
    return {
        "compares_profiles": territory.level in PROFILED,
        "by_distance": form.search.sort == "distance",
        "hidden": kept,
        "active": tags,
    }


def rest_query(parameters: QueryDict) -> str:
    """The query string that shows the whole ranking."""
    kept = [(name, value) for name, value in parameters.items() if value and name != "voir"]
    return urlencode([*kept, ("voir", "tout")])


def lead(territory: Territory, counts: dict[str, int]) -> str:
    """One sentence: what the territory is and what the catalogue knows of it."""
    total = sum(counts.values())
    if not total:
        known = _("Le catalogue n’a encore aucune fiche sur place ; voici ce qui existe autour.")
    else:
        known = ngettext(
            "Le catalogue y compte %(n)s fiche.", "Le catalogue y compte %(n)s fiches.", total
        ) % {"n": format_integer(total)}
    if territory.population is None:
        return known
    people = _("%(n)s habitants.") % {"n": format_integer(territory.population)}
    return f"{people} {known}"


def radius_words(territory: Territory, ranking: Ranking, *, on_theme: bool) -> str:
    """How far one had to look, how many of the results are proven, and which lie beyond."""
    proven = proven_words(ranking.proven, on_theme=on_theme)
    if ranking.everywhere:
        return _("Recherche étendue à toute la France pour réunir assez de preuves%(nbsp)s: %(proven)s.") % {
            "nbsp": NBSP,
            "proven": proven,
        }
    radius = _("dans un rayon de %(km)s km autour %(of)s") % {
        "km": format_integer(ranking.radius_km),
        "of": territory.of_name,
    }
    words = _("%(radius)s, %(proven)s.") % {"proven": proven, "radius": radius[:1].upper() + radius[1:]}
    if ranking.widened:
        words = _("Rayon élargi pour réunir assez de preuves%(nbsp)s: %(radius)s, %(proven)s.") % {
            "nbsp": NBSP,
            "proven": proven,
            "radius": radius,
        }
    return f"{words} {beyond_words(ranking.beyond)}" if ranking.beyond else words


def proven_words(proven: int, *, on_theme: bool) -> str:
    """How many solutions have a measured result, of the theme when one is asked for."""
    if on_theme:
        none = _("aucune solution de ce thème n’a de résultat mesuré et comparé")
        some = ngettext(
            "%(n)s solution de ce thème a un résultat mesuré et comparé",
            "%(n)s solutions de ce thème ont un résultat mesuré et comparé",
            proven,
        )
    else:
        none = _("aucune solution n’a de résultat mesuré et comparé")
        some = ngettext(
            "%(n)s solution a un résultat mesuré et comparé",
            "%(n)s solutions ont un résultat mesuré et comparé",
            proven,
        )
    return some % {"n": proven} if proven else none


def beyond_words(beyond: int) -> str:
    """That some of the results lie further than the radius, and why."""
    return ngettext(
        "Plus loin, %(n)s solution est classée parce qu’un territoire jumeau l’a essayée.",
        "Plus loin, %(n)s solutions sont classées parce qu’un territoire jumeau les a essayées.",
        beyond,
    ) % {"n": beyond}


def empty_ranking(territory: Territory, here: str) -> dict[str, Any]:
    if territory.point is None:
        return {
            "title": _("Ce territoire n’a pas de point connu"),
            "text": _(
                "Nos sources n’en donnent pas le contour : les distances ne peuvent pas être calculées."
            ),
            "tips": [{"text": _("Toutes les fiches"), "url": reverse("catalogue:record-list")}],
        }
    return {
        "title": _("Aucune solution dans ce rayon"),
        "text": _("Sans rayon fixé, la recherche s’élargit jusqu’à trouver assez de preuves."),
        "tips": [{"text": _("Retirer le rayon et le thème"), "url": here}],
    }


def facts(territory: Territory, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The figures of a territory, each with its meaning."""
    address = listed(territory)
    density_class = territory.get_density_class_display() or ""
    found: list[dict[str, Any]] = [
        {"term": _("Code"), "value": territory.code},
        {"term": _("Population"), "value": _quantity(territory.population)},
        {"term": _("Superficie"), "value": _quantity(territory.area_km2, "km²")},
        {"term": _("Densité"), "value": _quantity(territory.density, "hab./km²")},
        {"term": _("Classe de densité (calculée)"), "value": density_class},
        {"term": _("Codes postaux"), "value": ", ".join(territory.postal_codes[:6])},
    ]
    found += [
        {
            "term": str(PLURALS[kind]),
            "value": format_integer(counts[kind]),
            "url": f"{address}&type={kind.value}",
        }
        for kind in Record.Kind
        if counts[kind]
    ]
    return [fact for fact in found if fact["value"]]


def _quantity(value: Any, unit: str = "") -> str:
    """The number with its unit; empty when it is unknown or zero."""
    if not value:
        return ""
    return f"{format_integer(value)}{NBSP}{unit}" if unit else format_integer(value)


def listed(territory: Territory) -> str:
    """Address of the list of the territory's records."""
    return f"{reverse('catalogue:record-list')}?territoire={territory.level}:{territory.code}"


def outline(territory: Territory) -> dict[str, Any] | None:
    """The generalised outline of the territory for its map (srid 4326)."""
    if not territory.has_outline:
        return None
    geometry = territory.simplified_outline()
    if geometry is None:
        return None
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {"role": "contour", "title": territory.name},
            }
        ],
    }


def ancestors(territory: Territory) -> list[Territory]:
    """The enclosing territories, largest first."""
    chain = (territory.region, territory.departement, territory.ept or territory.epci, territory.commune)
    return [parent for parent in chain if parent is not None and parent.pk != territory.pk]


def trail(territory: Territory) -> list[dict[str, str]]:
    steps = [{"text": _("Territoires"), "url": reverse("catalogue:territory-list")}]
    steps += [
        {"text": parent.name, "url": reverse("catalogue:territory-detail", args=parent.url_parts)}
        for parent in ancestors(territory)
    ]
    return [*steps, {"text": territory.name, "url": ""}]


def parents(territory: Territory) -> list[dict[str, str]]:
    """Links to the enclosing territories."""
    return [
        {
            "text": _("Solutions classées%(nbsp)s: %(name)s") % {"nbsp": NBSP, "name": parent.name},
            "url": reverse("catalogue:territory-detail", args=parent.url_parts),
        }
        for parent in reversed(ancestors(territory))
    ]


def twins_context(territory: Territory) -> dict[str, Any]:
    """The territories that resemble most, with why, and how many records stand in them and the next ones."""
    found = territory.twins(SEARCHED_TWINS)
    records = Record.objects.published().in_any_of(found)
    count = records.order_by()[: MOST_COUNTED + 1].count() if found else 0
    return {"twins": [_twin_line(twin) for twin in found[:TWINS]], "twin_records": count}


def _twin_line(twin: Territory) -> dict[str, Any]:
    return {
        "name": twin.label,
        "url": reverse("catalogue:territory-detail", args=twin.url_parts),
        "closest": [str(comparison) for comparison in twin.explanation.closest],
        "farthest": str(twin.explanation.farthest),
    }


def levels_inside(territory: Territory) -> list[dict[str, Any]]:
    """The way down: the levels that lie in the territory, with how many of each."""
    counts = dict(
        Territory.objects.current()
        .parts_of(territory)
        .order_by()
        .values_list("level")
        .annotate(n=Count("pk"))
        .values_list("level", "n")
    )
    return [
        {
            "text": f"{format_integer(counts[level])}{NBSP}{one if counts[level] == 1 else several}",
            "url": reverse("catalogue:territory-inside", args=[*territory.url_parts, level]),
        }
        for level, (one, several) in PARTS.items()
        if counts.get(level)
    ]


@public
@require_safe
def territory_inside(request: HttpRequest, level: str, code: str, inside: str) -> HttpResponse:
    """The territories of a level that lie in another, a page at a time."""
    if level not in LEVELS or inside not in PARTS:
        raise Http404
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    try:
        territory = Territory.objects.with_parents().resolve(level, code)
    except Territory.DoesNotExist as error:
        raise Http404 from error
    rows = Territory.objects.current().parts_of(territory).at_level(inside).order_by("slug", "code")
    page = page_of(rows, form.cleaned_data["page"], size=PARTS_SHOWN)
    if not page.object_list:
        raise Http404
    here = {"text": territory.name, "url": reverse("catalogue:territory-detail", args=territory.url_parts)}
    return render(
        request,
        "catalogue/rankings/territory_inside.html",
        {
            "territory": territory,
            "what": PARTS[inside][1],
            "page": page,
            "trail": [*trail(territory)[:-1], here, {"text": PARTS[inside][1].capitalize(), "url": ""}],
            "section": "territoires",
        },
    )


def records_inside(territory: Territory) -> list[Card]:
    """The operations, sites and needs of the territory, last updated first."""
    kinds = [Record.Kind.OPERATION, Record.Kind.SITE, Record.Kind.NEED]
    records = Record.objects.published().in_territory(territory).of_kinds(kinds)
    return [
        record_card(record)
        for record in records.order_by("-updated_at", "-pk").with_card_relations()[:INSIDE]
    ]
