"""A question -> the passages most likely to answer it, and whether they answer it at all.

Relevance gates, tier orders: nothing here looks at a tier. Dense and lexical rankings are fused by rank, because
their scores are not on one scale; the decision to answer uses scores that are (cosine, share of words found).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ldnqa.index import Index
from ldnqa.policy import Lexicon
from ldnqa.text import terms
from ldnqa.types import Hit, Passage, Regimen, ReviewStatus

# Reciprocal rank fusion, Cormack, Clarke and Buettcher, SIGIR 2009; 60 is the constant of that paper.
RRF_K = 60
# How deep each ranking is read; beyond 50 a rank adds less than a hundredth of the first one's weight.
DEPTH = 50
# A reader on an article's page usually asks about that article: its passages count as one good rank more.
IN_VIEW_BONUS = 1 / (RRF_K + 10)


@dataclass(frozen=True)
class Query:
    """A standalone question as retrieval sees it: its words, their other names, its vector, the regimens it names."""

    text: str
    terms: tuple[str, ...]
    other_names: tuple[str, ...]
    vector: NDArray[np.float32]
    regimens: tuple[Regimen, ...]

    @cached_property
    def term_groups(self) -> tuple[frozenset[str], ...]:
        """Each term of the question with the terms that count as it; a passage needs one of each group."""
        alternatives = frozenset(t for name in self.other_names for t in terms(name))
        return tuple(frozenset({term}) for term in dict.fromkeys(self.terms)) + (
            (alternatives,) if alternatives else ()
        )


def read_query(question: str, index: Index, lexicon: Lexicon) -> Query:
    """The query for a standalone question; other names from the lexicon go along in brackets."""
    other_names = tuple(lexicon.expansions(question))
    text = f"{question} ({', '.join(other_names)})" if other_names else question
    return Query(
        text=question,
        terms=tuple(terms(question)),
        other_names=other_names,
        vector=index.encoder.encode_queries([text])[0],
        regimens=tuple(lexicon.regimens_in(question)),
    )


def retrieve(
    index: Index,
    query: Query,
    *,
    in_view: str | None = None,
    only_article: str | None = None,
    approved_only: bool = False,
    limit: int = 8,
) -> list[Hit]:
    """Up to `limit` passages, best first. `in_view` is preferred, `only_article` is the only one searched."""
    allowed = _allowed(index, only_article, approved_only)
    if allowed is not None and not allowed:
        return []
    dense = index.search_dense(query.vector, DEPTH, allowed)
    lexical = index.search_lexical([*query.terms, *(t for n in query.other_names for t in terms(n))], DEPTH, allowed)

    fused: dict[str, float] = {}
    for ranking in (dense, lexical):
        for rank, (passage_id, _) in enumerate(ranking, start=1):
            fused[passage_id] = fused.get(passage_id, 0.0) + 1 / (RRF_K + rank)
    cosines = dict(dense)
    hits = []
    for passage_id, score in fused.items():
        passage = index.passage(passage_id)
        bonus = IN_VIEW_BONUS if passage.article_id == in_view else 0.0
        hits.append(Hit(passage=passage, score=score + bonus, cosine=cosines.get(passage_id, 0.0)))
    hits.sort(key=lambda hit: (-hit.score, -hit.cosine, hit.passage.id))
    return hits[:limit]


def _allowed(index: Index, only_article: str | None, approved_only: bool) -> list[str] | None:
    """Ids of the passages that may be found; None for all."""
    if only_article is None and not approved_only:
        return None

    def wanted(passage: Passage) -> bool:
        article = index.articles[passage.article_id]
        return (only_article is None or article.id == only_article) and (
            not approved_only or article.review.status is ReviewStatus.APPROVED
        )

    return [passage.id for passage in index.passages if wanted(passage)]


def covered(query: Query, text_terms: Sequence[str], ignore: frozenset[str] = frozenset()) -> float:
    """Share of the question's terms that stand in a text, 0 to 1; 1 if there are none but those to `ignore`."""
    wanted = [group for group in query.term_groups if not group <= ignore]
    present = frozenset(text_terms)
    return sum(1 for group in wanted if group & present) / len(wanted) if wanted else 1.0
