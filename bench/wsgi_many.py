"""The site with tiles of up to 10,000 points, to send as many features as tipg does in the same tile."""

from config.wsgi import application  # noqa: I001 (it sets Django up)
from catalogue.public import tiles

__all__ = ["application"]

tiles.MAX_POINTS = 10_000
