"""What speaks for each quote that was found, one row a quote: the signs that `weights` and `leading` name.

A question reads a dozen passages with some forty quotes. What is the same for all quotes of a passage is read once a
passage, and what a text has of the question's terms for all texts at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import FIGURES, Kind, answers_kind, asks_for_evidence, tiers_asked
from ldnqa.bank import Likeness
from ldnqa.chunk import call_by_first_name
from ldnqa.encode import Vectors, products
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.numbered import Numbered, Shares
from ldnqa.query import Query, unit
from ldnqa.quotable import OF_A_PASSAGE, OF_A_QUOTE, OWN_SIGNS, Quotable, Quotation, numbers_of, quotable
from ldnqa.text import names, terms
from ldnqa.types import Hit, Quote, Regimen, Tier

# A quote that no reader's question is tied to: the likeness such a question would have, from the quote's own. The line
# through all quotes of the default articles that have questions, on the tuned questions.
STAND_IN = 0.24
STAND_IN_SLOPE = 0.62

# A passage's place counts in parts of so many; the networks learned it so.
_PLACES = 12

Rows = NDArray[np.float64]

# Where each sign stands among SIGNS.
_AT = {name: column for column, name in enumerate(SIGNS)}
_OWN_COLUMNS = [_AT[name] for name in OWN_SIGNS]


def read_signs(index: Index, query: Query, hits: Sequence[Hit]) -> tuple[list[Quote], Rows]:
    """Every quote of the hits' passages, each once, and a row of its signs: shape (quotes, len(SIGNS)), in their order.

    Cosines of quotes are taken from the centre of all quotes of the index, so that what every quote says (the drug's
    name) does not count as likeness to the question.
    """
    passages = [quotable(index, hit.passage) for hit in hits]
    every = [quotation for parts in passages for quotation in parts.quotes]
    # Passages overlap: a quote is read where it is found first.
    first: dict[tuple[str, str, int, int], int] = {}
    for row, (quote, _) in enumerate(every):
        first.setdefault((quote.article_id, quote.section_id, quote.start, quote.end), row)
    rows = np.array(list(first.values()), dtype=np.intp)
    quotations = [every[row] for row in first.values()]
    signs = np.zeros((len(rows), len(SIGNS)))
    if not quotations:
        return [], signs
    whose = np.repeat(np.arange(len(hits)), [len(parts.quotes) for parts in passages])

    signs[:, _AT["figure_asked"]] = query.kind in FIGURES
    signs[:, _AT["yes_no"]] = query.kind is Kind.YES_NO
    signs[:, _AT["evidence_asked"]] = asks_for_evidence(query.text)
    for name, cosines in zip(("quote", "quote_own", "quote_read"), cosines_of(passages, query, index), strict=True):
        signs[:, _AT[name]] = cosines[rows]
    signs[:, _OWN_COLUMNS] = np.concatenate([parts.signs for parts in passages])[rows]
    signs[:, _AT["fits_kind"]] = [answers_kind(query.kind, quotation.quote.text) for quotation in quotations]
    if query.regimens:
        uses = [passages[number].section.regimen for number in whose[rows].tolist()]
        signs[:, _AT["other_regimen"]] = [
            _is_other_use(quotation.quote.text, use, query) for quotation, use in zip(quotations, uses, strict=True)
        ]
    for name, of_passages in _of_passages(index, query, hits, passages):
        signs[:, _AT[name]] = of_passages[whose[rows]]

    likest = _likest(index, query.near_own, quotations)
    likest_in_all = likest if query.near is query.near_own else _likest(index, query.near, quotations)
    for name, of_which, found in (("asked", "quote", likest_in_all), ("asked_own", "quote_own", likest)):
        # Where nobody asks for a quote, what its own cosine lets expect.
        signs[:, _AT[name]] = STAND_IN + STAND_IN_SLOPE * signs[:, _AT[of_which]]
        signs[list(found), _AT[name]] = [cosine for _, cosine in found.values()]

    shares = Shares([query.wanted_in_all, query.wanted.alone, query.wanted.topics])
    bits = shares.found(Numbered.joined([parts.texts for parts in passages]), numbers_of(index))
    # Where the texts of each quote and of its passage begin.
    texts = (OF_A_PASSAGE * (whose + 1) + OF_A_QUOTE * np.arange(len(every)))[rows]
    of_passages = texts - OF_A_QUOTE * (rows - np.searchsorted(whose, whose[rows])) - OF_A_PASSAGE
    with_asked = bits[texts + 1]
    with_asked[list(likest)] |= shares.bits_of(_readers_terms(index, number) for number, _ in likest.values())
    have, have_with_asked = shares.of(bits), shares.of(with_asked)
    signs[:, _AT["passage_coverage"]] = have[of_passages, 0]
    signs[:, _AT["heading_coverage"]] = have[of_passages + 1, 1]
    signs[:, _AT["coverage"]] = have[texts, 0]
    signs[:, _AT["coverage_in_place"]] = have[texts + 1, 1]
    signs[:, _AT["asked_coverage"]] = have_with_asked[:, 1]
    signs[:, _AT["named"]] = have[texts + 2, 2]
    return [quotation.quote for quotation in quotations], signs


def _of_passages(
    index: Index, query: Query, hits: Sequence[Hit], passages: Sequence[Quotable]
) -> Iterator[tuple[str, Rows]]:
    """What all quotes of a passage have in common, but for its words: a sign's name, and its value for each hit."""
    articles = [parts.article for parts in passages]
    yield "passage", np.array([hit.cosine for hit in hits])
    near = nearest_questions(index, query.vector)
    near_alone = near if query.own_vector is query.vector else nearest_questions(index, query.own_vector)
    for name, of_article in (("listed", near), ("listed_own", near_alone)):
        yield name, np.array([of_article.get(article.id, 0.0) for article in articles])
    if query.cited:
        yield "cited", np.array([query.cited.get(article.id, 0.0) for article in articles])
        yield "cited_passage", np.array([query.cited.get(hit.passage.id, 0.0) for hit in hits])
    # Most articles have their subject in common, and naming it has nothing to do with the passage.
    others = {
        subject: not (any(names(query.text, name) for name in subject) or not set(subject).isdisjoint(index.subject))
        for subject in dict.fromkeys(article.subject for article in articles if index.subject)
    }
    if any(others.values()):
        yield "other_subject", np.array([float(others[article.subject]) for article in articles])
    tiers = tiers_asked(query.text)
    if tiers:
        yield "another_tier", np.array([float(parts.section.tier not in tiers) for parts in passages])
    yield "editorial", np.array([float(parts.section.tier is Tier.EDITORIAL) for parts in passages])
    yield "place", np.arange(len(hits)) / _PLACES


