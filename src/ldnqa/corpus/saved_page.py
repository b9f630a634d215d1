"""A page saved as plain text, taken to pieces by its blank lines and bullets."""

from __future__ import annotations

import re

from ldnqa.corpus.furniture import is_furniture, opens_section
from ldnqa.corpus.pieces import Document, Piece, PieceKind, at
from ldnqa.errors import UnreadableDocument

_BULLET = re.compile(r"(\s*)(?:[•‣◦⁃▪●·]\s*|[*–-]\s+)(?=\S)")
_NUMBERED = re.compile(r"(\s*)(?=\d{1,2}[.)]\s+\S)")


def read_saved_page(text: str) -> Document:
    """The pieces of a saved page; its title is the first line that is no furniture."""
    lines = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1)]
    said = [(number, " ".join(line.split())) for number, line in lines if line.strip()]
    first = next((line for line in said if not is_furniture(line[1], before_sections=True)), None)
    if first is None:
        raise UnreadableDocument("there is no text of an article in it; save the page again")
    document = Document(title=first[1], pieces=[])
    document.ignored += [at(number, line) for number, line in said if number < first[0]]
    blocks: list[list[tuple[int, str]]] = [[]]
    for number, line in lines[first[0] :]:
        if line.strip():
            blocks[-1].append((number, line))
        else:
            blocks.append([])
    inside = False
    for block in blocks:
        inside = inside or any(opens_section(line.strip()) for _, line in block)
        document.pieces += _pieces(block, document, inside)
    return document


def _pieces(block: list[tuple[int, str]], document: Document, inside: bool) -> list[Piece]:
    """The pieces of lines with no blank line between them: items, and paragraphs broken over lines.

    Before the first section each line stands for itself, since trackers and bylines are printed that way.
    """
    grouped: list[tuple[PieceKind, int, list[str], bool]] = []
    indents: list[int] = []
    for number, line in block:
        own = line.strip()
        if bullet := _BULLET.match(line) or (_numbered_list(block) and _NUMBERED.match(line)):
            indents.append(len(bullet[1].expandtabs()))
            grouped.append((PieceKind.ITEM, number, [line[bullet.end() :].strip()], False))
        elif grouped and inside and _goes_on(grouped[-1], line):
            kind, at_line, parts, _ = grouped[-1]
            grouped[-1] = (kind, at_line, [*parts, own], False)
        else:
            grouped.append((PieceKind.PARAGRAPH, number, [own], True))
    if len(set(indents)) > 1:
        document.guesses.append(at(block[0][0], "a list inside a list; its items are kept in order, on one level"))
    return [
        Piece(kind, " ".join(" ".join(parts).split()), number, alone=alone) for kind, number, parts, alone in grouped
    ]


def _goes_on(last: tuple[PieceKind, int, list[str], bool], line: str) -> bool:
    """Whether a line without a bullet belongs to the piece above it: an item's next line is indented."""
    if last[0] is PieceKind.ITEM:
        return line[:1].isspace()
    return not opens_section(line.strip()) and not opens_section(" ".join(last[2]))


def _numbered_list(block: list[tuple[int, str]]) -> bool:
    return sum(1 for _, line in block if _NUMBERED.match(line)) > 1
