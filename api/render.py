"""An article cut into pieces for its page. Pure, and nothing is lost on the way.

The segments of a range, put together again, are exactly the words of that range; what is left out between the
pieces of a section is only the white space and the bullets that the page draws itself. So are the runs of a segment,
which only say where a word of the glossary stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ldnqa.types import Article, Block, BlockKind, GlossaryEntry, Mark, Reference, Section, Span

_DRAWN_BY_THE_PAGE = " \t\n\r•"


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation mark on the page: the label shown, its anchor, and the anchor of its reference if there is one."""

    label: str
    anchor: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a segment. `term` numbers the glossary entry they are, `anchor` names the place for a way back."""

    text: str
    term: int | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words inside the same quotes. `opens` and `closes` are the quotes that begin and end with it."""

    text: str
    quotes: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()
    closes: tuple[int, ...] = ()
    cites: tuple[Cite, ...] = ()
    terms: tuple[Run, ...] = ()

    @property
    def runs(self) -> tuple[Run, ...]:
        """Its words in order; together they are `text`."""
        return self.terms or (Run(self.text),)


Words = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """An editor's comment: the words commented on (None for a whole block), and the comment with its place."""

    words: str | None
    text: str
    section_id: str
    quoted_in_answer: bool


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A block on the page. A list has its lead-in in `words`, which may be empty, and its `items`."""

    kind: BlockKind
    words: Words
    items: tuple[Words, ...]
    plain: str | None
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class PageSection:
    """A section on the page."""

    section: Section
    blocks: tuple[PageBlock, ...]


@dataclass(frozen=True, slots=True)
class PageReference:
    """A reference on the page, with the anchors of the marks that cite it."""

    reference: Reference
    anchor: str
    cited_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageTerm:
    """A word of the glossary that the article uses, its anchor, and the anchors of the places that link to it."""

    entry: GlossaryEntry
    anchor: str
    used_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageArticle:
    """An article ready for its page."""

    article: Article
    sections: tuple[PageSection, ...]
    references: tuple[PageReference, ...]
    terms: tuple[PageTerm, ...] = ()

    @property
    def has_plain_words(self) -> bool:
        """Whether any block has a twin in plain words."""
        return any(block.plain for part in self.sections for block in part.blocks)


def segments(
    text: str, start: int, end: int, quotes: Mapping[int, Span], cites: Sequence[tuple[int, Cite]] = ()
) -> list[Segment]:
    """`text[start:end]` cut at the bounds of the quotes and after each cited position; nothing added or lost.

    `quotes` are spans of `text` by number; `cites` are (position, cite) pairs in order, start <= position <= end.
    `opens` and `closes` are seen from this range: a quote that began before it opens with its first segment.
    """
    bounds = [edge for span in quotes.values() for edge in (span.start, span.end)] + [at for at, _ in cites]
    cuts = sorted({start, end, *(cut for cut in bounds if start < cut < end)})
    pieces: list[Segment] = []
    for a, b in pairwise(cuts):
        inside = [number for number, span in sorted(quotes.items()) if span.start <= a and b <= span.end]
        after = [cite for at, cite in cites if at == b or (at == a == start)]
        pieces.append(
            Segment(
                text=text[a:b],
                quotes=tuple(inside),
                opens=tuple(n for n in inside if a == max(quotes[n].start, start)),
                closes=tuple(n for n in inside if b == min(quotes[n].end, end)),
                cites=tuple(after),
            )
        )
    return pieces


def page_article(article: Article, quotes: Mapping[int, tuple[str, Span]] | None = None) -> PageArticle:
    """The article with its marks numbered and the quotes, given as (section id, span) by number, marked."""
    anchors = {reference.label: f"ref_{n}" for n, reference in enumerate(article.references, start=1)}
    used: dict[str, list[str]] = {label: [] for label in anchors}
    quotes = quotes or {}
    sections = tuple(
        _page_section(
            article,
            section,
            {number: span for number, (section_id, span) in quotes.items() if section_id == section.id},
            anchors,
            used,
        )
        for section in article.sections
    )
    references = tuple(
        PageReference(reference=reference, anchor=anchors[reference.label], cited_from=tuple(used[reference.label]))
        for reference in article.references
    )
    return PageArticle(article=article, sections=sections, references=references)


@dataclass(slots=True)
class _Piece:
    """A range of a section that is drawn as one element, and the cites in it."""

    start: int
    end: int
    cites: list[tuple[int, Cite]] = field(default_factory=list)


def _page_section(
    article: Article,
    section: Section,
    quotes: Mapping[int, Span],
    anchors: Mapping[str, str],
    used: dict[str, list[str]],
) -> PageSection:
    blocks = list(_all_blocks(section))
    pieces = [list(_pieces(section.text, block)) for block in blocks]
    flat = [piece for of_block in pieces for piece in of_block]
    for mark in section.marks:
        piece = next((piece for piece in reversed(flat) if piece.start < mark.at), flat[0])
        at = min(max(mark.at, piece.start), piece.end)
        piece.cites.extend((at, cite) for cite in _cites(mark, anchors, used))

    opened: set[int] = set()
    drawn = {}
    for piece in flat:
        cut = segments(section.text, piece.start, piece.end, quotes, piece.cites)
        drawn[piece.start] = tuple(_opened_once(segment, opened) for segment in cut)
    closed: set[int] = set()
    for piece in reversed(flat):
        drawn[piece.start] = tuple(
            reversed([_closed_once(segment, closed) for segment in reversed(drawn[piece.start])])
        )

    return PageSection(
        section=section,
        blocks=tuple(
            PageBlock(
                kind=block.kind,
                words=_lead(block, of_block, drawn),
                items=tuple(drawn[piece.start] for piece in of_block if _is_item(block, piece)),
                plain=block.plain,
                comments=tuple(_comments(article, section, block, quotes.values())),
            )
            for block, of_block in zip(blocks, pieces, strict=True)
        ),
    )


def _opened_once(segment: Segment, opened: set[int]) -> Segment:
    opens = tuple(n for n in segment.opens if n not in opened)
    opened.update(opens)
    return replace(segment, opens=opens)


def _closed_once(segment: Segment, closed: set[int]) -> Segment:
    closes = tuple(n for n in segment.closes if n not in closed)
    closed.update(closes)
    return replace(segment, closes=closes)


def _cites(mark: Mark, anchors: Mapping[str, str], used: dict[str, list[str]]) -> Iterator[Cite]:
    for label in mark.labels:
        if label in anchors:
            anchor = f"cite_{anchors[label].removeprefix('ref_')}_{len(used[label]) + 1}"
            used[label].append(anchor)
            yield Cite(label=label, anchor=anchor, target=anchors[label])
        else:
            yield Cite(label=label, anchor="", target=None)


def _all_blocks(section: Section) -> Iterator[Block]:
    """The blocks in order; words that no block covers become paragraphs, so that none is missing on the page."""
    at = 0
    for block in sorted(section.blocks, key=lambda block: block.start):
        yield from _paragraphs(section.text, at, block.start)
        yield block
        at = block.end
    yield from _paragraphs(section.text, at, len(section.text))


def _paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    for paragraph in text[start:end].split("\n\n"):
        if paragraph.strip():
            yield Block(kind=BlockKind.PARAGRAPH, start=start, end=start + len(paragraph))
        start += len(paragraph) + 2


def _pieces(text: str, block: Block) -> Iterator[_Piece]:
    """The ranges of a block that are drawn as one element each: the whole of it, or a lead-in and the items."""
    starts = [block.start, *(item.start for item in block.items)]
    ends = [block.start, *(item.end for item in block.items)] if block.items else [block.end]
    for start, least, limit in zip(starts, ends, [*starts[1:], block.end], strict=True):
        end = max(least, start + len(text[start:limit].rstrip(_DRAWN_BY_THE_PAGE)))
        if end > start:
            yield _Piece(start, end)


def _is_item(block: Block, piece: _Piece) -> bool:
    return any(item.start == piece.start for item in block.items)


def _lead(block: Block, pieces: Sequence[_Piece], drawn: Mapping[int, Words]) -> Words:
    return next((drawn[piece.start] for piece in pieces if not _is_item(block, piece)), ())


def _comments(article: Article, section: Section, block: Block, quotes: Collection[Span]) -> Iterator[Comment]:
    for note in section.notes:
        if block.start <= note.start < block.end:
            whole = note.start <= block.start and note.end >= block.end
            source = article.section(note.section_id)
            yield Comment(
                words=None if whole else section.text[note.start : note.end],
                text=source.text[note.note_start : note.note_end],
                section_id=note.section_id,
                quoted_in_answer=any(note.start < quote.end and quote.start < note.end for quote in quotes),
            )
