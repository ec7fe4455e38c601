"""What the ground answers by itself: vector tiles and outlines."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from geo import tiles
from geo.models import Level, Territory

TILE_TYPE = "application/vnd.mapbox-vector-tile"
GEOJSON_TYPE = "application/geo+json"
FRESH_SECONDS = 3600
"""How long a browser or a proxy may reuse an answer without asking; then it costs a 304."""


def etag(request: HttpRequest, **parts: Any) -> str:
    """Return the ETag of anything drawn from the territory."""
    return f'"{tiles.version()}"'


def cached(response: HttpResponse) -> HttpResponse:
    """Return the response, to be cached by browsers and proxies."""
    patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
    return response


@require_safe
def tile_territories(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Return vector tile of the territories: 204 when empty, 304 when unchanged, 404 outside the world."""
    if not tiles.in_world(z, x, y):
        raise Http404("Cette tuile n’existe pas.")
    return cached(draw_tile(request, z=z, x=x, y=y))


@condition(etag_func=etag)
def draw_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Return the tile, unless the client already has it."""
    content = tiles.tile(z, x, y)
    return HttpResponse(content, content_type=TILE_TYPE) if content else HttpResponse(status=204)


@require_safe
def territory_outline(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Return the GeoJSON feature of a territory, its generalised outline (srid 4326) or its point."""
    if level not in Level.values:
        raise Http404("Ce niveau de territoire n’existe pas.")
    return cached(draw_outline(request, level=level, code=code))


@condition(etag_func=etag)
def draw_outline(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Return the feature, unless the client already has it."""
    try:
        territory = Territory.objects.resolve(level, code)
    except Territory.DoesNotExist:
        raise Http404("Aucun territoire n’a ce code.") from None
    geometry = territory.simplified_outline() or (territory.point and json.loads(territory.point.json))
    properties = {"level": territory.level, "code": territory.code, "name": territory.name}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return JsonResponse(feature, content_type=GEOJSON_TYPE)
