"""A question -> the passages most likely to answer it.

Relevance gates, tier orders: nothing here looks at a tier. What a passage means (cosine) and which of the question's
words it has (BM25, as a share of what a perfect match would score) are added up on one scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import Vectors, products, unit
from ldnqa.index import Index
from ldnqa.query import Query
from ldnqa.stages import stage
from ldnqa.types import Hit, Passage, ReviewStatus

# Weight of the words beside the meaning. See docs/evaluation.md for what other weights give.
WORDS_WEIGHT = 0.8
# How deep each ranking is read.
DEPTH = 50
# Weight of the likest question that readers ask for a passage.
ASKED_WEIGHT = 0.5
# A follow-up ("How many people?") is about what was just cited, as far as it does not stand by itself.
CITED_WEIGHT = 0.15
# How many passages are read for quotes. On tests/gold.yaml 8, 12 and 20 find the right quote equally often, and of 808
# turns of practice 719 pass with 8, 10 and 12; AUROC on liveqa-med is .843 with 10 and 12, and .830 with 8.
READ = 10
# A reader on an article's page usually asks about that article: its passages come before others nearly as good.
IN_VIEW_BONUS = 0.05
# What an article is called says as much about a passage as the passage does.
TITLE_SHARE = 0.5
# The question's vector is moved this far to the mean of the best passages, which say in the articles' words what it
# asks (Rocchio's feedback, in "The SMART Retrieval System", 1971). On mtrag-un nDCG@10 and recall@5 are .944 and .937
# without, .949 and .947 with it; on liveqa-med nDCG@10 is .765 and .763.
FEEDBACK_FROM = 3
FEEDBACK = 0.3


@stage("retrieve")
def retrieve(
    index: Index,
    query: Query,
    *,
    in_view: str | None = None,
    only_article: str | None = None,
    approved_only: bool = False,
    limit: int = READ,
) -> list[Hit]:
    """Up to `limit` passages, best first. `in_view` is preferred, `only_article` is the only one searched."""
    allowed = _allowed(index, only_article, approved_only)
    if allowed is not None and not allowed:
        return []
    allowed_rows = None if allowed is None else index.rows_of(allowed)
    by_words = index.best_by_words(query.by_words, DEPTH, allowed_rows)
    by_asked, asked_cosines = _asked_for(index, query)
    count = len(index.passages)
    # One place more, for the rows of no passage.
    is_found = np.zeros(count + 1, bool)
    is_found[by_words] = is_found[by_asked] = True
    if query.cited:
        is_found[index.rows_of(filter(index.has_passage, query.cited))] = True
    if allowed_rows is not None:
        is_allowed = np.zeros(count + 1, bool)
        is_allowed[allowed_rows] = True
        is_found &= is_allowed
    is_found[index.nearest(query.vector, DEPTH, allowed)] = True
    candidates = np.flatnonzero(is_found[:count])
    if not len(candidates):
        return []
    vectors = index.passage_vectors[candidates]
    cosines = products(vectors, query.vector)
    titled = index.title_rows[candidates]
    titles = np.where(titled < 0, cosines, products(index.title_vectors, query.vector)[titled])
    by_both = (1 - TITLE_SHARE) * cosines + TITLE_SHARE * titles
    perfect = sum([weight * index.rarity(term) for term, weight in query.terms.items()])
    words, asked = np.zeros((2, count + 1))
    words[by_words] = query.by_words[by_words]
    asked[by_asked] = asked_cosines
    scores = (by_both + (WORDS_WEIGHT * (words[candidates] / (perfect or 1.0))).astype(np.float32)).astype(np.float64)
    bonus = ASKED_WEIGHT * asked[candidates]
    of_articles = [index.passages[row].article_id for row in candidates.tolist()] if query.cited or in_view else []
    if query.cited:
        bonus += CITED_WEIGHT * np.array([query.cited.get(article_id, 0.0) for article_id in of_articles])
    scores += bonus
    best = np.argsort(-scores, kind="stable")[:FEEDBACK_FROM]
    moved = products(vectors, unit(query.vector + FEEDBACK * unit(np.add.reduce(vectors[best]))))
    scores += (1 - TITLE_SHARE) * (moved - cosines)
    if in_view:
        scores += IN_VIEW_BONUS * np.array([article_id == in_view for article_id in of_articles])

    last = np.partition(scores, -limit)[-limit] if limit < len(scores) else -np.inf
    kept = np.flatnonzero(scores >= last)
    likeness = np.minimum(np.maximum(cosines[kept], -1), 1)
    found = zip(candidates[kept].tolist(), scores[kept].tolist(), likeness.tolist(), strict=True)
    best_first = sorted([(-score, -cosine, index.passages[row].id, row) for row, score, cosine in found])[:limit]
    return [Hit(passage=index.passages[row], score=-score, cosine=-cosine) for score, cosine, _, row in best_first]


def _asked_for(index: Index, query: Query) -> tuple[NDArray[np.int64], Vectors]:
    """Rows of passages that readers ask for in words like these, those asked for most last, each with the mean cosine
    of its likest question to the question by itself and to what remains of the conversation.
    """
    best = query.near.best
    mean = best if query.near is query.near_own else (best + query.near_own.best) / 2
    places = np.argsort(-mean, kind="stable")[:DEPTH][::-1]
    rows = index.holders[places]
    return rows, np.maximum(mean[places], 0)[:, np.newaxis]


def _allowed(index: Index, only_article: str | None, approved_only: bool) -> frozenset[str] | None:
    """Ids of the passages that may be found; None for all."""
    if only_article is None and not approved_only:
        return None

    def wanted(passage: Passage) -> bool:
        article = index.articles[passage.article_id]
        return (only_article is None or article.id == only_article) and (
            not approved_only or article.review.status is ReviewStatus.APPROVED
        )

    return frozenset(passage.id for passage in index.passages if wanted(passage))
