"""At which zoom a town's name appears: big towns first, and never two names on the same spot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_POPULATION = {4: 250_000, 5: 120_000, 6: 60_000, 7: 25_000, 8: 10_000, 9: 4_000, 10: 1_500, 11: 300, 12: 0}
"""Fewest inhabitants of a town named at a zoom."""
SPACING_PX = 64
"""Smallest distance between two names that appear at the same zoom, in pixels of a 256-pixel tile."""
WORLD = 40_075_016.68
"""Width of the world in srid 3857, metres."""


def label_zooms(points: NDArray[np.float64], populations: NDArray[np.int64]) -> NDArray[np.int16]:
    """First zoom of each name, from points (srid 3857, n × 2) and populations; 13 when never alone before."""
    zooms = np.full(len(points), 13, dtype=np.int16)
    order = np.argsort(-populations, kind="stable")
    placed: list[int] = []
    for zoom, fewest in MIN_POPULATION.items():
        spacing = SPACING_PX * WORLD / (256 * 2**zoom)
        grid: dict[tuple[int, int], list[int]] = {}
        for index in placed:
            add(grid, points[index], spacing, index)
        for index in order[: int((populations >= fewest).sum())]:
            if zooms[index] == 13 and is_free(grid, points, int(index), spacing):
                zooms[index] = zoom
                placed.append(int(index))
                add(grid, points[index], spacing, int(index))
    return zooms


def add(grid: dict[tuple[int, int], list[int]], point: NDArray[np.float64], spacing: float, index: int) -> None:
    """Note a placed name in its cell."""
    grid.setdefault((int(point[0] // spacing), int(point[1] // spacing)), []).append(index)


def is_free(
    grid: dict[tuple[int, int], list[int]], points: NDArray[np.float64], index: int, spacing: float
) -> bool:
    """True when no placed name is nearer than ``spacing`` (metres of srid 3857)."""
    x, y = points[index]
    column, row = int(x // spacing), int(y // spacing)
    for i in (column - 1, column, column + 1):
        for j in (row - 1, row, row + 1):
            for other in grid.get((i, j), ()):
                if np.hypot(x - points[other, 0], y - points[other, 1]) < spacing:
                    return False
    return True
