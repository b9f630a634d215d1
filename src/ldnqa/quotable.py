"""What ranking needs to know of a passage and no question changes: its terms, its quotes and their vectors, made once.

A question reads a dozen passages with some forty quotes. Cutting, stemming and centring them anew took longer than
everything else that ranking does.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import points_away, sums_up
from ldnqa.chunk import matched_text
from ldnqa.conflict import notes_on
from ldnqa.disputes import disputes, overlap
from ldnqa.encode import Vectors
from ldnqa.index import Index
from ldnqa.numbered import Numbered, Numbers
from ldnqa.text import term_set, terms
from ldnqa.types import Article, Passage, Quote, Section

# How every editor's note begins (corpus/editorial-policy.md).
COMMENT = "Editors' comment"
# A quote that needs more comments than this beside it is no worse than one that needs so many.
_MOST_COMMENTS = 2
# Passages kept for each index: about 12 kB each, so at most 50 MB beside a corpus of any size.
_KEPT = 4096


# The signs among LEAD_SIGNS that no question changes.
OWN_SIGNS = ("points_away", "sums_up", "comment", "comments", "refuted", "length")


class Quotation(NamedTuple):
    """A quote, and the numbers of the bank's places in it."""

    quote: Quote
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quotable:
    """`terms` are those of the passage as it is embedded. `texts` are, by their terms, OF_A_PASSAGE texts: the passage,
    its heading; and then OF_A_QUOTE for each quote: it, it in its place, and what it names. `vectors` are those of the
    quotes from the centre of the index, row for row, not of length one, and `lengths` how long they are. `signs` has a
    row of OWN_SIGNS for each.
    """

    article: Article
    section: Section
    terms: frozenset[str]
    texts: Numbered
    quotes: tuple[Quotation, ...]
    signs: NDArray[np.float64]
    vectors: Vectors
    lengths: Vectors


# How many texts of `Quotable.texts` are of the passage itself, and how many of each quote.
OF_A_PASSAGE, OF_A_QUOTE = 2, 3

_known: WeakKeyDictionary[Index, OrderedDict[str, Quotable]] = WeakKeyDictionary()
_numbers: WeakKeyDictionary[Index, Numbers] = WeakKeyDictionary()


def numbers_of(index: Index) -> Numbers:
    """The numbers of the terms in an index's `Quotable.texts`."""
    return _numbers.setdefault(index, Numbers())


def is_known(index: Index) -> bool:
    """Whether any passage of the index has been read."""
    return index in _known


def quotable(index: Index, passage: Passage) -> Quotable:
    """What can be quoted of a passage of the index."""
    known = _known.setdefault(index, OrderedDict())
    found = known.get(passage.id)
    if found is None:
        found = known[passage.id] = _read(index, passage)
        # The one that was read first goes. Two threads may both read one: the same is kept twice.
        while len(known) > _KEPT:
            known.popitem(last=False)
    return found


def _read(index: Index, passage: Passage) -> Quotable:
    article = index.articles[passage.article_id]
    section = article.section(passage.section_id)
    quotes = [
        Quote(
            passage_id=passage.id,
            article_id=article.id,
            section_id=section.id,
            start=span.start,
            end=span.end,
            text=section.text[span.start : span.end],
        )
        for span in passage.quotes
    ]
    vectors = index.quote_vectors(passage.id) - index.centre
    lengths = np.linalg.norm(vectors, axis=1)
    lengths[lengths == 0] = 1
    all_of_it = frozenset(terms(matched_text(article, passage)))
    heading = term_set(section.heading)
    around = heading | term_set(article.title)
    of_quotes = [
        text for quote in quotes for text in (term_set(quote.text), term_set(quote.text) | around, names_in(quote.text))
    ]
    return Quotable(
        article=article,
        section=section,
        terms=all_of_it,
        texts=Numbered.of([all_of_it, heading, *of_quotes], numbers_of(index)),
        quotes=tuple(map(Quotation, quotes, index.asked_in(passage))),
        signs=np.array([_signs(quote, index) for quote in quotes]).reshape(-1, len(OWN_SIGNS)),
        vectors=vectors,
        lengths=lengths,
    )


def names_in(text: str) -> frozenset[str]:
    """The terms of what a text names: "FDA-approved" names the FDA, too."""
    return term_set(text) | term_set(text.replace("-", " ")) if "-" in text else term_set(text)


def _signs(quote: Quote, index: Index) -> tuple[float, ...]:
    """The OWN_SIGNS of a quote."""
    return (
        points_away(quote.text),
        sums_up(quote.text),
        quote.text.startswith(COMMENT),
        min(_MOST_COMMENTS, len(notes_on(quote, index.articles))),
        any(dispute.refuted and overlap(dispute.sides[0].quote, quote) for dispute in disputes(index)),
        math.log(max(1, len(quote.text.split()))),
    )
