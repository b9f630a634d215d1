"""What a document holds besides its article: furniture, the disclaimer, the reference list. It is set aside, and
every line of it is either used or listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ldnqa.corpus import naming
from ldnqa.corpus.furniture import PENDING, REFERENCE_LIST, ends_article, is_furniture, opens_section
from ldnqa.corpus.pieces import Document, Piece, PieceKind, at, unmarked
from ldnqa.types import Disclaimer

# Longer lines are sentences; the longest heading seen on a page of this layout has six words.
_LONGEST_HEADING = 80
_MOST_HEADING_WORDS = 12
_NUMBERED = re.compile(r"\[?(\d{1,3})[.)\]]\s*(\S.*)")


@dataclass(slots=True)
class Aside:
    """The article's own pieces (`kept`), and what the rest of the document said."""

    unplaced: list[str]
    ignored: list[str]
    listed: dict[int, str]
    updated: date | None
    kept: list[Piece] = field(default_factory=list)
    pending: bool = False
    disclaimer: Disclaimer | None = None


def set_aside(document: Document) -> Aside:
    """Parts a document into its article and everything else."""
    aside = Aside(list(document.unplaced), list(document.ignored), dict(document.listed), document.updated)
    pieces = _without_furniture(document.pieces, aside)
    aside.kept = _without_references(_without_disclaimer(pieces, aside), aside)
    return aside


def is_heading(piece: Piece) -> bool:
    """Whether the piece is a heading or could be one."""
    return piece.kind is PieceKind.HEADING or piece.alone


def reads_as_heading(piece: Piece) -> bool:
    """Whether a line of text standing alone reads as a heading: short, capitalised, and no sentence."""
    text = piece.text
    words = text.split()
    begins = text[:1].isupper() or text[:1].isdigit()
    fits = len(text) <= _LONGEST_HEADING and len(words) <= _MOST_HEADING_WORDS
    return piece.alone and begins and fits and text[-1] not in ".!?:;,"


def _without_furniture(pieces: Iterable[Piece], aside: Aside) -> list[Piece]:
    kept: list[Piece] = []
    inside, over = False, False
    for piece in pieces:
        over = over or ends_article(piece.text)
        inside = inside or (is_heading(piece) and opens_section(piece.text))
        listed = inside and piece.kind is PieceKind.ITEM
        if not inside and not over:
            aside.updated = aside.updated or naming.updated_on(piece.text)
            aside.pending = aside.pending or bool(PENDING.search(piece.text))
        if over or (not listed and is_furniture(piece.text, before_sections=not inside)):
            aside.ignored.append(at(piece.line, piece.text))
        elif piece.kind is PieceKind.LOST:
            aside.unplaced.append(at(piece.line, piece.text))
        else:
            kept.append(piece)
    return kept


def _without_disclaimer(pieces: Sequence[Piece], aside: Aside) -> list[Piece]:
    start = next((n for n, p in enumerate(pieces) if is_heading(p) and naming.disclaimer_id(p.text)), None)
    if start is None:
        return list(pieces)
    end = start + 1
    while end < len(pieces) and pieces[end].kind is PieceKind.PARAGRAPH and not reads_as_heading(pieces[end]):
        end += 1
    name = naming.disclaimer_id(pieces[start].text)
    if name and end > start + 1:
        aside.disclaimer = Disclaimer(
            id=name, text="\n\n".join(unmarked(piece.text) for piece in pieces[start + 1 : end])
        )
    else:
        aside.unplaced.append(at(pieces[start].line, pieces[start].text))
    return [*pieces[:start], *pieces[end:]]


def _without_references(pieces: Sequence[Piece], aside: Aside) -> list[Piece]:
    start = next((n for n, p in enumerate(pieces) if is_heading(p) and REFERENCE_LIST.fullmatch(p.text)), None)
    if start is None:
        return list(pieces)
    kept = list(pieces[:start])
    for count, piece in enumerate(pieces[start + 1 :], 1):
        if piece.kind is PieceKind.HEADING or (piece.alone and opens_section(piece.text)):
            return kept + list(pieces[start + count :])
        found = _NUMBERED.fullmatch(piece.text)
        number = int(found[1]) if found else count
        if number in aside.listed or not (found or piece.kind is PieceKind.ITEM):
            aside.unplaced.append(at(piece.line, piece.text))
        else:
            aside.listed[number] = unmarked(found[2] if found else piece.text)
    return kept
