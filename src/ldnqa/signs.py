"""What speaks for each quote that was found, one row a quote: the signs that `weights` and `leading` name.

A question reads ten passages with some thirty quotes. What these have of its words is told by `spoken`, in a small
index while the model is at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Likeness
from ldnqa.chunk import call_by_first_name
from ldnqa.encode import Vectors, products, unit
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.nearby import first_greatest
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
    passages = np.array(index.rows_of(hit.passage.id for hit in hits))
    if ahead is None:
        block = Block(tuple(quotable(index, hit.passage) for hit in hits))
        ahead = spoken(query, block, index)
    block = ahead.block
    rows, whose = block.rows_of(passages if query.ahead else np.arange(len(hits)))
    quotes = [block.quotations[row].quote for row in rows.tolist()]
    signs = ahead.signs[rows]

    for name, cosines in zip(("quote", "quote_own", "quote_read"), cosines_of(block, rows, query, index), strict=True):
        signs[:, AT[name]] = cosines
    for name, of_passages in _of_passages(index, query, hits, passages):
        signs[:, AT[name]] = of_passages[whose]

    # Where nobody asks for a quote, what its own cosine lets expect.
    for name, of_which in (("asked", "quote"), ("asked_own", "quote_own")):
        signs[:, AT[name]] = STAND_IN + STAND_IN_SLOPE * signs[:, AT[of_which]]
    asked_for, places, counts = block.places_of(rows)
    with_asked = ahead.bits[rows]
    if len(asked_for):
        questions, cosines = _likest(index, query.near_own, places, counts)
        signs[asked_for, AT["asked_own"]] = cosines
        own_as_well = query.near is query.near_own
        signs[asked_for, AT["asked"]] = cosines if own_as_well else _likest(index, query.near, places, counts)[1]
        with_asked[asked_for] |= ahead.shares.found(_readers_terms(index, questions.tolist()), numbers_of(index))
    signs[:, AT["asked_coverage"]] = ahead.shares.of(with_asked)[:, 1]
    return quotes, signs


def _of_passages(
    index: Index, query: Query, hits: Sequence[Hit], passages: NDArray[np.int64]
) -> Iterator[tuple[str, Rows | Vectors]]:
    """What all quotes of a passage have in common, but for its words: a sign's name, and its value for each hit, which
    is one of the `passages` of the index.
    """
    yield "passage", np.array([hit.cosine for hit in hits])
    articles = index.article_rows[passages]
    near = nearest_questions(index, query.vector)
    near_alone = near if query.own_vector is query.vector else nearest_questions(index, query.own_vector)
    yield "listed", near[articles]
    yield "listed_own", near_alone[articles]
    if query.cited:
        yield "cited", np.array([query.cited.get(hit.passage.article_id, 0.0) for hit in hits])
        yield "cited_passage", np.array([query.cited.get(hit.passage.id, 0.0) for hit in hits])
    yield "place", np.arange(len(hits)) / _PLACES


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
    index: Index, likeness: Likeness, places: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Vectors]:
    """The number of the likest of the questions that readers ask at some places of the bank, and its cosine: for each
    quote, which has as many of the places as its count says.
    """
    questions, cosines = index.bank.likest(places, likeness)
    best = first_greatest(cosines, counts)
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


def nearest_questions(index: Index, vector: NDArray[np.float32]) -> Vectors:
    """For each article, the cosine of a unit vector to the nearest of the questions its editors say it answers; 0 if
    there is none.
    """
    found = np.zeros(len(index.articles), np.float32)
    if len(index.questions):
        nearest = np.maximum.reduceat(products(index.question_vectors, vector), index.first_questions)
        found[index.askers] = np.maximum(nearest, 0)
    return found
