"""Hits -> the quotes in them, best lead first, and the chance that they answer the question at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.index import Index
from ldnqa.leading import SIGNS, leading
from ldnqa.query import Query
from ldnqa.quotable import quotable
from ldnqa.signs import read_signs
from ldnqa.types import Hit, Quote
from ldnqa.wanted import share
from ldnqa.weights import MANY_SUBJECTS, SUPPORT_SIGNS, WITH_QUESTIONS, WITHOUT_QUESTIONS, Weights

# A further quote must score at least this share of the best one's, or it is padding. Of the tuned questions answered,
# 2% have no right quote at all at 0.82, and here, 4% at 0.9, and an answer has 1.1, 1.0 and 0.6 further quotes.
KEEP_RATIO = 0.84
# Nor may it lead so much worse. Of the further quotes at that ratio 47% are right ones for 400 of the tuned questions;
# this leaves out 11% of all and 5% of these, 3 would leave out 24% and 14%.
KEEP_BEHIND = 4.0
# The passage the best one is compared with.
_TENTH = 9
# Below this a spread is rounding.
_NO_SPREAD = 1e-9
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
    scored = map(ScoredQuote, found, rows.tolist(), scores.tolist(), leads.tolist())
    return sorted(scored, key=lambda scored: -scored.lead)


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


def support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    """The probability, 0 to 1, that the articles answer the question rather than merely resemble it."""
    if not ranked:
        return 0.0
    weights = weights_of(index)
    signs = read_support(index, query, hits, ranked, weights.support)
    return 1 / (
        1 + math.exp(-weights.intercept - sum([weight * signs[name] for name, weight in weights.support.items()]))
    )


def read_support(
    index: Index,
    query: Query,
    hits: Sequence[Hit],
    ranked: Sequence[ScoredQuote],
    signs: Iterable[str] = SUPPORT_SIGNS,
) -> dict[str, float]:
    """These of SUPPORT_SIGNS for a question, its hits and their quotes, of which there is at least one."""
    return {name: _SUPPORT[name](index, query, hits, ranked) for name in signs}


def _rarest(index: Index, query: Query, hits: Sequence[Hit], _: Sequence[ScoredQuote]) -> float:
    nearest = max(hits, key=lambda hit: hit.cosine).passage
    return share(query.wanted.rarest, quotable(index, nearest).terms)


def _agreement(_: Index, __: Query, ___: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    passages = {scored.quote.passage_id: scored for scored in ranked}
    return correlation([(one.sign("passage"), one.sign("passage_coverage")) for one in passages.values()])


# What tells each of SUPPORT_SIGNS, of an index, a query, its hits and their quotes, the lead first.
_SUPPORT: Mapping[str, Callable[[Index, Query, Sequence[Hit], Sequence[ScoredQuote]], float]] = {
    "lead": lambda index, query, hits, ranked: ranked[0].score,
    "ahead": lambda index, query, hits, ranked: hits[0].score - hits[min(_TENTH, len(hits) - 1)].score,
    "in_vain": lambda index, query, hits, ranked: (
        query.near_own.vain - max(ranked[0].sign("asked"), ranked[0].sign("asked_own"))
    ),
    "covered": lambda index, query, hits, ranked: ranked[0].sign("asked_coverage"),
    "kind": lambda index, query, hits, ranked: float(not ranked[0].sign("figure_asked") or ranked[0].sign("fits_kind")),
    "unknown": lambda index, query, hits, ranked: query.wanted.unknown,
    "about_other": lambda index, query, hits, ranked: float(query.about_other is not None and bool(index.subject)),
    "passage": lambda index, query, hits, ranked: ranked[0].sign("passage"),
    "rarest": _rarest,
    "agreement": _agreement,
}


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's coefficient of the pairs, -1 to 1; 0 where either side never varies."""
    count = len(pairs)
    mean_x, mean_y = (sum(side) / count for side in zip(*pairs, strict=True))
    apart = [(x - mean_x, y - mean_y) for x, y in pairs]
    spread = math.sqrt(sum([x * x for x, _ in apart]) * sum([y * y for _, y in apart]))
    return sum([x * y for x, y in apart]) / spread if spread > _NO_SPREAD else 0.0
