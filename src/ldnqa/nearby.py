"""Cosines of some thousand rows to one vector, where only those that are near are wanted in full.

Invariant: what `Cosines` says of a row by `likest` is its cosine. Rows that nobody asks about have it roughly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import Vectors, products

# Which rows are near is told by their parts along the directions in which the rows differ most: 81% of what the bank's
# questions are. For 600 questions of practice 95% of the 50 likest places and 99.9% of the 10 likest are found so.
DIRECTIONS = 96
# So many rows tell the directions.
_SAMPLE = 1_024
# Of so many rows BLAS has the product at once, twice as fast as row by row; 9,216 figures and more it would share out
# among all cores (see `encode.products`).
_AT_ONCE = 64

Rows = NDArray[np.int64]


class Cosines:
    """`each` row's cosine to one vector: in full where that was worked out, else roughly."""

    def __init__(self, each: Vectors, rows: Vectors, vector: Vectors, left_out: int | None = None) -> None:
        self.each = each
        self._rows, self._vector, self._left_out = rows, vector, left_out
        self._in_full = np.zeros(len(each), dtype=bool)

    def work_out(self, rows: slice | Rows) -> None:
        """Have these rows' cosines in full."""
        self.each[rows] = products(self._rows[rows], self._vector)
        self._in_full[rows] = True
        if self._left_out is not None:
            self.each[self._left_out] = -1

    def likest(self, among: Rows) -> tuple[Rows, Vectors]:
        """In each line of `among`, which has numbers of rows that follow each other, the one with the greatest cosine,
        and its cosine. Lines may have their last number several times.
        """
        lines = np.arange(len(among))
        found = among[lines, self.each[among].argmax(axis=1)]
        far = lines[~self._in_full[found]]
        if len(far):
            roughly = among[far]
            starts = roughly[:, 0]
            self.work_out(ranges(starts, roughly[:, -1] - starts + 1))
            found[far] = roughly[lines[: len(far)], self.each[roughly].argmax(axis=1)]
        return found, self.each[found]

    def greatest(self, start: int) -> float:
        """The greatest cosine of the rows from `start` on; 0 of no rows."""
        rows = self.each[start:]
        if not len(rows):
            return 0.0
        if not self._in_full[start + rows.argmax()]:
            self.work_out(slice(start, None))
        return float(rows.max())


def ranges(starts: Rows, lengths: Rows) -> Rows:
    """The numbers from each of the `starts` on, so many as its `lengths` says, in one row."""
    ends = lengths.cumsum()
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)


def first_greatest(values: NDArray[np.generic], lengths: Rows) -> Rows:
    """Where in `values` the greatest of each group stands first; groups follow each other, and none is empty."""
    starts = lengths.cumsum() - lengths
    greatest = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, starts), lengths))
    return greatest[greatest.searchsorted(starts)]


def directions(rows: Vectors) -> Vectors:
    """The directions in which rows differ most, one a column, shape (dimension, at most DIRECTIONS)."""
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    found: Vectors = np.ascontiguousarray(np.linalg.eigh(sample.T @ sample)[1][:, : -DIRECTIONS - 1 : -1])
    return found


def nearest(cosines: Vectors, count: int) -> Rows:
    """The places of the `count` greatest, in no order; of all if there are no more."""
    return np.argpartition(cosines, -count)[-count:] if count < len(cosines) else np.arange(len(cosines))


class Nearby:
    """Unit rows that are compared with a vector; `along` are their `directions`."""

    def __init__(self, rows: Vectors, along: Vectors) -> None:
        self._rows = rows
        self._along = np.ascontiguousarray(along.T)
        parts = np.zeros((-len(rows) % _AT_ONCE + len(rows), along.shape[1]), np.float32)
        np.matmul(rows, along, out=parts[: len(rows)])
        self._parts: Vectors = parts.reshape(-1, _AT_ONCE, along.shape[1])

    def cosines(self, vector: Vectors, left_out: int | None = None) -> Cosines:
        """Those to a unit vector, all of them roughly; of the row `left_out` it is -1 in full."""
        each = (self._parts @ products(self._along, vector)).reshape(-1)[: len(self._rows)]
        return Cosines(each, self._rows, vector, left_out)
