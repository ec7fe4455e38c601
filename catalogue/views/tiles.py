"""The address of the record tiles: the list's own parameters, an ETag, an empty tile as 204."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from catalogue import tiles
from catalogue.filters import RecordFilterForm
from catalogue.models import Record
from catalogue.views.errors import bad_request


@require_safe
def record_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """The published records of one tile, narrowed as the list is."""
    if z > tiles.MAX_ZOOM or x >= 2**z or y >= 2**z:
        raise Http404
    form = RecordFilterForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    content = tiles.record_tile(form.narrow(Record.objects.published()), z, x, y)
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    elif content:
        response = HttpResponse(content, content_type="application/vnd.mapbox-vector-tile")
    else:
        response = HttpResponse(status=204)
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    return response
