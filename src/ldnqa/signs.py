"""What speaks for each quote that was found, one row a quote: the signs that `weights` and `leading` name.

A question reads a dozen passages with some two dozen quotes. What is the same for all quotes of a passage is read once
a passage, and a text is looked at only for the question's own terms: texts have few of them, and mostly the same few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import FIGURES, Kind, answers_kind, asks_for_evidence, tiers_asked
from ldnqa.chunk import call_by_first_name
from ldnqa.encode import Vectors, products
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.quotable import OWN_SIGNS, Quotable, quotable
from ldnqa.retrieve import READ, Query, unit
from ldnqa.text import names, terms
from ldnqa.types import Hit, Quote, Regimen, Tier
from ldnqa.wanted import share, share_named

# A quote that no reader's question is tied to: the likeness such a question would have, from the quote's own. The line
# through all quotes of the default articles that have questions, on the tuned questions.
STAND_IN = 0.24
STAND_IN_SLOPE = 0.62

Rows = NDArray[np.float64]

# What all quotes of a passage have in common, what each has by its words, and where these stand among SIGNS.
_OF_A_PASSAGE = (
    "passage",
    "listed",
    "listed_own",
    "cited",
    "cited_passage",
    "other_subject",
    "another_tier",
    "editorial",
    "place",
    "passage_coverage",
    "heading_coverage",
)
_OF_A_QUOTE = ("other_regimen", "coverage", "coverage_in_place", "asked_coverage", "fits_kind", "named")


def _columns(wanted: Iterable[str]) -> list[int]:
    return [SIGNS.index(name) for name in wanted]


_PASSAGE_COLUMNS, _QUOTE_COLUMNS, _OWN_COLUMNS = map(_columns, (_OF_A_PASSAGE, _OF_A_QUOTE, OWN_SIGNS))


def read_signs(index: Index, query: Query, hits: Sequence[Hit]) -> tuple[list[Quote], Rows]:
    """Every quote of the hits' passages, each once, and a row of its signs: shape (quotes, len(SIGNS)), in their order.

    Cosines of quotes are taken from the centre of all quotes of the index, so that what every quote says (the drug's
    name) does not count as likeness to the question.
    """
    passages = [quotable(index, hit.passage) for hit in hits]
    every = [quotation for parts in passages for quotation in parts.quotes]
    # Passages overlap: a quote is read where it is found first.
    first: dict[tuple[str, str, int, int], int] = {}
    for row, (quote, *_) in enumerate(every):
        first.setdefault((quote.article_id, quote.section_id, quote.start, quote.end), row)
    rows = list(first.values())
    quotations = [every[row] for row in rows]
    signs = np.empty((len(rows), len(SIGNS)))
    if not rows:
        return [], signs

    for name, value in (
        ("figure_asked", query.kind in FIGURES),
        ("yes_no", query.kind is Kind.YES_NO),
        ("evidence_asked", asks_for_evidence(query.text)),
    ):
        signs[:, SIGNS.index(name)] = value
    for name, cosines in zip(("quote", "quote_own", "quote_read"), cosines_of(passages, query, index), strict=True):
        signs[:, SIGNS.index(name)] = cosines[rows]
    signs[:, _OWN_COLUMNS] = np.concatenate([parts.signs for parts in passages])[rows]

    asked_for = frozenset[str]().union(*query.term_groups)
    in_all, alone = cache(partial(share, query.wanted_in_all)), cache(partial(share, query.wanted.alone))
    named = cache(partial(share_named, query.wanted.topics))
    of_passages = np.array(
        [
            (*own, in_all(asked_for & parts.terms), alone(asked_for & parts.heading))
            for own, parts in zip(_of_passages(index, query, hits, passages), passages, strict=True)
        ]
    )
    whose = np.repeat(np.arange(len(hits)), [len(parts.quotes) for parts in passages])[rows]
    signs[:, _PASSAGE_COLUMNS] = of_passages[whose]
    places = [quotation.places for quotation in quotations]
    all_places = dict.fromkeys(place for of_quote in places for place in of_quote)
    asked_alone = {place: index.bank.likest(place, query.near_own) for place in all_places}
    asked_in_all = asked_alone
    if query.near is not query.near_own:
        asked_in_all = {place: index.bank.likest(place, query.near) for place in all_places}
    signs[:, _QUOTE_COLUMNS] = [
        (
            _is_other_use(quotation.quote.text, passages[number].section.regimen, query),
            in_all(asked_for & quotation.terms),
            alone(in_place := asked_for & quotation.in_place),
            alone(in_place | asked_for & asked if asked else in_place),
            answers_kind(query.kind, quotation.quote.text),
            named(asked_for & quotation.names),
        )
        for quotation, number, asked in zip(
            quotations, whose.tolist(), asked_terms(index, asked_alone, places), strict=True
        )
    ]
    for name, of_which, of_places in (("asked", "quote", asked_in_all), ("asked_own", "quote_own", asked_alone)):
        signs[:, SIGNS.index(name)] = _asked(of_places, places, signs[:, SIGNS.index(of_which)])
    return [quotation.quote for quotation in quotations], signs


def _of_passages(
    index: Index, query: Query, hits: Sequence[Hit], passages: Sequence[Quotable]
) -> Iterator[tuple[float, ...]]:
    """The signs of _OF_A_PASSAGE for each hit, but for those that its words have of the question's."""
    tiers = tiers_asked(query.text)
    near = nearest_questions(index, query.vector)
    near_alone = near if query.own_vector is query.vector else nearest_questions(index, query.own_vector)
    # Most articles have their subject in common, and naming it has nothing to do with the passage.
    ours: dict[tuple[str, ...], bool] = {}
    for back, (hit, parts) in enumerate(zip(hits, passages, strict=True)):
        subject, article_id, tier = parts.article.subject, parts.article.id, parts.section.tier
        if subject not in ours:
            named = any(names(query.text, name) for name in subject)
            ours[subject] = named or not set(subject).isdisjoint(index.subject)
        yield (
            hit.cosine,
            near.get(article_id, 0.0),
            near_alone.get(article_id, 0.0),
            query.cited.get(article_id, 0.0),
            query.cited.get(hit.passage.id, 0.0),
            bool(index.subject) and not ours[subject],
            bool(tiers) and tier not in tiers,
            tier is Tier.EDITORIAL,
            back / READ,
        )


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
    if not query.regimens:
        return False
    about = query.lexicon.regimens_in(text) or ([regimen] if regimen else [])
    return bool(about) and not any(regimen in query.regimens for regimen in about)


def _asked(of_places: Mapping[int, tuple[int, float]], places: Sequence[Sequence[int]], cosines: Rows) -> Rows:
    """For each quote the likeness of the likest question that readers ask for its places; where nobody asks for it,
    what its own cosine lets expect.
    """
    asked: Rows = STAND_IN + STAND_IN_SLOPE * cosines
    for row, of_quote in enumerate(places):
        if of_quote:
            asked[row] = max([of_places[place][1] for place in of_quote])
    return asked


def asked_terms(
    index: Index, of_places: Mapping[int, tuple[int, float]], places: Sequence[Sequence[int]]
) -> Iterator[frozenset[str] | None]:
    """For each quote the terms of the likest question that readers ask for its places; None where nobody asks."""
    for of_quote in places:
        if of_quote:
            number, _ = max([of_places[place] for place in of_quote], key=itemgetter(1))
            question = index.bank.questions[number]
            yield _readers_terms(question.text, index.articles[question.article_id].subject)
        else:
            yield None


# Readers' questions are some thousands, and come again with every question like them.
@lru_cache(maxsize=20_000)
def _readers_terms(text: str, subject: tuple[str, ...]) -> frozenset[str]:
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
