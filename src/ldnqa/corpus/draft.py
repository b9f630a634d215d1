"""The parts of an article before they have offsets and numbers; readers and importers fill them, `assemble` counts.

Invariant: `assemble` is the only place where a section's text is put together, so every article, however it came
in, has blocks, items, marks and notes at the offsets that docs/article-format.md promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ldnqa.types import Block, BlockKind, EditorNote, Mark, Regimen, Section, Span, Tier

BULLET = "• "
COLONS = (":", "：")
NOTES_ID = "editors-notes"
NOTES_HEADING = "Editor's notes"


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words and the keys cited in them: `cites` are (offset into `text`, keys), offsets rising."""

    text: str
    cites: tuple[tuple[int, tuple[str, ...]], ...] = ()

    @property
    def leads_in(self) -> bool:
        """Whether a list that follows belongs to these words."""
        return self.text.endswith(COLONS)


@dataclass(slots=True)
class DraftNote:
    """An editor's comment on `quote`, or on its whole block where that is None."""

    quote: str | None
    words: Words
    plain: str | None = None
    line: int = 0
    plain_line: int = 0


@dataclass(slots=True)
class DraftBlock:
    """A heading or paragraph (`words`), or a list (`items`, with its lead-in, if any, as `words`)."""

    kind: BlockKind
    words: Words | None = None
    items: tuple[Words, ...] = ()
    plain: str | None = None
    notes: list[DraftNote] = field(default_factory=list)
    line: int = 0
    plain_line: int = 0

    @property
    def text(self) -> str:
        """The block as it will stand in the section's text."""
        lines = [self.words.text] if self.words else []
        return "\n".join([*lines, *(BULLET + item.text for item in self.items)])


@dataclass(slots=True)
class DraftSection:
    """A section whose blocks have no offsets yet."""

    id: str
    heading: str
    tier: Tier
    regimen: Regimen | None = None
    blocks: list[DraftBlock] = field(default_factory=list)
    line: int = 0


def assemble(drafts: Sequence[DraftSection]) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections, notes gathered into one at the end, and the cited keys in the order of their numbers.

    The caller has checked that each section has a block and that each note's quote stands once in its block.
    """
    numbers: dict[str, str] = {}
    notes: list[DraftNote] = []
    sections: list[Section] = []
    for draft in drafts:
        sections.append(_section(draft, numbers))
        notes.extend(note for block in draft.blocks for note in block.notes)
    if not notes:
        return tuple(sections), tuple(numbers)
    blocks = [DraftBlock(BlockKind.PARAGRAPH, words=note.words, plain=note.plain) for note in notes]
    gathered = _section(DraftSection(NOTES_ID, NOTES_HEADING, Tier.EDITORIAL, blocks=blocks), numbers)
    spans = iter(gathered.blocks)
    linked = [
        section.model_copy(update={"notes": tuple(_links(draft, section, spans))})
        for draft, section in zip(drafts, sections, strict=True)
    ]
    return (*linked, gathered), tuple(numbers)


def _links(draft: DraftSection, section: Section, notes: Iterable[Block]) -> Iterable[EditorNote]:
    following = iter(notes)
    for block, placed in zip(draft.blocks, section.blocks, strict=True):
        for note in block.notes:
            target = next(following)
            start = placed.start if note.quote is None else section.text.index(note.quote, placed.start)
            end = placed.end if note.quote is None else start + len(note.quote)
            yield EditorNote(start=start, end=end, section_id=NOTES_ID, note_start=target.start, note_end=target.end)


def _section(draft: DraftSection, numbers: dict[str, str]) -> Section:
    text = ""
    blocks: list[Block] = []
    marks: list[Mark] = []

    def add(words: Words, before: str) -> Span:
        nonlocal text
        start = len(text) + len(before)
        text += before + words.text
        for at, keys in words.cites:
            labels = tuple(numbers.setdefault(key, str(len(numbers) + 1)) for key in keys)
            marks.append(Mark(at=start + at, labels=labels))
        return Span(start=start, end=len(text))

    for block in draft.blocks:
        gap = "\n\n" if text else ""
        start = len(text) + len(gap)
        items = []
        if block.words:
            add(block.words, gap)
            gap = "\n"
        for item in block.items:
            items.append(add(item, gap + BULLET))
            gap = "\n"
        blocks.append(Block(kind=block.kind, start=start, end=len(text), items=tuple(items), plain=block.plain))
    return Section(
        id=draft.id,
        heading=draft.heading,
        tier=draft.tier,
        regimen=draft.regimen,
        text=text,
        blocks=tuple(blocks),
        marks=tuple(marks),
    )
