"""What a visitor sees while the database is away: a page that says so and when to come back.

Django calls ``server_error`` (``handler500``) while the exception is being handled, whichever
middleware or view raised it, so that one place covers them all.
"""

import logging
import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.views.defaults import server_error as plain_server_error

RETRY_AFTER = 30
"""Seconds that a client is asked to wait."""

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 503 page when the database is out of reach or too slow, the 500 page for everything else."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return plain_server_error(request)
    logger.error("database out of reach: %s", type(error.__cause__ or error).__name__)
    # Without the request: its context processors would ask the database who is connected.
    response = HttpResponse(render_to_string("503.html", {"SITE_NAME": settings.SITE_NAME}), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(response)
    return response
