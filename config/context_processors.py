"""What every page knows of the site it belongs to."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def site(request: HttpRequest) -> dict[str, object]:
    """Name of the site, whether it is a local trial instance, whose base map, where records compare."""
    return {
        "SITE_NAME": settings.SITE_NAME,
        "LOCAL": settings.LOCAL,
        "IGN_BASEMAP": settings.IGN_BASEMAP,
        "comparer": reverse("catalogue:record-compare"),
    }
