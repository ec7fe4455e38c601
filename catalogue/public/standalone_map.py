"""A map of a few records as one HTML file that needs no network: to show in a council meeting.

folium writes the page; its thirteen addresses of CDNs are left out, Leaflet is inlined from django-leaflet's
files, and the base is the outlines of our territories. Texts reach the page as JSON that ends no script and
are put in the popups as text nodes, never as HTML. The page forbids itself the network (CSP).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.staticfiles import finders
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from jinja2 import Template

from catalogue.models import Experiment, Record
from catalogue.records.wording import period_words, place_words, status_words
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
PAGE = Template(
    """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ this.title|e }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.html.render(**kwargs) }}
<script>{{ this.script.render(**kwargs) }}</script>
</body>
</html>
"""
)


class Verbatim(Element):
    """Text that goes into the page as it is: what folium would take for a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        """The text."""
        return self.text


class Page(Figure):
    """The page, with its language, its title escaped and its policy."""

    _template = PAGE

    def __init__(self, title: str) -> None:
        super().__init__(title=title)
        self.policy = POLICY
        self.header._children.clear()


class Records(Element):
    """The records of the map, numbered as in the list below it.

    Not a MacroElement: branca would compile what it prints as a template, and run the braces of a title.
    """

    def __init__(
        self, page: Page, drawn: folium.Map, records: list[dict[str, Any]], corners: Corners
    ) -> None:
        super().__init__()
        self.page, self.drawn = page, drawn
        self.arguments = f"{script_json(records)}, {script_json(corners)}"

    def render(self, **_kwargs: Any) -> str:
        """Nothing here: the call that draws the records is added after the script of the map."""
        self.page.script.add_child(Verbatim(f"drawRecords({self.drawn.get_name()}, {self.arguments});"))
        return ""


def script_json(value: Any) -> str:
    """JSON that can stand in a script: nothing in it ends the element."""
    return json.dumps(value).translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"})


def standalone_map(records: Sequence[Record], base: str) -> str:
    """The HTML file of a map of these records, fetched with ``with_export_relations()``.

    ``base`` is the origin of the site, to which the links lead.
    """
    title = _("Carte des fiches gardées")
    tried = _trials(records)
    numbered = [
        _described(record, number, base, tried.get(record.pk, [])) for number, record in enumerate(records, 1)
    ]
    page = Page(title)
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
    points = [[place["lat"], place["lon"]] for one in numbered for place in one["places"]]
    drawn.add_child(Records(page, drawn, numbered, corners(points)))
    page.header.add_child(Verbatim(_leaflet()))
    page.html.add_child(Verbatim(f"<h1>{escape(title)}</h1>"))
    page.add_child(drawn)
    listed = {"records": numbered, "base": base, "source": _source(records)}
    text = page.render()
    below = render_to_string("catalogue/public/standalone_map_list.html", listed)
    return text.replace("</body>", f"{below}</body>", 1)


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
        return [
            {
                "lat": trial.point.y,
                "lon": trial.point.x,
                "trial": trial.title,
                "url": base + trial.get_absolute_url(),
            }
            for trial in trials
        ]
    if record.point is None:
        return []
    return [{"lat": record.point.y, "lon": record.point.x, "trial": "", "url": ""}]


def _described(record: Record, number: int, base: str, trials: Iterable[Experiment]) -> dict[str, Any]:
    source = record.source
    return {
        "number": number,
        "kind": record.kind,
        "kind_label": record.get_kind_display(),
        "title": record.title,
        "summary": record.summary,
        "place": place_words(record),
        "detail": " · ".join(
            words
            for words in (status_words(record), period_words(record.year_start, record.year_end))
            if words
        ),
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
    """Where the outlines come from."""
    return next(
        (record.territory.source.split(",")[0] for record in records if record.territory is not None), ""
    )


@cache
def _leaflet() -> str:
    """Leaflet and our own script and style, in the page: no image, no address that would be fetched."""
    script = _static("leaflet/leaflet.js").replace("https://leafletjs.com", "")
    style = re.sub(
        r"url\([^)]*\)", "none", re.sub(r"/\*.*?\*/", "", _static("leaflet/leaflet.css"), flags=re.S)
    )
    return (
        f"<style>{style}</style><style>{_static('css/rooms/standalone_map.css')}</style>"
        f"<script>{script}</script><script>{_static('js/rooms/standalone_map.js')}</script>"
    )


def _static(name: str) -> str:
    """The text of a static file, read where it is kept."""
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path).read_text(encoding="utf-8")
