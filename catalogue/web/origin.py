"""The URL under which a visitor reaches the site."""

from django.http import HttpRequest


def origin(request: HttpRequest) -> str:
    """Return the scheme and host of the request, before the paths of exported links."""
    return f"{request.scheme}://{request.get_host()}"
