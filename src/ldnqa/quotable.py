"""What ranking needs to know of a passage and no question changes: its terms, its quotes and their vectors, made once.

A question reads a dozen passages with some forty quotes. Cutting, stemming and centring them anew took longer than
everything else that ranking does.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from ldnqa.chunk import embedded_text
from ldnqa.encode import Vectors
from ldnqa.index import Index
from ldnqa.text import term_set, terms
from ldnqa.types import Passage, Quote

# Passages kept for each index: about 12 kB each, so at most 50 MB beside a corpus of any size.
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Quotable:
    """`terms` are those of the passage as it is embedded, `heading` those of its heading; `quotes` has each quote with
    its terms, and with these and those of the heading and the title. `vectors` are those of the quotes from the centre
    of the index, row for row, not of length one, and `lengths` how long they are.
    """

    terms: frozenset[str]
    heading: frozenset[str]
    quotes: tuple[tuple[Quote, frozenset[str], frozenset[str]], ...]
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
        quotes=tuple((quote, (found := term_set(quote.text)), found | around) for quote in quotes),
        vectors=vectors,
        lengths=lengths,
    )
