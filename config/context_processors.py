"""What every page knows of the site it belongs to."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from catalogue.records.permissions import is_appointed_curator
from config.accessibility import describe_state, load_evaluation


def site(request: HttpRequest) -> dict[str, object]:
    """What the layout of every page asks: the site, its base map, who is logged in."""
    user = getattr(request, "user", None)
    return {
        "SITE_NAME": settings.SITE_NAME,
        "LOCAL": settings.LOCAL,
        "accessibility_state": describe_state(load_evaluation()),
        "IGN_BASEMAP": settings.IGN_BASEMAP,
        "compare_url": reverse("catalogue:record-compare"),
        "is_logged_in": user is not None and user.is_authenticated,
        # Asked of the database by the templates that show it, once; other pages of an account do not.
        "is_curator": SimpleLazyObject(lambda: user is not None and is_appointed_curator(user)),
    }
