"""Hits -> the quotes in them, best lead first, and which of them are worth reading."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.index import Index
from ldnqa.leading import SIGNS, leading
from ldnqa.query import Query
from ldnqa.signs import read_signs
from ldnqa.types import Hit, Quote
from ldnqa.weights import MANY_SUBJECTS, WITH_QUESTIONS, WITHOUT_QUESTIONS, Weights

# A further quote must score at least this share of the best one's, or it is padding. Of the tuned questions answered,
# 2% have no right quote at all at 0.82, and here, 4% at 0.9, and an answer has 1.1, 1.0 and 0.6 further quotes.
KEEP_RATIO = 0.84
# Nor may it lead so much worse. Of the further quotes at that ratio 47% are right ones for 400 of the tuned questions;
# this leaves out 11% of all and 5% of these, 3 would leave out 24% and 14%.
KEEP_BEHIND = 4.0
_PLACES = {name: place for place, name in enumerate(SIGNS)}


class ScoredQuote(NamedTuple):
    """A quote, its signs in the order of SIGNS, and what they come to.

    `score` says how near it is to the question, 1 at most: what is worth reading beside the lead. `lead` says how well
    it leads, beside the other quotes of the same question.
    """

    quote: Quote
    values: Sequence[float]
    score: float
    lead: float = 0.0

    def sign(self, name: str) -> float:
        """The sign of that name in RANKING_SIGNS or LEAD_SIGNS."""
        return self.values[_PLACES[name]]

    @property
    def cosine(self) -> float:
        """Cosine to the question, from the centre of the index."""
        return self.sign("quote")

    @property
    def other_regimen(self) -> bool:
        """Whether it is about another use of the drug than the question."""
        return bool(self.sign("other_regimen"))


def weights_of(index: Index) -> Weights:
    """What ranks and decides in this index."""
    if index.bank:
        return WITH_QUESTIONS
    return WITHOUT_QUESTIONS if index.subject else MANY_SUBJECTS


def rank_quotes(index: Index, query: Query, hits: Sequence[Hit]) -> list[ScoredQuote]:
    """Every quote of the hits' passages, the best lead first; equally good ones in the order of the hits.

    The score is the mean of the ranking signs, weighted by `weights_of`; who leads is for the networks of `leading`.
    """
    found, rows = read_signs(index, query, hits)
    if not found:
        return []
    kind = "with" if index.bank else "without"
    scores = np.vecdot(rows, _shares(kind))
    leads = leading(kind).scores(rows.astype(np.float32))
    order = (-leads).argsort(kind="stable")
    best_first = [found[row] for row in order.tolist()]
    return list(map(ScoredQuote, best_first, rows[order].tolist(), scores[order].tolist(), leads[order].tolist()))


@cache
def _shares(kind: str) -> NDArray[np.float64]:
    """What each of SIGNS counts in the score."""
    weights = (WITH_QUESTIONS if kind == "with" else WITHOUT_QUESTIONS).ranking
    counts = np.array([weights.get(name, 0.0) for name in SIGNS])
    shares: NDArray[np.float64] = counts / counts[counts > 0].sum()
    return shares


def good_ones(ranked: Sequence[ScoredQuote]) -> list[ScoredQuote]:
    """The quotes worth reading, in their order: the best lead, and what is nearly as near to the question as any and
    would not lead much worse.
    """
    if not ranked:
        return []
    first, *others = ranked
    near = KEEP_RATIO * max([scored.score for scored in ranked])
    behind = first.lead - KEEP_BEHIND
    return [first, *[scored for scored in others if scored.score >= near and scored.lead >= behind]]
