"""A question -> the passages most likely to answer it.

Relevance gates, tier orders: nothing here looks at a tier. What a passage means (cosine) and which of the question's
words it has (BM25, as a share of what a perfect match would score) are added up on one scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldnqa.chunk import call_by_first_name
from ldnqa.index import Index
from ldnqa.policy import Lexicon
from ldnqa.stages import stage
from ldnqa.text import terms
from ldnqa.types import Hit, Passage, Regimen, ReviewStatus

# Weight of the words beside the meaning. On the development sets mtrag-un and liveqa-med nDCG@10 is .822 and .697 with
# 0, .864 and .707 with 0.3, .880 and .708 with 0.5, .880 and .703 with 0.8; fusing by rank gives .858 and .656.
WORDS_WEIGHT = 0.5
# How deep each ranking is read.
DEPTH = 50
# How many passages are read for quotes. On tests/gold.yaml 8, 12 and 20 find the right quote equally often.
READ = 12
# A reader on an article's page usually asks about that article: its passages come before others nearly as good.
IN_VIEW_BONUS = 0.05


@dataclass(frozen=True)
class Query:
    """A standalone question as retrieval sees it.

    `term_groups` has a group for each thing the question names: its own terms and those of its other names; a text
    has it if it has one of them. `generic` are terms that only ask ("work", "study"). `terms` is all terms in order,
    `vector` a unit row, `regimens` what it asks about.
    """

    text: str
    terms: tuple[str, ...]
    term_groups: tuple[frozenset[str], ...]
    generic: frozenset[str]
    vector: NDArray[np.float32]
    regimens: tuple[Regimen, ...]


@stage("encode")
def read_query(question: str, index: Index, lexicon: Lexicon, subject: str | None = None) -> Query:
    """The query for a standalone question; other names from the lexicon go along in brackets.

    A question that names no regimen and no part of the subject's name is taken to be about the subject's regimen.
    """
    names_drug = bool(frozenset(terms(subject or "")) & frozenset(terms(question)))
    matches = lexicon.other_names(question)
    names = list(dict.fromkeys(name for _, others in matches for name in others))
    groups: dict[str, frozenset[str]] = {term: frozenset({term}) for term in terms(question)}
    for said, others in matches:
        named = [term for term in terms(said) if term not in lexicon.generic_terms]
        group = frozenset([*named, *(t for name in others for t in terms(name))])
        groups.update((term, group) for term in named or others[:1])
    asked = question
    for names_of_one in index.nicknames:
        asked = call_by_first_name(asked, names_of_one)
    return Query(
        text=question,
        terms=(*terms(asked), *(t for name in names for t in terms(name))),
        term_groups=tuple(dict.fromkeys(groups.values())),
        generic=lexicon.generic_terms,
        vector=index.encoder.encode_queries([f"{asked} ({', '.join(names)})" if names else asked])[0],
        regimens=tuple(lexicon.regimens_in(question if names_drug else f"{question} {subject or ''}")),
    )


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
    by_meaning = index.search_dense(query.vector, DEPTH, allowed)
    by_words = dict(index.search_lexical(query.terms, DEPTH, allowed))
    perfect = sum(index.rarity(term) for term in query.terms)

    hits = []
    for passage_id in dict.fromkeys([*(id_ for id_, _ in by_meaning), *by_words]):
        passage = index.passage(passage_id)
        cosine = float(index.passage_vector(passage_id) @ query.vector)
        score = cosine + WORDS_WEIGHT * (by_words.get(passage_id, 0.0) / perfect if perfect else 0.0)
        bonus = IN_VIEW_BONUS if passage.article_id == in_view else 0.0
        hits.append(Hit(passage=passage, score=score + bonus, cosine=min(1.0, max(-1.0, cosine))))
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