def cosines_of(passages: Sequence[Quotable], query: Query, index: Index) -> tuple[Vectors, ...]:
    """For each quote of the passages in turn its cosine, from the centre of the index, to the three vectors of a query:
    with what remains of the conversation, by itself, and as it is read.
    """
    rows = np.concatenate([parts.vectors for parts in passages])
    lengths = np.concatenate([parts.lengths for parts in passages])
    known: dict[int, Vectors] = {}
    for vector in (query.vector, query.own_vector, query.read_vector):
        # A question that stands by itself has one vector for all three.
        if id(vector) not in known:
            known[id(vector)] = products(rows, unit(vector - index.centre)) / lengths
    return tuple(known[id(vector)] for vector in (query.vector, query.own_vector, query.read_vector))


def _is_other_use(text: str, regimen: Regimen | None, query: Query) -> bool:
    """Whether a quote, by its own words or else by its section, is about no use of the drug that the question names."""
    about = query.lexicon.regimens_in(text) or ([regimen] if regimen else [])
    return bool(about) and not any(regimen in query.regimens for regimen in about)


def _likest(index: Index, likeness: Likeness, quotations: Sequence[Quotation]) -> dict[int, tuple[int, float]]:
    """For each quote, by its row, that readers ask for: the number of the likest of their questions, and its cosine."""
    places = list(dict.fromkeys(place for quotation in quotations for place in quotation.places))
    best = dict(zip(places, index.bank.likest(places, likeness), strict=True))
    return {
        row: best[of_quote[0]] if len(of_quote) == 1 else max([best[place] for place in of_quote], key=itemgetter(1))
        for row, (_, of_quote) in enumerate(quotations)
        if of_quote
    }


def _readers_terms(index: Index, number: int) -> frozenset[str]:
    """The terms of one of the readers' questions."""
    question = index.bank.questions[number]
    return _terms_asked(question.text, index.articles[question.article_id].subject)


# Readers' questions are some thousands, and come again with every question like them.
@lru_cache(maxsize=20_000)
def _terms_asked(text: str, subject: tuple[str, ...]) -> frozenset[str]:
    return frozenset(terms(call_by_first_name(text, subject)))


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
