"""Cosines of some thousand rows to one vector, where only those that are near are wanted in full.

Invariant: what `Cosines` says of a row by `likest` is its cosine. Rows that nobody asks about have it roughly.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import Vectors, products

# Which rows are near is told by their parts along the directions in which the rows differ most: 81% of what the bank's
# questions are. For 600 questions of practice 95% of the 50 likest places and 99.9% of the 10 likest are found so.
DIRECTIONS = 96
# So many rows tell the directions.
_SAMPLE = 1_024


class Cosines:
    """`each` row's cosine to one vector: in full if it is among the nearest, else roughly."""

    def __init__(self, each: Vectors, rows: Vectors, vector: Vectors, left_out: int | None) -> None:
        self.each = each
        self._rows, self._vector, self._left_out = rows, vector, left_out
        self._in_full = np.zeros(len(each), dtype=bool)

    def work_out(self, rows: slice | NDArray[np.intp]) -> None:
        """Have these rows' cosines in full."""
        self.each[rows] = products(self._rows[rows], self._vector)
        self._in_full[rows] = True
        if self._left_out is not None:
            self.each[self._left_out] = -1

    def likest(self, among: Iterable[range]) -> list[tuple[int, float]]:
        """Of each of these ranges of rows the one with the greatest cosine, and its cosine."""
        each, in_full = self.each, self._in_full
        found = []
        for rows in among:
            best = rows.start + int(each[rows.start : rows.stop].argmax())
            if not in_full[best]:
                self.work_out(slice(rows.start, rows.stop))
                best = rows.start + int(each[rows.start : rows.stop].argmax())
            found.append((best, each.item(best)))
        return found


def directions(rows: Vectors) -> Vectors:
    """The directions in which rows differ most, one a column, shape (dimension, at most DIRECTIONS)."""
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    found: Vectors = np.ascontiguousarray(np.linalg.eigh(sample.T @ sample)[1][:, : -DIRECTIONS - 1 : -1])
    return found


class Nearby:
    """Unit rows, of which as many as `nearest` are compared with a vector in full; `along` are their `directions`."""

    def __init__(self, rows: Vectors, nearest: int, along: Vectors) -> None:
        self._rows, self._nearest, self._along = rows, nearest, along
        self._parts: Vectors = rows @ along

    def cosines(self, vector: Vectors, left_out: int | None = None) -> Cosines:
        """Those to a unit vector; of the row `left_out` it is -1."""
        found = Cosines(products(self._parts, vector @ self._along), self._rows, vector, left_out)
        few = len(self._rows) <= self._nearest
        found.work_out(slice(None) if few else np.argpartition(found.each, -self._nearest)[-self._nearest :])
        return found
