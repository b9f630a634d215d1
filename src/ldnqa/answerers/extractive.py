"""The default answerer: says nothing but quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ldnqa.asking import FIGURES, Kind, answers_kind, gives_verdict, sums_up
from ldnqa.chunk import MAX_WORDS
from ldnqa.disputes import alike, overlap, within
from ldnqa.index import Index
from ldnqa.lead import lead_of
from ldnqa.memory import Same
from ldnqa.query import Query
from ldnqa.quotes import ScoredQuote, good_ones, rank_quotes
from ldnqa.stages import stage
from ldnqa.text import names, sentences
from ldnqa.types import Article, Audience, Claim, Hit, Quote

_FIGURE = re.compile(r"\d")
# As many quotes as a person reads in one go.
MAX_STATEMENTS = 4


class Extractive:
    """Picks the quotes that answer the question best: no overlap, none that adds little beside the best."""

    name = "extractive"

    def __init__(self, index: Index) -> None:
        self._index = index

    @stage("draft")
    def draft(self, query: Query, hits: Sequence[Hit], audience: Audience | None) -> list[Claim]:
        """One claim a quote, verbatim. The audience does not change which quotes are picked."""
        ranked = rank_quotes(self._index, query, hits)
        lead = lead_of(self._index, query, hits, ranked)
        if lead is None:
            return []
        kind = query.kind
        named = any(names(query.text, name) for name in self._index.subject)
        able = good_ones(ranked)
        rest = sorted((s for s in able if s is not lead), key=lambda scored: -scored.score)
        rest = [scored for scored in rest if _adds(scored, lead, kind, named=named)]
        if kind is Kind.YES_NO and lead.sign("named"):
            rest = [scored for scored in rest if scored.sign("named")]
        articles = self._index.articles
        quotes = [scored.quote for scored in (lead, *rest)]
        picked = _without_repeats([_whole(Same(quote), Same(articles[quote.article_id])) for quote in quotes])
        return [_claim(Same(quote)) for quote in picked]


# The articles' quotes come again with every question.
@lru_cache(maxsize=4_096)
def _whole(of: Same[Quote], article: Same[Article]) -> Quote:
    """A sentence that only announces ("Sources disagree on ...") with the rest of its paragraph, and a result with the
    verdict on it, if that is the next sentence; else the quote.
    """
    quote = of.it
    section = article.it.section(quote.section_id)
    block = next(b for b in section.blocks if b.start <= quote.start < b.end)
    end = quote.end
    if sums_up(quote.text) and quote.start == block.start and ":" not in quote.text:
        end = block.end
    elif _FIGURE.search(quote.text) and not gives_verdict(quote.text):
        rest = section.text[quote.end : block.end]
        behind = next(iter(sentences(rest)), None)
        if behind and gives_verdict(rest[behind.start : behind.end]):
            end = quote.end + behind.end
    text = section.text[quote.start : end]
    if end <= quote.end or len(text.split()) > MAX_WORDS:
        return quote
    return quote.model_copy(update={"end": end, "text": text})


@lru_cache(maxsize=4_096)
def _claim(quote: Same[Quote]) -> Claim:
    return Claim(text=quote.it.text, quotes=(quote.it,))


def _without_repeats(ranked: Sequence[Quote]) -> list[Quote]:
    """As many as are read in one go, none of which shares words with another or says the same again.

    A quote gives way to a whole paragraph that begins with what it sums up.
    """
    picked: list[Quote] = []
    for quote in ranked:
        quote = next((q for q in ranked if overlap(q, quote) and len(q.text) > len(quote.text)), quote)
        if len(picked) < MAX_STATEMENTS and not any(alike(quote, o) or within(quote, o) for o in picked):
            picked.append(quote)
    return picked


def _adds(scored: ScoredQuote, lead: ScoredQuote, kind: Kind, *, named: bool) -> bool:
    """Whether a further quote is worth reading beside the lead."""
    if kind not in FIGURES:
        return True
    same_use = scored.other_regimen == lead.other_regimen or (scored.score > lead.score and not named)
    return same_use and answers_kind(kind, scored.quote.text)
