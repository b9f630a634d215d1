"""Quote -> source: where the words stand, what they cite, and their plain-words twin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import count, takewhile
from typing import Literal

from ldnqa.index import Index
from ldnqa.memory import Same
from ldnqa.types import Article, BlockKind, CitedReference, EditorNote, Passage, Quote, Reference, Section, Source


def cite(quote: Quote, sources: list[Source], index: Index) -> Source:
    """The source for a quote, added to `sources` with the next number unless the same words are there already."""
    place = (quote.article_id, quote.section_id, quote.start, quote.end)
    for source in sources:
        if (source.article_id, source.section_id, source.start, source.end) == place:
            return source
    source = _source(Same(index.articles[quote.article_id]), *place[1:], quote.text, quote.passage_id, len(sources) + 1)
    sources.append(source)
    return source


# The articles' quotes come again with every question.
@lru_cache(4096)
def _source(
    of: Same[Article], section_id: str, start: int, end: int, text: str, passage_id: str, number: int
) -> Source:
    article = of.it
    section = article.section(section_id)
    return Source(
        index=number,
        id=passage_id,
        article_id=article.id,
        article_title=article.title,
        section_id=section.id,
        heading=section.heading,
        tier=section.tier,
        regimen=section.regimen,
        quote=text,
        start=start,
        end=end,
        references=_references(article, section, start, end),
        review_status=article.review.status,
        last_updated=article.last_updated,
        url=f"/articles/{article.id}#{section.id}",
    )


def _references(article: Article, section: Section, start: int, end: int) -> tuple[CitedReference, ...]:
    """What the words quoted of a section cite; where they carry no mark, what their paragraph or list cites."""
    by_label = {reference.label: reference for reference in article.references}
    ranges: list[tuple[Literal["quote", "paragraph"], int, int]] = [("quote", start, end)]
    blocks = [b for b in section.blocks if b.start < end and start < b.end]
    if blocks:
        ranges.append(("paragraph", blocks[0].start, blocks[-1].end))
    for cited_by, start, end in ranges:
        labels = dict.fromkeys(lb for mark in section.marks if start < mark.at <= end for lb in mark.labels)
        if labels:
            return tuple(_cited(by_label[label], cited_by) for label in labels if label in by_label)
    return ()


@lru_cache(4096)
def _cited(reference: Reference, cited_by: Literal["quote", "paragraph"]) -> CitedReference:
    return CitedReference(**reference.model_dump(), cited_by=cited_by)


def plain_words(source: Source, index: Index) -> str | None:
    """The plain-words twins of the blocks a source quotes from, if all of them have one.

    None, too, if an editor's note comments on words of those blocks that are not quoted: the twin says them as well,
    and would say them without the note.
    """
    return _plain_words(Same(index.articles[source.article_id]), source.section_id, source.start, source.end)


@lru_cache(4096)
def _plain_words(article: Same[Article], section_id: str, start: int, end: int) -> str | None:
    section = article.it.section(section_id)
    blocks = [b for b in section.blocks if b.kind is not BlockKind.HEADING and b.start < end and start < b.end]
    twins = [block.plain for block in blocks]
    if not twins or not all(twins):
        return None
    noted = [n for n in section.notes if any(n.start < b.end and b.start < n.end for b in blocks)]
    if any(note.end <= start or end <= note.start for note in noted):
        return None
    return " ".join(twin for twin in twins if twin)


def note_quote(source: Source | Quote, note: EditorNote, index: Index) -> Quote | None:
    """The words of an editor's note on something `source` quotes; None if no passage holds them."""
    article = index.articles[source.article_id]
    section = article.section(note.section_id)
    for passage in _passages(article, section, index):
        if passage.start < note.note_end and note.note_start < passage.end:
            return quote_of(passage, section, note.note_start, note.note_end)
    return None


def quote_around(start: int, end: int, article: Article, section: Section, index: Index) -> list[Quote]:
    """The smallest quote of the index that holds these words of a section; none if no passage has it."""
    holding = [
        quote_of(passage, section, span.start, span.end)
        for passage in _passages(article, section, index)
        for span in passage.quotes
        if span.start <= start and end <= span.end
    ]
    return [min(holding, key=lambda quote: quote.end - quote.start)] if holding else []


def quote_of(passage: Passage, section: Section, start: int, end: int) -> Quote:
    """These words of a section as a quote found through a passage."""
    return Quote(
        passage_id=passage.id,
        article_id=passage.article_id,
        section_id=section.id,
        start=start,
        end=end,
        text=section.text[start:end],
    )


def _passages(article: Article, section: Section, index: Index) -> Iterator[Passage]:
    """The passages of a section, in reading order."""
    ids = takewhile(index.has_passage, (f"{article.id}#{section.id}:{n}" for n in count()))
    return map(index.passage, ids)
