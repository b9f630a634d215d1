"""Hits -> the quotes in them that answer the question, best first, and whether the best one answers it at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldnqa.index import Index
from ldnqa.retrieve import Query
from ldnqa.text import terms
from ldnqa.types import Hit, Quote, Tier

# Weight of the share of the question's words that stand in a quote, beside its cosine with the question.
COVERAGE_WEIGHT = 0.3
# A quote about another regimen than the one asked about must be this much better to come before one that is.
OTHER_REGIMEN_PENALTY = 0.15
# An editor's comment must be this much better than what it comments on to be the answer itself.
EDITORIAL_PENALTY = 0.05
# A quote answers if its cosine reaches SURE, or reaches LIKELY while it has COVERED of the question's words.
SURE = 0.62
LIKELY = 0.33
COVERED = 0.6


@dataclass(frozen=True)
class ScoredQuote:
    """A quote, its cosine to the question, the share of the question's words it has, and the score it ranks by."""

    quote: Quote
    cosine: float
    coverage: float
    score: float


def rank_quotes(index: Index, query: Query, hits: Sequence[Hit]) -> list[ScoredQuote]:
    """Every quote of the hits' passages, best first; equal scores in the order of the hits.

    Cosines are taken from the centre of all quotes of the index, so that what every quote says (the drug's name)
    does not count as likeness to the question.
    """
    asked = unit(query.vector - index.centre)
    found: dict[tuple[str, str, int, int], ScoredQuote] = {}
    for hit in hits:
        passage = hit.passage
        article = index.articles[passage.article_id]
        section = article.section(passage.section_id)
        about = frozenset(t for name in article.subject for t in terms(name))
        other_regimen = bool(query.regimens and section.regimen and section.regimen not in query.regimens)
        for span, vector in zip(passage.quotes, index.quote_vectors(passage.id), strict=True):
            text = section.text[span.start : span.end]
            cosine = float(unit(vector - index.centre) @ asked)
            coverage = covered(query, terms(text), about, index)
            score = cosine + COVERAGE_WEIGHT * coverage - OTHER_REGIMEN_PENALTY * other_regimen
            score -= EDITORIAL_PENALTY * (section.tier is Tier.EDITORIAL)
            quote = Quote(
                passage_id=passage.id,
                article_id=article.id,
                section_id=section.id,
                start=span.start,
                end=span.end,
                text=text,
            )
            found.setdefault(
                (article.id, section.id, span.start, span.end), ScoredQuote(quote, cosine, coverage, score)
            )
    return sorted(found.values(), key=lambda scored: -scored.score)


def covered(query: Query, text_terms: Sequence[str], about: frozenset[str], index: Index) -> float:
    """Share of the question's terms that stand in a text, 0 to 1, each counting as much as it is rare in the index.

    Terms naming what the article is about (`about`) do not count: they stand everywhere. A term for which the
    lexicon knows other names is there if one of those is. A question with no other terms is covered.
    """
    present = frozenset(text_terms)
    wanted = [group for group in query.term_groups if not group <= about]
    weights = [min(index.rarity(term) for term in group) for group in wanted]
    found = [weight for weight, group in zip(weights, wanted, strict=True) if group & present]
    return sum(found) / sum(weights) if wanted else 1.0


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector at length 1; a zero vector stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def answers(ranked: Sequence[ScoredQuote]) -> bool:
    """Whether the best quotes answer the question, rather than merely resemble it."""
    return any(q.cosine >= SURE or (q.cosine >= LIKELY and q.coverage >= COVERED) for q in ranked)
