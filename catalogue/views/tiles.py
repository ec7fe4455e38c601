"""The address of the record tiles: the list's own parameters, an ETag, an empty tile as 204."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue import tiles
from catalogue.filters import RecordFilterForm
from catalogue.models import Record
from catalogue.querysets import RecordQuerySet
from catalogue.views.errors import bad_request

MAX_AGE_S = 30
"""For how long a browser keeps a tile: an unpublished record is gone within a minute."""
FORMAT = 1
"""To be raised when a tile changes while the records do not."""


@require_safe
def record_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """The published records of one tile, narrowed as the list is."""
    if not tiles.exists(z, x, y):
        message = _("Aucune tuile à cette adresse : le zoom va de 0 à %(zoom)d.") % {"zoom": tiles.MAX_ZOOM}
        return JsonResponse({"erreur": message}, status=404)
    etag = f'W/"{FORMAT}-{tiles.version()}"'
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        records = None
        if request.META.get("QUERY_STRING"):
            form = RecordFilterForm(request.GET)
            if not form.is_valid():
                return bad_request(request, form)
            records = narrowed(form)
        response = as_response(tiles.record_tile(records, z, x, y))
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response


def narrowed(form: RecordFilterForm) -> RecordQuerySet | None:
    """The records that the form asks for; None when it asks for all."""
    published = Record.objects.published()
    records = form.narrow(published)
    return None if records is published else records


def as_response(tile: bytes) -> HttpResponse:
    """The tile, or 204 when nothing is there."""
    if not tile:
        return HttpResponse(status=204)
    return HttpResponse(tile, content_type="application/vnd.mapbox-vector-tile")
