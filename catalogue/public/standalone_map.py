"""A map of a few records as one HTML file that needs no network: to show in a council meeting.

folium makes the map alone, without its CDNs, and a template writes the page around it: Leaflet is inlined
from django-leaflet's files, the ground is the outlines of our territories. Texts reach the page as JSON that
ends no script and are put in the popups as text nodes, never as HTML. The page forbids itself the network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import folium
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Point
from django.contrib.staticfiles import finders
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from catalogue.models import Experiment, Record
from catalogue.records.expiry import status_words
from catalogue.records.wording import period_words, place_words
from geo.models import Level, TerritoryOutline
from geo.models.territory import WGS84, Band

Corners = list[list[float]]
FINENESS = 0.0002
"""Degrees within which a perimeter is simplified: about twenty metres."""
MOST_VERTICES = 200
"""A perimeter of fewer vertices is drawn as it is."""
MOST_TRIALS = 200
"""Places of solutions drawn at most."""
FRANCE = [[41.2, -5.3], [51.2, 9.8]]
"""South-west and north-east corners shown when no record has a place."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
STYLES = {
    Level.REGION: {"color": "#7b8b90", "weight": 1, "fillColor": "#fbfaf5", "fillOpacity": 1},
    Level.DEPARTEMENT: {"color": "#7b8b90", "weight": 1, "dashArray": "3 3", "fillOpacity": 0},
    Level.COMMUNE: {"color": "#13262f", "weight": 1.5, "fillColor": "#d6dfde", "fillOpacity": 0.5},
}


def script_json(value: Any) -> SafeString:
    """JSON that can stand in a script: nothing in it ends the element."""
    return mark_safe(json.dumps(value).translate({ord(char): f"\\u{ord(char):04x}" for char in "<>&"}))


def standalone_map(records: Sequence[Record], base: str) -> str:
    """The HTML file of a map of these records, fetched with ``with_export_relations()``.

    ``base`` is the origin of the site, to which the links lead.
    """
    tried = _trials(records)
    described = [
        _described(record, number, base, tried.get(record.pk, [])) for number, record in enumerate(records, 1)
    ]
    drawn = _base_map(records)
    page: Any = drawn.get_root()
    drawn.render()  # type: ignore[no-untyped-call]
    points = list(chain.from_iterable(one["places"] for one in described))
    context = {
        "policy": POLICY,
        "leaflet": _leaflet(),
        "head": mark_safe(page.header.render()),
        "body": mark_safe(page.html.render()),
        "script": mark_safe(page.script.render()),
        "map_name": drawn.get_name(),
        "json": script_json(described),
        "corners": script_json(corners([(point["lat"], point["lon"]) for point in points])),
        "records": described,
        "base": base,
        "source": _source(records),
    }
    return render_to_string("catalogue/public/standalone_map.html", context)


def _base_map(records: Sequence[Record]) -> folium.Map:
    """The map that folium draws on: our outlines, without tiles nor anything to fetch."""
    drawn = folium.Map(
        tiles=None, height="70%", prefer_canvas=False, attribution_control=False, location=(46.6, 2.4)
    )
    drawn.default_js, drawn.default_css = [], []
    for level, features in outlines(records).items():
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            style_function=lambda _feature, style=STYLES[level]: style,
            interactive=False,
        ).add_to(drawn)
    return drawn


def corners(points: Sequence[Sequence[float]]) -> Corners:
    """South-west and north-east corners (latitude, longitude) that hold the points, or those of France."""
    if not points:
        return FRANCE
    lats, lons = [lat for lat, _lon in points], [lon for _lat, lon in points]
    return [[min(lats) - 0.02, min(lons) - 0.02], [max(lats) + 0.02, max(lons) + 0.02]]


def _trials(records: Iterable[Record]) -> dict[int, list[Experiment]]:
    """The published experiments of the solutions: a solution is on the map where it was tried."""
    solutions = [record.pk for record in records if record.kind == Record.Kind.SOLUTION]
    if not solutions:
        return {}
    found: dict[int, list[Experiment]] = {}
    experiments = Experiment.objects.published().located().filter(solution__in=solutions)
    for experiment in experiments.defer("geometry", "description").order_by("-proof_level", "pk")[
        :MOST_TRIALS
    ]:
        found.setdefault(experiment.solution_id, []).append(experiment)
    return found


