"""At which zoom a town's name appears: big towns first, and never two names on the same spot."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MIN_POPULATION = {
    4: 250_000,
    5: 120_000,
    6: 60_000,
    7: 25_000,
    8: 10_000,
    9: 4_000,
    10: 1_500,
    11: 300,
    12: 0,
}
"""Fewest inhabitants of a town named at a zoom."""
WIDTH_PX, HEIGHT_PX = 76, 28
"""Room left around a name at the zoom where it appears, in pixels of a 256-pixel tile."""
LAST_ZOOM = 13
WORLD = 40_075_016.68
"""Width of the world in srid 3857, metres."""


def label_zooms(points: NDArray[np.float64], populations: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return the first zoom of each name, from points (srid 3857, n × 2) and populations; else 13."""
    zooms = np.full(len(points), LAST_ZOOM, dtype=np.int16)
    order = np.argsort(-populations, kind="stable")
    placed: list[int] = []
    for zoom, fewest in MIN_POPULATION.items():
        rooms = Rooms(points, WORLD / (256 * 2**zoom))
        for index in placed:
            rooms.take(index)
        for index in order[: int((populations >= fewest).sum())].tolist():
            if zooms[index] == LAST_ZOOM and rooms.is_free(index):
                zooms[index] = zoom
                placed.append(index)
                rooms.take(index)
    return zooms


class Rooms:
    """The places taken by names at one zoom, in boxes of the size of a name."""

    def __init__(self, points: NDArray[np.float64], pixel: float) -> None:
        """``pixel``: metres of srid 3857 in a pixel of the zoom."""
        self.scaled = (points / (pixel * np.array([WIDTH_PX, HEIGHT_PX]))).tolist()
        self.boxes: dict[tuple[int, int], list[int]] = {}

    def take(self, index: int) -> None:
        """Note a placed name in its box."""
        x, y = self.scaled[index]
        self.boxes.setdefault((math.floor(x), math.floor(y)), []).append(index)

    def is_free(self, index: int) -> bool:
        """Return True when no placed name overlaps this one."""
        x, y = self.scaled[index]
        column, row = math.floor(x), math.floor(y)
        for i in (column - 1, column, column + 1):
            for j in (row - 1, row, row + 1):
                for other in self.boxes.get((i, j), ()):
                    if abs(x - self.scaled[other][0]) < 1 and abs(y - self.scaled[other][1]) < 1:
                        return False
        return True
