"""The default answerer: says nothing but quotes."""

from __future__ import annotations

from collections.abc import Sequence

from ldnqa.index import Index
from ldnqa.quotes import ANSWER_FROM, ScoredQuote, rank_quotes, support
from ldnqa.retrieve import Query
from ldnqa.stages import stage
from ldnqa.types import Audience, Claim, Hit, Quote

# As many quotes as a person reads in one go.
MAX_STATEMENTS = 4
# A further quote must score at least this share of the best one's, or it is padding.
KEEP_RATIO = 0.78


class Extractive:
    """Picks the quotes that answer the question best: no overlap, none that adds little beside the best."""

    name = "extractive"

    def __init__(self, index: Index) -> None:
        self._index = index

    @stage("draft")
    def draft(self, query: Query, hits: Sequence[Hit], audience: Audience | None) -> list[Claim]:
        """One claim a quote, verbatim. The audience does not change which quotes are picked."""
        ranked = rank_quotes(self._index, query, hits)
        if support(self._index, query, hits, ranked) < ANSWER_FROM:
            return []
        # A quote about another regimen than the one asked about never leads, however like the question it is.
        picked = sorted(_pick(ranked), key=lambda scored: scored.other_regimen)
        return [Claim(text=scored.quote.text, quotes=(scored.quote,)) for scored in picked]


def _pick(ranked: Sequence[ScoredQuote]) -> list[ScoredQuote]:
    picked: list[ScoredQuote] = []
    for scored in ranked:
        if len(picked) == MAX_STATEMENTS or scored.score < KEEP_RATIO * ranked[0].score:
            break
        if not any(_overlap(scored.quote, other.quote) for other in picked):
            picked.append(scored)
    return picked


def _overlap(a: Quote, b: Quote) -> bool:
    return (a.article_id, a.section_id) == (b.article_id, b.section_id) and a.start < b.end and b.start < a.end
