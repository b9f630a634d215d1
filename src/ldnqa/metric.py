"""How like two questions are, as far as the same words answer them: a metric that was learned, for one embedding model.

The model's cosine says that questions sound alike; across this metric they are alike if they ask for the same. It was
learned from questions whose answers are known (`ldnqa eval metric`), and is better than the plain cosine on articles
that it never saw (docs/evaluation.md). What was learned is in metric.npz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import Vectors, products, unit


@dataclass(frozen=True, eq=False)
class Metric:
    """Takes vectors to where their cosine tells: `straight` (dimension, width), and a layer of rectified units,
    `inner` (dimension, units) with `intercept` (units,) and `outer` (units, width).
    """

    straight: Vectors
    inner: Vectors
    intercept: Vectors
    outer: Vectors
    _columns: tuple[Vectors, Vectors, Vectors] = field(init=False)

    def __post_init__(self) -> None:
        columns = tuple(np.ascontiguousarray(of.T) for of in (self.straight, self.inner, self.outer))
        object.__setattr__(self, "_columns", columns)

    def of_rows(self, rows: Vectors) -> Vectors:
        """Rows of the model's dimension as unit rows of the metric's width."""
        hidden = np.maximum(rows @ self.inner + self.intercept, 0)
        found = rows @ self.straight + hidden @ self.outer
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        units: Vectors = (found / lengths).astype(np.float32)
        return units

    def of_one(self, row: Vectors) -> Vectors:
        """The same for one row."""
        straight, inner, outer = self._columns
        hidden = np.maximum(products(inner, row) + self.intercept, 0)
        return unit(products(straight, row) + products(outer, hidden))


def metric_file() -> Path:
    """Where what was learned lies."""
    return Path(str(files("ldnqa") / "metric.npz"))


@cache
def metric_for(model: str) -> Metric | None:
    """The metric for vectors of the model of this digest; None if there is none."""
    with np.load(metric_file(), allow_pickle=False) as kept:
        return read_metric(kept) if str(kept["model"]) == model else None


def read_metric(kept: Mapping[str, NDArray[np.generic]]) -> Metric:
    """A metric from its arrays by name."""
    names = ("straight", "inner", "intercept", "outer")
    return Metric(**{name: np.asarray(kept[name], dtype=np.float32) for name in names})
