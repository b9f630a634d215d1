"""What ranking needs to know of a passage and no question changes: its terms, its quotes and their vectors, made once.

A question reads a dozen passages with some forty quotes. Cutting, stemming and centring them anew took longer than
everything else that ranking does.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from ldnqa.asking import points_away, sums_up
from ldnqa.chunk import embedded_text
from ldnqa.conflict import notes_on
from ldnqa.disputes import disputes, overlap
from ldnqa.encode import Vectors
from ldnqa.index import Index
from ldnqa.text import term_set, terms
from ldnqa.types import Passage, Quote

# How every editor's note begins (corpus/editorial-policy.md).
COMMENT = "Editors' comment"
# A quote that needs more comments than this beside it is no worse than one that needs so many.
_MOST_COMMENTS = 2
# Passages kept for each index: about 12 kB each, so at most 50 MB beside a corpus of any size.
_KEPT = 4096


class Quotation(NamedTuple):
    """A quote, its terms, these and those of the heading and the title, and its own signs among LEAD_SIGNS."""

    quote: Quote
    terms: frozenset[str]
    in_place: frozenset[str]
    signs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Quotable:
    """`terms` are those of the passage as it is embedded, `heading` those of its heading. `vectors` are those of the
    quotes from the centre of the index, row for row, not of length one, and `lengths` how long they are.
    """

    terms: frozenset[str]
    heading: frozenset[str]
    quotes: tuple[Quotation, ...]
    vectors: Vectors
    lengths: Vectors


_known: WeakKeyDictionary[Index, OrderedDict[str, Quotable]] = WeakKeyDictionary()


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
    heading = term_set(section.heading)
    around = heading | term_set(article.title)
    return Quotable(
        terms=frozenset(terms(embedded_text(article, passage))),
        heading=heading,
        quotes=tuple(
            Quotation(quote, (found := term_set(quote.text)), found | around, _signs(quote, index)) for quote in quotes
        ),
        vectors=vectors,
        lengths=lengths,
    )


def _signs(quote: Quote, index: Index) -> dict[str, float]:
    refuted = any(dispute.refuted and overlap(dispute.sides[0].quote, quote) for dispute in disputes(index))
    return {
        "points_away": float(points_away(quote.text)),
        "sums_up": float(sums_up(quote.text)),
        "comment": float(quote.text.startswith(COMMENT)),
        "comments": float(min(_MOST_COMMENTS, len(notes_on(quote, index.articles)))),
        "refuted": float(refuted),
        "length": math.log(max(1, len(quote.text.split()))),
    }
