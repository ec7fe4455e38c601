"""Territory pages: what has worked near here, explained."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.public.cards import Card, record_card
from catalogue.public.figures import in_and_around
from catalogue.rankings.cards import ranked_card
from catalogue.rankings.forms import RankingForm
from catalogue.rankings.solutions import DEFAULT_WEIGHT, PROFILED, Ranking, rank_solutions
from catalogue.records.wording import NBSP, format_integer
from catalogue.web.access import public
from catalogue.web.errors import bad_request
from geo.models import Territory

LEVELS = ("commune", "arrondissement", "epci", "ept", "departement", "region")
SHOWN = 10
MOST_SHOWN = 60
INSIDE = 12
TWINS = 5
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
        "compares_profiles": territory.level in PROFILED,
        **_ranking_context(territory, form, f"{here}?{rest_query(parameters)}"),
        **_filters_context(form, here),
        "empty": empty_ranking(territory, here),
        "facts": facts(territory, counts),
        "geojson": outline(territory),
        "extent": ",".join(f"{value:.4f}" for value in territory.bbox or ()),
        "twins": twins(territory),
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
        "radius_words": radius_words(territory, ranking),
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


def _filters_context(form: RankingForm, here: str) -> dict[str, Any]:
    """The filters of the list that the address has: their tags, and what keeps them when it is changed."""
    kept = [(one.name, one.text) for one in form.search.parameters]
    own = urlencode([(name, value) for name, value in form.data.items() if name in form.fields and value])
    tags = [
        {"text": text, "url": f"{here}?{own}&{rest}" if rest else f"{here}?{own}"}
        for text, rest in form.search.active_tags()
    ]
    return {"hidden": kept, "active": tags}


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


def radius_words(territory: Territory, ranking: Ranking) -> str:
    """How far one had to look, and how many of the results are proven."""
    proven = ngettext(
        "%(n)s solution a un résultat mesuré et comparé",
        "%(n)s solutions ont un résultat mesuré et comparé",
        ranking.proven,
    ) % {"n": ranking.proven}
    if not ranking.proven:
        proven = _("aucune solution n’a de résultat mesuré et comparé")
    if ranking.everywhere:
        return _("Recherche étendue à toute la France pour réunir assez de preuves%(nbsp)s: %(proven)s.") % {
            "nbsp": NBSP,
            "proven": proven,
        }
    radius = _("dans un rayon de %(km)s km autour %(of)s") % {
        "km": format_integer(ranking.radius_km),
        "of": territory.of_name,
    }
    if ranking.widened:
        return _("Rayon élargi pour réunir assez de preuves%(nbsp)s: %(radius)s, %(proven)s.") % {
            "nbsp": NBSP,
            "proven": proven,
            "radius": radius,
        }
    return _("%(radius)s, %(proven)s.") % {"proven": proven, "radius": radius[:1].upper() + radius[1:]}


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
            "text": _("Solutions éprouvées%(nbsp)s: %(name)s") % {"nbsp": NBSP, "name": parent.name},
            "url": reverse("catalogue:territory-detail", args=parent.url_parts),
        }
        for parent in reversed(ancestors(territory))
    ]


def twins(territory: Territory) -> list[dict[str, Any]]:
    """The territories that resemble most, with why; empty for levels without profiles."""
    return [
        {
            "name": twin.label,
            "url": reverse("catalogue:territory-detail", args=twin.url_parts),
            "closest": [str(comparison) for comparison in twin.explanation.closest],
            "farthest": str(twin.explanation.farthest),
        }
        for twin in territory.twins(TWINS)
    ]


def records_inside(territory: Territory) -> list[Card]:
    """The operations, sites and needs of the territory, last updated first."""
    kinds = [Record.Kind.OPERATION, Record.Kind.SITE, Record.Kind.NEED]
    records = Record.objects.published().in_territory(territory).of_kinds(kinds)
    return [
        record_card(record)
        for record in records.order_by("-updated_at", "-pk").with_card_relations()[:INSIDE]
    ]
