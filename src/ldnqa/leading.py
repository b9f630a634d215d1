"""Which of many quotes leads an answer: small networks over the signs of all of them.

They learned it from questions whose answers are known (`ldnqa eval lead`); what they have learned is in leading.npz,
once for an index with readers' questions and once for one without. Nothing but numpy is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.weights import RANKING_SIGNS

# What counts for a leading quote beside the signs that rank; see `ldnqa.quotes` and `ldnqa.quotable`.
LEAD_SIGNS = {
    "fits_kind": "it has the dose, the time, the reason ... that is asked for; 1 if none is",
    "figure_asked": "a figure is asked for",
    "yes_no": "it is asked whether something is so",
    "points_away": "it speaks of a study or people named elsewhere",
    "sums_up": "it says that a point is open or disputed",
    "comment": "it is an editor's comment on other words",
    "comments": "how many editors' comments it needs beside it, at most two",
    "named": "share of the things the question names that it names too",
    "refuted": "the editors find it not borne out",
    "length": "logarithm of how many words it has",
    "place": "how far back its passage was found, 0 to 1",
    "evidence_asked": "it is asked what is known and how well",
}
SIGNS = (*RANKING_SIGNS, *LEAD_SIGNS)
# Signs that also count by how far they are behind the quote that has most of them.
COMPARED = len(RANKING_SIGNS)

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Leading:
    """Weights of networks with one hidden layer and a straight way past it; their scores are averaged.

    `inner` (networks, inputs, hidden) and `outer` (networks, hidden), `straight` (inputs,); inputs are the signs and,
    behind them, how far the first COMPARED are behind the most that any quote has of them.
    """

    inner: Rows
    intercept: Rows
    outer: Rows
    straight: Rows
    _in_one: tuple[Rows, Rows, Rows] = field(init=False)

    def __post_init__(self) -> None:
        # All networks are one with as many hidden nodes as they have together.
        inner = np.ascontiguousarray(np.concatenate(list(self.inner), axis=1))
        outer = self.outer.reshape(-1) / np.float32(len(self.outer))
        object.__setattr__(self, "_in_one", (inner, self.intercept.reshape(-1), outer))

    def scores(self, signs: Rows) -> Rows:
        """For each quote, a row of its SIGNS, how well it leads; only differences within a question count."""
        rows = inputs(signs)
        inner, intercept, outer = self._in_one
        scores: Rows = np.tanh(rows @ inner + intercept) @ outer + rows @ self.straight
        return scores


def inputs(signs: Rows) -> Rows:
    """What the networks see of the signs of a question's quotes, a row for each quote."""
    compared = signs[:, :COMPARED]
    return np.concatenate([signs, compared - np.maximum.reduce(compared)], axis=1)


def weights_file() -> Path:
    """Where the weights lie."""
    return Path(str(files("ldnqa") / "leading.npz"))


@cache
def leading(kind: str) -> Leading:
    """The weights that ship with ldnqa, read once: "with" readers' questions, or "without"."""
    with np.load(weights_file(), allow_pickle=False) as kept:
        return read_weights({name.removeprefix(f"{kind}_"): kept[name] for name in kept if name.startswith(f"{kind}_")})


def read_weights(kept: Mapping[str, NDArray[np.generic]]) -> Leading:
    """Weights from their arrays by name."""
    return Leading(**{name: np.asarray(array, dtype=np.float32) for name, array in kept.items()})
