"""The address under which a visitor reaches the site."""

from django.http import HttpRequest


def origin(request: HttpRequest) -> str:
    """Scheme and host of the request, to which the paths of exported links are added."""
    return f"{request.scheme}://{request.get_host()}"
