"""A source whose own structure says what everything is becomes an article; shared by drug labels and research articles.

Nothing is guessed here that the source spells out: sections, headings and citations are taken as they are. Each block
also cites the source itself, so that no quoted sentence stands without a reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ldnqa.corpus.draft import NOTES_ID, DraftBlock, DraftSection, Words
from ldnqa.corpus.read import make_article
from ldnqa.errors import UnreadableDocument
from ldnqa.text import slug
from ldnqa.types import BlockKind, Imported, Regimen, Review, ReviewStatus, Tier

# The longest label we know of has about two thousand paragraphs, items and rows.
MOST_BLOCKS = 10_000
_CLOSING = re.compile(r"(?<=[^\s.!?:;,])[.!?:：]+[\"”’)]?$")


@dataclass(slots=True)
class Remarks:
    """What an editor should look at, each with its line in the source."""

    unplaced: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[tuple[int, str]] = field(default_factory=list)
    guesses: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """A source taken to sections. `itself` is the CSL-JSON entry of the source, `entries` those of what it cites."""

    id: str
    title: str
    subject: tuple[str, ...]
    updated: date
    itself: dict[str, Any]
    entries: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    sections: list[DraftSection] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)
    # The ids that are taken, each with the number of the last one made from it.
    taken: dict[str, int] = field(default_factory=lambda: {NOTES_ID: 1})

    def open_section(self, heading: str, tier: Tier, line: int, regimen: Regimen | None = None) -> DraftSection:
        """A new section at the end, with an id no other section has."""
        base = slug(heading)
        name = base
        while name in self.taken:
            self.taken[base] = self.taken.get(base, 1) + 1
            name = f"{base}-{self.taken[base]}"
        self.taken.setdefault(name, 1)
        self.sections.append(DraftSection(name, heading, tier, regimen, line=line))
        return self.sections[-1]


def finish(source: Source) -> Imported:
    """The article. Sections without text and entries that nothing cites are listed as unplaced."""
    remarks = source.remarks
    sections = []
    for section in source.sections:
        if any(block.kind is not BlockKind.HEADING for block in section.blocks):
            section.blocks = [_citing(block, source.itself["id"]) for block in section.blocks]
            sections.append(section)
        else:
            headings = [section.heading, *(block.text for block in section.blocks)]
            remarks.unplaced.append((section.line, f"heading without text: {' / '.join(headings)}"))
    if not sections:
        raise UnreadableDocument("there is no text of an article in it; get the full document")
    count = sum(1 + len(block.items) for section in sections for block in section.blocks)
    if count > MOST_BLOCKS:
        raise UnreadableDocument(f"{count:,} paragraphs and items, more than {MOST_BLOCKS:,}; split the document")
    used = {
        key
        for section in sections
        for block in section.blocks
        for words in (*([block.words] if block.words else []), *block.items)
        for _, keys in words.cites
        for key in keys
    }
    entries = {source.itself["id"]: source.itself, **source.entries}
    for key, entry in source.entries.items():
        if key not in used:
            remarks.unplaced.append((0, f"reference cited nowhere: {_described(entry)}"))
    remarks.guesses.append((0, f"the id is {source.id!r}, the subject {', '.join(source.subject)!r}"))
    values = {
        "id": source.id,
        "title": source.title,
        "subject": source.subject,
        "review": Review(status=ReviewStatus.SUBMITTED),
        "last_updated": source.updated,
    }
    return Imported(
        article=make_article(values, sections, entries),
        references=tuple(entry for key, entry in entries.items() if key in used),
        unplaced=_lines(remarks.unplaced),
        ignored=_lines(remarks.ignored),
        guesses=_lines(remarks.guesses),
    )


def glue(*stretches: Words) -> Words:
    """Stretches of words as one, a space between any two that say something."""
    texts: list[str] = []
    cites: list[tuple[int, tuple[str, ...]]] = []
    start = 0
    for words in stretches:
        if words.text:
            texts.append(words.text)
            cites += [(start + at, keys) for at, keys in words.cites]
            start += len(words.text) + 1
    return Words(" ".join(texts), tuple(cites))


def joined(blocks: list[DraftBlock]) -> list[DraftBlock]:
    """The blocks, each list one block with the paragraph that leads into it."""
    out: list[DraftBlock] = []
    for block in blocks:
        last = out[-1] if out else None
        leads = last is not None and last.kind is BlockKind.PARAGRAPH and last.words is not None and last.words.leads_in
        if block.kind is BlockKind.LIST and block.words is None and last is not None and leads:
            out[-1] = DraftBlock(BlockKind.LIST, words=last.words, items=block.items, line=last.line)
        else:
            out.append(block)
    return out


def _citing(block: DraftBlock, key: str) -> DraftBlock:
    if block.kind is BlockKind.HEADING:
        return block
    if block.items:
        return DraftBlock(block.kind, block.words, (*block.items[:-1], _cited(block.items[-1], key)), line=block.line)
    return DraftBlock(block.kind, _cited(block.words, key) if block.words else None, line=block.line)


def _cited(words: Words, key: str) -> Words:
    """`words` with a mark at their end, before the full stop."""
    closing = _CLOSING.search(words.text)
    at = closing.start() if closing else len(words.text)
    earlier = [cite for cite in words.cites if cite[0] <= at]
    if len(earlier) < len(words.cites):
        at, earlier = len(words.text), list(words.cites)
    if earlier and earlier[-1][0] == at:
        return Words(words.text, (*earlier[:-1], (at, tuple(dict.fromkeys((*earlier[-1][1], key))))))
    return Words(words.text, (*earlier, (at, (key,))))


def _described(entry: Mapping[str, Any]) -> str:
    """An entry as one line, with every word it holds."""
    values = [str(value) for name, value in entry.items() if name not in {"id", "type"}]
    return f"{entry['id']}: {'; '.join(values)}"


def _lines(remarks: list[tuple[int, str]]) -> tuple[str, ...]:
    """Remarks in the order of the source; those on the whole of it come last."""
    ordered = sorted(remarks, key=lambda remark: (remark[0] == 0, remark[0]))
    return tuple(f"line {line}: {text}" if line else text for line, text in ordered)