def _places(record: Record, trials: Iterable[Experiment], base: str) -> list[dict[str, Any]]:
    """Where the record is drawn: its own point, or those of its trials with their titles."""
    if record.kind == Record.Kind.SOLUTION:
        return [_place(trial.point, trial.title, base + trial.get_absolute_url()) for trial in trials]
    return [] if record.point is None else [_place(record.point)]


def _place(point: Point, trial: str = "", url: str = "") -> dict[str, Any]:
    return {"lat": point.y, "lon": point.x, "trial": trial, "url": url}


def _described(record: Record, number: int, base: str, trials: Iterable[Experiment]) -> dict[str, Any]:
    source = record.source
    details = (status_words(record), period_words(record.year_start, record.year_end))
    return {
        "number": number,
        "kind": record.kind,
        "kind_label": record.get_kind_display(),
        "title": record.title,
        "summary": record.summary,
        "place": place_words(record),
        "detail": " · ".join(filter(None, details)),
        "proof": record.proof_level,
        "url": base + record.get_absolute_url(),
        "source": record.source_citation or (source.name if source else ""),
        "source_url": record.source_url or (source.url if source else ""),
        "places": _places(record, trials, base),
        "shape": _shape(record),
    }


def _shape(record: Record) -> dict[str, Any] | None:
    """The perimeter or the line of a record (srid 4326), simplified when it is heavy."""
    geometry = record.geometry
    if geometry is None or geometry.geom_type == "Point":
        return None
    if geometry.num_coords > MOST_VERTICES:
        geometry = geometry.simplify(FINENESS, preserve_topology=True)
    shape: dict[str, Any] = json.loads(geometry.json)
    return shape


def outlines(records: Iterable[Record]) -> dict[Level, list[dict[str, Any]]]:
    """The base of the map: every région, the départements of the records and their communes, as features."""
    communes, departements = set(), set()
    for record in records:
        if record.territory is not None:
            communes.add(record.territory.pk)
            departements.add(record.territory.departement_id)
    wanted = (
        Q(level=Level.REGION, band=Band.COUNTRY)
        | Q(level=Level.DEPARTEMENT, band=Band.REGION, territory__in=departements - {None})
        | Q(level=Level.COMMUNE, band=Band.FULL, territory__in=communes)
    )
    rows = (
        TerritoryOutline.objects.filter(wanted)
        .annotate(json=AsGeoJSON(Transform("geometry", WGS84), precision=4))
        .values_list("level", "json")
    )
    found: dict[Level, list[dict[str, Any]]] = {Level.REGION: [], Level.DEPARTEMENT: [], Level.COMMUNE: []}
    for level, text in rows.order_by("pk"):
        found[Level(level)].append({"type": "Feature", "properties": {}, "geometry": json.loads(text)})
    return {level: features for level, features in found.items() if features}


def _source(records: Iterable[Record]) -> str:
    return next(
        (record.territory.source.split(",")[0] for record in records if record.territory is not None), ""
    )


@cache
def _leaflet() -> dict[str, SafeString]:
    """Leaflet and our own scripts and styles, for the page: no image, no URL that would be fetched."""
    style = re.sub(r"/\*.*?\*/", "", _static("leaflet/leaflet.css"), flags=re.S)
    script = _static("leaflet/leaflet.js").replace("https://leafletjs.com", "")
    return {
        "style": mark_safe(re.sub(r"url\([^)]*\)", "none", style)),
        "own_style": mark_safe(_static("css/rooms/standalone_map.css")),
        "script": mark_safe(script),
        "own_script": mark_safe(_static("js/rooms/standalone_map.js")),
    }


def _static(name: str) -> str:
    """The text of a static file, read where it is kept."""
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path).read_text(encoding="utf-8")
