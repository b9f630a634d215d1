"""What every importer hands over: the document in reading order, as headings, paragraphs and items, with lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

# Around the digits of a superscript that an HTML page marks as one; `clean` keeps them out of every document.
SUP_OPEN, SUP_CLOSE = "\ue000", "\ue001"


class PieceKind(Enum):
    """What a piece of a document is; LOST is text that an article has no place for, with what it was."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece, white space folded. `level` is a heading's, 1 for the highest.

    `alone` says of a paragraph that it is one short line, so that it may be a heading of a page saved as text.
    """

    kind: PieceKind
    text: str
    line: int
    level: int = 0
    alone: bool = False


@dataclass(slots=True)
class Document:
    """A document taken to pieces. `listed` are the entries of its reference list by number."""

    title: str
    pieces: list[Piece]
    updated: date | None = None
    listed: Mapping[int, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)


def at(line: int, text: str) -> str:
    """A remark on a line of the document."""
    return f"line {line}: {unmarked(text)}"


def unmarked(text: str) -> str:
    """`text` without the signs around superscripts."""
    return text.replace(SUP_OPEN, "").replace(SUP_CLOSE, "")
