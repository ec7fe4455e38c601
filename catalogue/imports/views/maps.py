"""The places of an import on a map: one row and what it may mean, every doubt about a place, the records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.imports.places.placement import distance_m
from catalogue.imports.places.territories import point_coordinate
from catalogue.imports.places.whereabouts import SPATIAL_DOUBTS
from catalogue.imports.views.words import Fact, doubt_label, group_thousands
from catalogue.models import ImportBatch, ImportRow, Record
from geo.models import Territory

Feature = dict[str, Any]
Collection = dict[str, Any]
ON_THE_MAP = 500
DOUBTS_ON_THE_MAP = 200
Point = tuple[float, float]
NEAR_M = 20
FAR_KM = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """A territory on the map: its reference, its name with its code, its point (lon, lat; srid 4326)."""

    reference: str
    label: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A row in words: its doubts, the point that it gives, the places of its code and of its name."""

    line: int
    url: str
    title: str
    doubts: str
    given: str
    code: str
    names: str


def find_spots(rows: Iterable[ImportRow]) -> dict[str, Spot]:
    """Return the territories that the rows may mean, by reference; one query, by the key of territories."""
    wanted = Q()
    for row in rows:
        place = row.detail.get("place", {})
        for reference in filter(None, (place.get("code"), *place.get("names", []))):
            level, _separator, code = reference.partition(":")
            wanted |= Q(level=level, code=code)
    if not wanted:
        return {}
    found = (
        Territory.objects.filter(wanted)
        .annotate(lon=point_coordinate("ST_X"), lat=point_coordinate("ST_Y"))
        .values_list("level", "code", "name", "lon", "lat")
    )
    return {
        f"{level}:{code}": Spot(f"{level}:{code}", f"{name} ({code})", None if lon is None else (lon, lat))
        for level, code, name, lon, lat in found
    }


def row_map(row: ImportRow, kind: str) -> tuple[Collection | None, list[Fact]]:
    """Return the row's point or shape with the outlines of its code and its name; the same as facts."""
    place = row.detail.get("place", {})
    known = find_spots([row])
    features = _row_features(row, kind, known, url="")
    for reference, role in _named_places(place):
        level, _separator, code = reference.partition(":")
        territory = Territory.objects.filter(level=level, code=code).first()
        outline = territory.simplified_outline() if territory else None
        if outline:
            features.append(_build_feature(outline, role=role))
    line = _place_line(row, known)
    facts = [
        Fact(_("Point du fichier (latitude ; longitude)"), line.given),
        Fact(_("D’après le code"), line.code),
        Fact(_("D’après le nom, ou proposé"), line.names),
    ]
    return _feature_collection(features), facts


def doubts_map(batch: ImportBatch, kind: str) -> tuple[Collection | None, list[PlaceLine], int]:
    """Return every doubt about a place: the map, the same rows in words, and how many there are in all."""
    rows = doubtful_places(batch)
    shown = list(rows[:DOUBTS_ON_THE_MAP])
    known = find_spots(shown)
    features: list[Feature] = []
    for row in shown:
        features += _row_features(row, kind, known, url=row_url(row))
    return _feature_collection(features), [_place_line(row, known) for row in shown], rows.count()


def doubtful_places(batch: ImportBatch) -> Any:
    rows = batch.rows.filter(fate=ImportRow.Fate.SUSPICIOUS, codes__overlap=sorted(SPATIAL_DOUBTS))
    return rows.order_by("line")


def row_url(row: ImportRow) -> str:
    return reverse("catalogue:import-row", args=[row.batch_id, row.line])


def _named_places(place: dict[str, Any]) -> list[tuple[str, str]]:
    of_code = [(place["code"], "code")] if place.get("code") else []
    return of_code + [(reference, "nom") for reference in place.get("names", [])]


