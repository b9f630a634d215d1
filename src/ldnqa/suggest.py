"""What can be asked instead, and what the articles have no word for. Suggestions are the editors' own questions.

Every one has been asked of this very index, by the same reading, ranking and support as a reader's, and was answered
with words that the reader has not just been given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from ldnqa.asking import ages_in
from ldnqa.chunk import call_by_first_name
from ldnqa.disputes import overlap
from ldnqa.encode import Vectors, products
from ldnqa.followup import Reading
from ldnqa.index import Index
from ldnqa.policy import Lexicon
from ldnqa.quotes import lead_of, rank_quotes
from ldnqa.retrieve import Query, read_query, retrieve
from ldnqa.stages import stage
from ldnqa.text import terms, words
from ldnqa.types import Passage, Quote, ReviewStatus

# Three suggestions fit below an answer on a phone without scrolling.
SUGGESTIONS = 3
# Two questions this alike ask the same thing, so the second is no suggestion. "Does LDN ease the pain of fibromyalgia?"
# and "Does low-dose naltrexone help in fibromyalgia?" have 0.89, the same two about different illnesses at most 0.85.
SAME_QUESTION = 0.87
# What else the article answers that the reader is just reading from comes before what other articles answer.
SAME_ARTICLE_BONUS = 0.1


_checked: WeakKeyDictionary[Index, dict[tuple[int, bool], Quote | None]] = WeakKeyDictionary()


@stage("suggest")
def suggest(
    index: Index,
    query: Query,
    asked: Sequence[str],
    lexicon: Lexicon,
    *,
    said: Sequence[Quote] = (),
    read: Sequence[Passage] = (),
    approved_only: bool = False,
) -> tuple[str, ...]:
    """The editors' questions nearest to the one asked that the index answers, none asked already, none like another.

    `said` is what was just quoted: other questions of its first article come first, and a question whose answer it
    holds is none. `read` is what earlier answers cited: what these passages answer comes last.
    """
    near = said[0].article_id if said else None
    likeness = products(index.question_vectors, query.vector)
    order = likeness + SAME_ARTICLE_BONUS * np.array([article == near for article, _ in index.questions], np.float32)
    chosen: list[int] = []
    known: list[int] = []
    done = {_as_asked(text, index) for text in asked}
    for row in map(int, np.argsort(-order, kind="stable")):
        of_article, text = index.questions[row]
        if likeness[row] >= SAME_QUESTION or _as_asked(text, index) in done:
            continue
        if approved_only and index.articles[of_article].review.status is not ReviewStatus.APPROVED:
            continue
        if any(index.question_vectors[row] @ index.question_vectors[other] >= SAME_QUESTION for other in chosen):
            continue
        leads = _answer(row, index, lexicon, approved_only=approved_only)
        if leads is None or any(overlap(leads, quote) for quote in said):
            continue
        if any(overlap(leads, passage) for passage in read):
            known.append(row)
            continue
        chosen.append(row)
        if len(chosen) == SUGGESTIONS:
            break
    return tuple(index.questions[row][1] for row in [*chosen, *known][:SUGGESTIONS])


def _as_asked(text: str, index: Index) -> str:
    """The words of a question by which it is known again, whichever of its names the subject has."""
    return " ".join(terms(call_by_first_name(text, index.subject) if index.subject else text))


class _Known:
    """An encoder that knows one vector: that of a question of the index, which is embedded already."""

    def __init__(self, vector: Vectors) -> None:
        self._row = vector[np.newaxis]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._row


def _answer(row: int, index: Index, lexicon: Lexicon, *, approved_only: bool) -> Quote | None:
    """What answers one of the editors' questions, if anything. Tried once, without the encoder: its vector is there."""
    known = _checked.setdefault(index, {})
    if (row, approved_only) not in known:
        subject = index.subject[0] if index.subject else index.articles[index.questions[row][0]].subject[0]
        as_known = replace(index, encoder=_Known(index.question_vectors[row]))  # type: ignore[arg-type]
        text = index.questions[row][1]
        query = read_query(Reading(text, text), as_known, lexicon, subject)
        hits = retrieve(index, query, approved_only=approved_only)
        ranked = rank_quotes(index, query, hits)
        lead = lead_of(index, query, hits, ranked)
        known[row, approved_only] = lead.quote if lead else None
    return known[row, approved_only]


def unknown_words(question: str, query: Query, index: Index) -> tuple[str, ...]:
    """Words of a question that stand in no article, by this or another name; bare figures are not missed."""
    ages = ages_in(question)

    def known(term: str) -> bool:
        other_names = {other for group in query.own_groups if term in group for other in group}
        # No article need name an age; a term of no group was not asked for.
        return (
            term in ages
            or not other_names
            or term in query.generic
            or any(index.has_term(name) for name in other_names)
        )

    wanted = (word for word in dict.fromkeys(words(question)) if not word[0].isdigit() or word[-1].isalpha())
    return tuple(word for word in wanted if (own := terms(word)) and not any(map(known, own)))
