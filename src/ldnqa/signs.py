"""What speaks for each quote that was found, one row a quote: the signs that `weights` and `leading` name.

A question reads ten passages with some thirty quotes. What these have of its words is told by `spoken`, in a small
index while the model is at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Likeness, first_greatest
from ldnqa.chunk import call_by_first_name
from ldnqa.encode import Vectors, products, unit
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.numbered import Numbered
from ldnqa.query import Query
from ldnqa.quotable import numbers_of, quotable
from ldnqa.spoken import AT, Block, Rows, spoken
from ldnqa.text import terms
from ldnqa.types import Hit, Quote

# A quote that no reader's question is tied to: the likeness such a question would have, from the quote's own. The line
# through all quotes of the default articles that have questions, on the tuned questions.
STAND_IN = 0.24
STAND_IN_SLOPE = 0.62

# A passage's place counts in parts of so many; the networks learned it so.
_PLACES = 12

# Where signs stand that are told together: how like a quote, and the questions asked for it, are to a query's vectors,
# and what all quotes of a passage share.
_COSINES = [AT[name] for name in ("quote", "quote_own", "quote_read")]
_ASKED = [AT[name] for name in ("asked", "asked_own")]
_OF_PASSAGES = [AT[name] for name in ("passage", "listed", "listed_own", "cited", "cited_passage", "place")]

# Readers' questions are some thousands, and come again with every question like them.
_asked: WeakKeyDictionary[Index, dict[int, bytes]] = WeakKeyDictionary()


def read_signs(index: Index, query: Query, hits: Sequence[Hit]) -> tuple[list[Quote], Rows]:
    """Every quote of the hits' passages, each once, and a row of its signs: shape (quotes, len(SIGNS)), in their order.

    Cosines of quotes are taken from the centre of all quotes of the index, so that what every quote says (the drug's
    name) does not count as likeness to the question.
    """
    if not hits:
        return [], np.zeros((0, len(SIGNS)))
    ahead = query.ahead
    passages = index.rows_of(hit.passage.id for hit in hits)
    if ahead is None:
        block = Block(tuple(quotable(index, hit.passage) for hit in hits))
        ahead = spoken(query, block, index)
    block = ahead.block
    found, whose = block.rows_of(passages if query.ahead else range(len(hits)))
    quotes = [block.quotations[row].quote for row in found]
    rows = np.array(found)
    signs = ahead.signs[rows]

    for column, cosines in zip(_COSINES, cosines_of(block, rows, query, index), strict=True):
        signs[:, column] = cosines
    signs[:, _OF_PASSAGES] = _of_passages(index, query, hits, passages)[whose]

    # Where nobody asks for a quote, what its own cosine lets expect.
    for column, of_which in zip(_ASKED, _COSINES, strict=False):
        signs[:, column] = STAND_IN + STAND_IN_SLOPE * signs[:, of_which]
    asked_for, places, counts = block.places_of(found)
    with_asked = ahead.bits[rows]
    if len(asked_for):
        questions, cosines = _likest(index, query.near_own, places, counts)
        signs[asked_for, AT["asked_own"]] = cosines
        own_as_well = query.near is query.near_own
        signs[asked_for, AT["asked"]] = cosines if own_as_well else _likest(index, query.near, places, counts)[1]
        with_asked[asked_for] |= ahead.shares.found(_readers_terms(index, questions.tolist()), numbers_of(index))
    signs[:, AT["asked_coverage"]] = ahead.shares.of(with_asked)[:, 1]
    return quotes, signs


def _of_passages(index: Index, query: Query, hits: Sequence[Hit], passages: list[int]) -> Rows:
    """What all quotes of a passage have in common, but for its words: a row of `_OF_PASSAGES` for each hit, which
    is one of the `passages` of the index.
    """
    articles = index.article_rows[passages]
    near = near_alone = nearest_questions(index, query.listed)
    if query.own_vector is not query.vector:
        near_alone = nearest_questions(index, products(index.question_vectors, query.own_vector))
    cited = query.cited
    return np.array(
        [
            [hit.cosine for hit in hits],
            near[articles],
            near_alone[articles],
            [cited.get(hit.passage.article_id, 0.0) for hit in hits] if cited else [0.0] * len(hits),
            [cited.get(hit.passage.id, 0.0) for hit in hits] if cited else [0.0] * len(hits),
            [place / _PLACES for place in range(len(hits))],
        ]
    ).T


def cosines_of(block: Block, rows: NDArray[np.int64], query: Query, index: Index) -> tuple[Vectors, ...]:
    """For each of these rows its cosine, from the centre of the index, to the three vectors of a query: with what
    remains of the conversation, by itself, and as it is read.
    """
    vectors, lengths = block.vectors[rows], block.lengths[rows]
    known: dict[int, Vectors] = {}
    for vector in (query.vector, query.own_vector, query.read_vector):
        # A question that stands by itself has one vector for all three.
        if id(vector) not in known:
            known[id(vector)] = products(vectors, unit(vector - index.centre)) / lengths
    return tuple(known[id(vector)] for vector in (query.vector, query.own_vector, query.read_vector))


def _likest(
    index: Index, likeness: Likeness, places: Sequence[int], counts: Sequence[int]
) -> tuple[NDArray[np.int64], Vectors]:
    """The number of the likest of the questions that readers ask at some places of the bank, and its cosine: for each
    quote, which has as many of the places as its count says.
    """
    questions, cosines = index.bank.likest(np.array(places), likeness)
    best = first_greatest(cosines, np.array(counts))
    return questions[best], cosines[best]


def _readers_terms(index: Index, numbers: Iterable[int]) -> Numbered:
    """The terms of some of the readers' questions."""
    known = _asked.setdefault(index, {})
    found = []
    for number in numbers:
        if number not in known:
            question = index.bank.questions[number]
            text = call_by_first_name(question.text, index.articles[question.article_id].subject)
            known[number] = Numbered.of([terms(text)], numbers_of(index)).terms.tobytes()
        found.append(known[number])
    return Numbered.read(found)


def nearest_questions(index: Index, cosines: Vectors) -> Vectors:
    """For each article, of the cosines of a question to those that editors listed, the greatest of its own; 0 if it has
    none.
    """
    found = np.zeros(len(index.articles), np.float32)
    if len(cosines):
        found[index.askers] = np.maximum(np.maximum.reduceat(cosines, index.first_questions), 0)
    return found
