"""A question -> the passages most likely to answer it.

Relevance gates, tier orders: nothing here looks at a tier. What a passage means (cosine) and which of the question's
words it has (BM25, as a share of what a perfect match would score) are added up on one scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import products, unit
from ldnqa.index import Index
from ldnqa.query import Query
from ldnqa.stages import stage
from ldnqa.types import Hit, Passage, ReviewStatus

# A figure for each passage of an index.
Shares = NDArray[np.float64]

# Weight of the words beside the meaning. See docs/evaluation.md for what other weights give.
WORDS_WEIGHT = 0.8
# How deep each ranking is read; of a small index all passages are looked at.
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
    words, asked = _named(query, index.rows_of(allowed) if allowed else None), _asked_for(index, query)
    rows: NDArray[np.int64] | slice
    if index.few is not None:
        rows = np.array(sorted(index.rows_of(allowed))) if allowed else slice(None)
        vectors = index.few[rows]
    else:
        rows = _found(index, query, words, asked, allowed)
        if not len(rows):
            return []
        vectors = index.passage_vectors[rows]
    cosines = products(vectors, query.vector)
    titled = index.title_rows[rows]
    titles = np.where(titled < 0, cosines, products(index.title_vectors, query.vector)[titled])
    scores = (1 - TITLE_SHARE) * cosines + TITLE_SHARE * titles + WORDS_WEIGHT * words[rows]
    scores += ASKED_WEIGHT * asked[rows]
    passages = index.passages if isinstance(rows, slice) else [index.passages[row] for row in rows.tolist()]
    if query.cited:
        scores += CITED_WEIGHT * np.array([query.cited.get(passage.article_id, 0.0) for passage in passages])
    best = scores.argsort()[-FEEDBACK_FROM:]
    moved = products(vectors, unit(query.vector + FEEDBACK * unit(np.add.reduce(vectors[best]))))
    scores += (1 - TITLE_SHARE) * (moved - cosines)
    if in_view:
        scores += IN_VIEW_BONUS * np.array([passage.article_id == in_view for passage in passages])

    kept = (scores >= _last_of(scores, limit)).nonzero()[0]
    likeness = np.minimum(np.maximum(cosines[kept], -1), 1)
    found = zip(kept.tolist(), scores[kept].tolist(), likeness.tolist(), strict=True)
    best_first = sorted([(-score, -cosine, passages[row].id, row) for row, score, cosine in found])[:limit]
    return [Hit(passage=passages[row], score=-score, cosine=-cosine) for score, cosine, _, row in best_first]


def _found(
    index: Index, query: Query, words: Shares, asked: Shares, allowed: frozenset[str] | None
) -> NDArray[np.int64]:
    """Rows of the passages of a large index that are looked at: what is found by words, by what readers ask or by
    meaning, and what was cited.
    """
    is_found = (words > 0) | (asked > 0)
    if query.cited:
        is_found[index.rows_of(filter(index.has_passage, query.cited))] = True
    is_found[index.nearest(query.vector, DEPTH, allowed)] = True
    if allowed is not None:
        is_allowed = np.zeros(len(is_found), bool)
        is_allowed[index.rows_of(allowed)] = True
        is_found &= is_allowed
    return is_found.nonzero()[0]


def _named(query: Query, allowed_rows: list[int] | None) -> Shares:
    """For each passage the share of the question's words that it has, of the DEPTH that have most of them; else 0."""
    shares = query.by_words
    if allowed_rows is not None:
        shares = np.zeros(len(shares))
        shares[allowed_rows] = query.by_words[allowed_rows]
    return np.where(shares >= _last_of(shares, DEPTH), shares, 0.0)


def _asked_for(index: Index, query: Query) -> Shares:
    """For each passage that readers ask for in words like these the mean cosine of its likest question to the question
    by itself and to what remains of the conversation; else 0.
    """
    best = query.near.best
    mean = best if query.near is query.near_own else (best + query.near_own.best) / 2
    # One place more, for the rows of no passage; those asked for most last, which stay.
    asked = np.zeros(len(index.passages) + 1)
    places = mean.argsort()[-DEPTH:]
    asked[index.holders[places]] = np.maximum(mean[places], 0)[:, np.newaxis]
    return asked[:-1]


def _last_of(values: NDArray[np.floating], count: int) -> float:
    """The value of the last of the `count` greatest; less than any if there are no more."""
    return float(np.partition(values, -count)[-count]) if 0 < count < len(values) else -np.inf


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
