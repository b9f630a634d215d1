"""The second learned part of triage: how much the meaning of a text, as the encoder sees it, is that of an emergency.

Small networks over the question's vector, the one that retrieval uses as well; they know words that nobody wrote down.
Its weights fit one encoder, named by its digest; with any other encoder, or none, the words alone decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.policy.phrases import CALM

# Vectors of length one have entries of about 0.05; the network learns faster from larger ones.
SCALE = np.float32(8)


@dataclass(frozen=True)
class Meaning:
    """The weights: `inner` (networks, dimension, hidden), `outer` (networks, hidden, len(flags)), and their intercepts.

    The networks differ in their seeds only, and their scores are averaged: what one of them has learned by chance
    counts for little. `encoder` is the digest of the encoder they were learned with, `made_from` that of the phrases.
    """

    flags: tuple[str, ...]
    inner: NDArray[np.float32]
    inner_intercept: NDArray[np.float32]
    outer: NDArray[np.float32]
    outer_intercept: NDArray[np.float32]
    encoder: str
    made_from: str

    def judge(self, vector: NDArray[np.float32]) -> tuple[float, dict[str, float]]:
        """(alarm, odds) of a unit vector: log-odds of an emergency, of each flag against none."""
        hidden = np.maximum(SCALE * vector @ self.inner + self.inner_intercept, 0)
        scores = (np.einsum("nh,nhf->nf", hidden, self.outer) + self.outer_intercept).mean(axis=0)
        scores = scores - scores[self.flags.index(CALM)]
        odds = {flag: float(score) for flag, score in zip(self.flags, scores, strict=True) if flag != CALM}
        values = np.array(list(odds.values()))
        alarm = float(values.max() + np.log(np.exp(values - values.max()).sum()))
        return alarm, odds


def meaning_file() -> Path:
    """Where the weights lie."""
    return Path(str(files("ldnqa.policy") / "meaning.npz"))


@cache
def meaning() -> Meaning:
    """The weights that ship with ldnqa, read once."""
    with np.load(meaning_file(), allow_pickle=False) as kept:
        return Meaning(
            flags=tuple(map(str, kept["flags"])),
            inner=kept["inner"].astype(np.float32) * kept["inner_scale"],
            inner_intercept=kept["inner_intercept"],
            outer=kept["outer"].astype(np.float32) * kept["outer_scale"],
            outer_intercept=kept["outer_intercept"],
            encoder=str(kept["encoder"]),
            made_from=str(kept["made_from"]),
        )
