"""What can be asked instead, and what the articles have no word for. Suggestions are the editors' own questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ldnqa.index import Index
from ldnqa.retrieve import Query
from ldnqa.stages import stage
from ldnqa.text import STOPWORDS, terms, words
from ldnqa.types import ReviewStatus

# Three suggestions fit below an answer on a phone without scrolling.
SUGGESTIONS = 3
# Two questions this alike ask the same thing, so the second is no suggestion.
SAME_QUESTION = 0.9


@stage("suggest")
def suggest(index: Index, query: Query, asked: Sequence[str], *, approved_only: bool = False) -> tuple[str, ...]:
    """The editors' questions nearest to the one asked, none of them asked already, none like another."""
    similarity = index.question_vectors @ query.vector
    chosen: list[int] = []
    done = {" ".join(terms(text)) for text in asked}
    for row in np.argsort(-similarity, kind="stable"):
        of_article, text = index.questions[row]
        article = index.articles[of_article]
        if similarity[row] >= SAME_QUESTION or " ".join(terms(text)) in done:
            continue
        if approved_only and article.review.status is not ReviewStatus.APPROVED:
            continue
        if any(index.question_vectors[row] @ index.question_vectors[other] >= SAME_QUESTION for other in chosen):
            continue
        chosen.append(int(row))
        if len(chosen) == SUGGESTIONS:
            break
    return tuple(index.questions[row][1] for row in chosen)


def unknown_words(question: str, index: Index, generic: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Words of a question that no article uses, as the reader wrote them; not those whose terms are `generic`."""
    seen = dict.fromkeys(word for word in words(question) if word.removesuffix("'s") not in STOPWORDS)
    return tuple(word for word in seen if not any(t in generic or index.has_term(t) for t in terms(word)))
