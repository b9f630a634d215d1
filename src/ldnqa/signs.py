"""What speaks for each quote that was found, one row a quote: the signs that `weights` and `leading` name.

A question reads ten passages with some thirty quotes. What these have of its words is told by `spoken`, in a small
index while the model is at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Likeness
from ldnqa.chunk import call_by_first_name
from ldnqa.encode import Vectors, products, unit
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.numbered import Numbered
from ldnqa.query import Query
from ldnqa.quotable import Quotation, numbers_of, quotable
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
_asked: WeakKeyDictionary[Index, dict[int, Numbered]] = WeakKeyDictionary()


def read_signs(index: Index, query: Query, hits: Sequence[Hit]) -> tuple[list[Quote], Rows]:
    """Every quote of the hits' passages, each once, and a row of its signs: shape (quotes, len(SIGNS)), in their order.

    Cosines of quotes are taken from the centre of all quotes of the index, so that what every quote says (the drug's
    name) does not count as likeness to the question.
    """
    if not hits:
        return [], np.zeros((0, len(SIGNS)))
    ahead = query.ahead
    if ahead is None:
        block = Block(tuple(quotable(index, hit.passage) for hit in hits))
        ahead = spoken(query, block, index)
        numbers = np.arange(len(hits))
    else:
        numbers = np.array(index.rows_of(hit.passage.id for hit in hits), dtype=np.int64)
    block = ahead.block
    rows, whose = block.rows_of(numbers)
    quotations = [block.quotations[row] for row in rows.tolist()]
    signs = ahead.signs[rows]

    for name, cosines in zip(("quote", "quote_own", "quote_read"), cosines_of(block, rows, query, index), strict=True):
        signs[:, AT[name]] = cosines
    articles = [block.passages[number].article.id for number in numbers.tolist()]
    for name, of_passages in _of_passages(index, query, hits, articles):
        signs[:, AT[name]] = of_passages[whose]

    likest = _likest(index, query.near_own, quotations)
    likest_in_all = likest if query.near is query.near_own else _likest(index, query.near, quotations)
    for name, of_which, found in (("asked", "quote", likest_in_all), ("asked_own", "quote_own", likest)):
        # Where nobody asks for a quote, what its own cosine lets expect.
        signs[:, AT[name]] = STAND_IN + STAND_IN_SLOPE * signs[:, AT[of_which]]
        signs[list(found), AT[name]] = [cosine for _, cosine in found.values()]

    with_asked = ahead.bits[rows]
    if likest:
        readers = _readers_terms(index, [number for number, _ in likest.values()])
        with_asked[list(likest)] |= ahead.shares.found(readers, numbers_of(index))
    signs[:, AT["asked_coverage"]] = ahead.shares.of(with_asked)[:, 1]
    return [quotation.quote for quotation in quotations], signs


def _of_passages(
    index: Index, query: Query, hits: Sequence[Hit], articles: Sequence[str]
) -> Iterator[tuple[str, Rows]]:
    """What all quotes of a passage have in common, but for its words: a sign's name, and its value for each hit, which
    is of one of `articles`.
    """
    yield "passage", np.array([hit.cosine for hit in hits])
    near = nearest_questions(index, query.vector)
    near_alone = near if query.own_vector is query.vector else nearest_questions(index, query.own_vector)
    for name, of_article in (("listed", near), ("listed_own", near_alone)):
        yield name, np.array([of_article.get(id_, 0.0) for id_ in articles])
    if query.cited:
        yield "cited", np.array([query.cited.get(id_, 0.0) for id_ in articles])
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


def _likest(index: Index, likeness: Likeness, quotations: Sequence[Quotation]) -> dict[int, tuple[int, float]]:
    """For each quote, by its row, that readers ask for: the number of the likest of their questions, and its cosine."""
    places = list(dict.fromkeys(place for quotation in quotations for place in quotation.places))
    best = dict(zip(places, index.bank.likest(places, likeness), strict=True))
    return {
        row: best[of_quote[0]] if len(of_quote) == 1 else max([best[place] for place in of_quote], key=itemgetter(1))
        for row, (_, of_quote) in enumerate(quotations)
        if of_quote
    }


def _readers_terms(index: Index, numbers: Iterable[int]) -> Numbered:
    """The terms of some of the readers' questions."""
    known = _asked.setdefault(index, {})
    found = []
    for number in numbers:
        if number not in known:
            question = index.bank.questions[number]
            text = call_by_first_name(question.text, index.articles[question.article_id].subject)
            known[number] = Numbered.of([terms(text)], numbers_of(index))
        found.append(known[number])
    return Numbered.joined(found)


def nearest_questions(index: Index, vector: NDArray[np.float32]) -> dict[str, float]:
    """For each article, the cosine of a unit vector to the nearest of the questions its editors say it answers."""
    cosines = products(index.question_vectors, vector)
    if not len(cosines):
        return {}
    of_article = np.maximum(np.maximum.reduceat(cosines, index.first_questions), 0)
    return {
        index.questions[first][0]: cosine
        for first, cosine in zip(index.first_questions, of_article.tolist(), strict=True)
    }
