"""The address of the record tiles: the list's own parameters, an ETag, an empty tile as 204."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.public import tiles
from catalogue.public.search.filters import RecordFilterForm
from catalogue.web.access import public
from catalogue.web.errors import bad_request

MAX_AGE_S = 30
"""For how long a browser keeps a tile: an unpublished record is gone within a minute."""
FORMAT = 2
"""To be raised when a tile changes while the records do not."""


@public
@require_safe
def record_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    if not tiles.tile_exists(z, x, y):
        message = _("Aucune tuile à cette adresse : le zoom va de 0 à %(zoom)d.") % {"zoom": tiles.MAX_ZOOM}
        return JsonResponse({"erreur": message}, status=404)
    etag = f'W/"{FORMAT}-{tiles.tiles_version()}"'
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        entries = None
        if request.META.get("QUERY_STRING"):
            form = RecordFilterForm(request.GET)
            if not form.is_valid():
                return bad_request(request, form)
            entries = tiles.entries_of(form.search)
        response = as_response(tiles.record_tile(entries, z, x, y))
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response


def as_response(tile: bytes) -> HttpResponse:
    """The tile, or 204 when nothing is there."""
    if not tile:
        return HttpResponse(status=204)
    return HttpResponse(tile, content_type="application/vnd.mapbox-vector-tile")
