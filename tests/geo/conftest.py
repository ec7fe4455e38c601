"""The real piece of territory, for the tests of this folder."""

from tests.geo.territories import built, ground

__all__ = ["built", "ground"]
