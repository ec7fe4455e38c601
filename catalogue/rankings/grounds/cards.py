"""A ground as the page shows it: a card of the list, a point of the map. Called by ``views.grounds``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.public.cards import Card
from catalogue.rankings.grounds import Ground, Model, Wish
from catalogue.rankings.grounds.explanations import OPENING_WORDS
from catalogue.records.wording import distance_words, format_integer, name_in_departement


def model_line(model: Model) -> dict[str, Any]:
    """A place where it worked, for the text above the territories."""
    return {"name": model.name, "url": record_url(model.slug), "proof": model.proof_level}


def record_url(slug: str) -> str:
    return reverse("catalogue:record-detail", args=[slug])


def where_words(row: dict[str, Any]) -> str:
    """« La Courrouze, Rennes (Ille-et-Vilaine) »."""
    territory, departement = row["territory_name"], row["departement"]
    if territory is None:
        return row["place_name"] or ""
    where = name_in_departement(territory, departement)
    if row["place_name"] and territory not in row["place_name"]:
        return f"{row['place_name']}, {where}"
    return where


def site_card(ground: Ground) -> Card:
    row = ground.row
    state = row["site_state"]
    has_hosted = state == "historique"
    return replace(
        _ground_card(ground, Record.Kind.SITE),
        summary=row["summary"] or row["allowed_tests"],
        status_label=_("a déjà accueilli des essais") if has_hosted else str(OPENING_WORDS[state]),
        themes=row["ground_kinds"],
    )


def need_card(ground: Ground) -> Card:
    return _ground_card(ground, Record.Kind.NEED)


def _ground_card(ground: Ground, kind: Record.Kind) -> Card:
    row = ground.row
    return Card(
        url=record_url(row["slug"]),
        slug=row["slug"],
        kind=kind.value,
        title=row["title"],
        summary=row["summary"],
        place=where_words(row),
        distance=_distance(row),
        factors=ground.factors,
    )


def _distance(row: dict[str, Any]) -> str:
    return distance_words(row["metres"]) if row["metres"] is not None else ""


def _link(title: str, slug: str) -> dict[str, str]:
    return {"title": title, "url": record_url(slug)}


def territory_card(ground: Ground) -> dict[str, Any]:
    row = ground.row
    return {
        "url": reverse("catalogue:territory-detail", args=[row["level"], row["code"]]),
        "name": row["name"],
        "departement": _departement(row),
        "population": format_integer(row["population"]) if row["population"] is not None else "",
        "distance": _distance(row),
        "site": _link(row["site_title"], row["site_slug"]) if row["site_slug"] else None,
        "need": _link(row["need_title"], row["need_slug"]) if row["needs"] else None,
        "factors": ground.factors,
        "phrase": ground.sentence,
    }


def _departement(row: dict[str, Any]) -> str | None:
    """Nothing for a place that is its own département."""
    return None if row["departement"] == row["name"] else row["departement"]


def point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    """A GeoJSON point (srid 4326)."""
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}


def record_feature(ground: Ground, kind: str) -> dict[str, Any]:
    """A site or a need on the map."""
    row = ground.row
    properties = {
        "role": "point",
        "kind": kind,
        "slug": row["slug"],
        "title": row["title"],
        "url": record_url(row["slug"]),
    }
    return {"type": "Feature", "geometry": point(row["lon"], row["lat"]), "properties": properties}


def territory_feature(ground: Ground) -> dict[str, Any]:
    """A territory on the map, as its point."""
    row = ground.row
    address = reverse("catalogue:territory-detail", args=[row["level"], row["code"]])
    properties = {
        "role": "point",
        "slug": f"{row['level']}-{row['code']}",
        "title": row["name"],
        "url": address,
    }
    return {"type": "Feature", "geometry": point(row["lon"], row["lat"]), "properties": properties}


def radius_feature(wish: Wish) -> dict[str, Any]:
    """The circle within which one looks."""
    centre = point(wish.point.x, wish.point.y) if wish.point is not None else None
    return {"type": "Feature", "geometry": centre, "properties": {"role": "rayon", "km": wish.radius_km}}


def model_feature(model: Model) -> dict[str, Any]:
    """A place where it worked, on the map."""
    properties = {
        "role": "point",
        "kind": Record.Kind.EXPERIMENT.value,
        "proof": model.proof_level,
        "slug": model.slug,
        "title": model.experiment,
        "url": record_url(model.slug),
    }
    return {"type": "Feature", "geometry": point(model.lon, model.lat), "properties": properties}