def _row_features(row: ImportRow, kind: str, known: dict[str, Spot], *, url: str) -> list[Feature]:
    """Return the points of a row: given, of the code (hollow), of the name, tied by a dashed line."""
    place = row.detail.get("place", {})
    title = _("Ligne %(n)d : %(title)s") % {"n": row.line, "title": row.title or row.key}
    properties = {"kind": kind, "url": url, "slug": str(row.line)}
    features, ends = [], []
    if given := place.get("point"):
        name = _("%(row)s, lieu du fichier") % {"row": title}
        features.append(_point_feature(given, title=name, **properties))
        ends.append(tuple(given))
    elif shape := place.get("shape"):
        features.append(_build_feature(shape, role="perimetre", kind=kind, title=title))
    for reference, role in _named_places(place):
        spot = known.get(reference)
        if spot is None or spot.point is None or any(distance_m(spot.point, end) < NEAR_M for end in ends):
            continue
        of_code = role == "code"
        name = _("%(row)s, d’après le code : %(place)s") if of_code else _("%(row)s, proposé : %(place)s")
        name = name % {"row": title, "place": spot.label}
        features.append(
            _point_feature(list(spot.point), title=name, hollow=of_code, ring=not of_code, **properties)
        )
        ends.append(spot.point)
    if len(ends) > 1:
        lines = [[list(ends[0]), list(end)] for end in ends[1:]]
        features.insert(0, _build_feature({"type": "MultiLineString", "coordinates": lines}, role="ecart"))
    return features


def _place_line(row: ImportRow, known: dict[str, Spot]) -> PlaceLine:
    place = row.detail.get("place", {})
    given = tuple(place["point"]) if place.get("point") else None
    names = [known[reference] for reference in place.get("names", []) if reference in known]
    doubts = [doubt_label(code) for code in row.codes if code in SPATIAL_DOUBTS]
    return PlaceLine(
        line=row.line,
        url=row_url(row),
        title=row.title or row.key,
        doubts=", ".join(doubts),
        given=_format_coordinates(given) if given else "",
        code=known[place["code"]].label if place.get("code") in known else "",
        names=", ".join(_label_with_distance(spot, given) for spot in names),
    )


def _label_with_distance(spot: Spot, given: Any) -> str:
    """Return the name of a territory, with how far its point is from the one given."""
    if given is None or spot.point is None:
        return spot.label
    km = distance_m(given, spot.point) / 1000
    far = group_thousands(round(km)) if km >= FAR_KM else f"{km:.1f}".replace(".", ",")
    return _("%(place)s, à %(km)s km") % {"place": spot.label, "km": far}


def _format_coordinates(point: Any) -> str:
    return f"{point[1]:.4f} ; {point[0]:.4f}".replace(".", ",").replace("-", "\u2212")


def records_map(batch: ImportBatch) -> tuple[Collection | None, int]:
    """Return the map of the records that the batch created or changed, and how many have no place."""
    changed = [int(pk) for pk in batch.report.get("changes", {})]
    records = Record.objects.filter(Q(import_batch=batch) | Q(pk__in=changed))
    placed = records.filter(point__isnull=False).order_by("pk")
    rows = placed.values_list("slug", "title", "kind", "point")[:ON_THE_MAP]
    features = [
        _point_feature(
            [round(point.x, 5), round(point.y, 5)],
            kind=kind,
            title=title,
            slug=slug,
            url=reverse("catalogue:workshop-record", args=[slug]),
        )
        for slug, title, kind, point in rows
    ]
    return _feature_collection(features), records.filter(point__isnull=True).count()


def _point_feature(coordinates: list[float], **properties: Any) -> Feature:
    return _build_feature({"type": "Point", "coordinates": coordinates}, role="point", **properties)


def _build_feature(geometry: dict[str, Any], **properties: Any) -> Feature:
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {name: value for name, value in properties.items() if value not in ("", False)},
    }


def _feature_collection(features: list[Feature]) -> Collection | None:
    return {"type": "FeatureCollection", "features": features} if features else None
