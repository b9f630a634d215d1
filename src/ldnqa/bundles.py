"""Which claims are said, in which order, and what must stand beside each: no words without their editor's notes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ldnqa.cite import note_quote, quote_around
from ldnqa.conflict import notes_on
from ldnqa.disputes import overlap
from ldnqa.index import Index
from ldnqa.memory import Same
from ldnqa.types import Article, Claim, Quote, Section

# More than this many statements, editor's notes included, nobody reads to the end.
MAX_STATEMENTS = 6

# One claim with what must stand beside it: (text, quote) in the order to be shown.
Bundle = list[tuple[str, Quote]]


def bundles(claims: Sequence[Claim], index: Index, leading: int = 1) -> list[Bundle]:
    """What is said, in order: the claims that with their editor's notes make at most MAX_STATEMENTS; at least one.

    The `leading` claims, one or after a caution two, stay where they are. The others go by regimen, those about the
    lead's first, and by tier. A note comes with the words it comments on, and no words are said twice.
    """
    kept: list[Bundle] = []
    for claim in claims:
        told = [quote for bundle in kept for _, quote in bundle]
        pairs = _bundle(claim, index, leads=not kept)
        bundle = [pair for pair in pairs if not any(overlap(pair[1], quote) for quote in told)]
        if bundle and (not kept or sum(map(len, kept)) + len(bundle) <= MAX_STATEMENTS):
            kept.append(bundle)
    leads = kept[:leading]
    return [*leads, *sorted(kept[leading:], key=lambda bundle: _order(bundle[0][1], leads[-1][0][1], index))]


def _bundle(claim: Claim, index: Index, *, leads: bool) -> Bundle:
    """A claim with the editor's notes on its words, or, if it is such a note, with the words it comments on.

    These come before the note, but after it if the note leads, and not at all if they would need several notes more.
    """
    made: Bundle = []
    for quote in claim.quotes:
        own = (claim.text, quote)
        about = [pair for words in _commented(quote, index) for pair in _with_notes(words.text, words, index)]
        if not about:
            made += _with_notes(*own, index)
        elif leads:
            made += [own, *about] if len(about) <= MAX_STATEMENTS // 2 else [own]
        else:
            made += about
    return list(dict.fromkeys(made))


def _with_notes(text: str, quote: Quote, index: Index) -> Bundle:
    comments = [note_quote(quote, note, index) for note in notes_on(quote, index.articles)]
    return [(text, quote), *[(comment.text, comment) for comment in comments if comment]]


def _commented(quote: Quote, index: Index) -> list[Quote]:
    """The smallest quote that holds the words an editor's note comments on; none if `quote` is no such note."""
    article = index.articles[quote.article_id]
    found = _notes(Same(article)).get((quote.section_id, quote.start))
    return quote_around(*found, index) if found else []


@lru_cache(1024)
def _notes(article: Same[Article]) -> dict[tuple[str, int], tuple[int, int, Article, Section]]:
    """For each editor's note of an article, by where it begins, the words it comments on and where they stand."""
    return {
        (note.section_id, note.note_start): (note.start, note.end, article.it, section)
        for section in reversed(article.it.sections)
        for note in reversed(section.notes)
    }


def _order(quote: Quote, lead: Quote, index: Index) -> tuple[bool, int]:
    """What is about the lead's regimen, or about none, comes first; then by tier."""
    section, leading = (index.articles[q.article_id].section(q.section_id) for q in (quote, lead))
    return section.regimen not in (None, leading.regimen), section.tier.rank
