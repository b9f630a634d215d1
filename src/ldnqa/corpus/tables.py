"""Tables of rows and cells, as both schemas borrow them from HTML, read into items that name their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ldnqa.corpus.draft import Words
from ldnqa.corpus.structured import glue
from ldnqa.corpus.xmlsource import Element, children, name

# The widest table we know of has about thirty columns; a span beyond this is a mistake or an attack.
MOST_COLUMNS = 200
_MOST_ROWS_SPANNED = 2_000
# What an article may have at most (read.MAX_ARTICLE_BYTES); rows that repeat their way beyond it are no use.
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell and the columns it covers; `again` if it only reaches down from a row above."""

    words: Words
    columns: range
    again: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, its cells from left to right."""

    cells: tuple[Cell, ...]

    def own(self) -> Iterator[Words]:
        """What the row itself says, empty cells left out."""
        return (cell.words for cell in self.cells if cell.words.text and not cell.again)


def read_rows(table: Element, part: str, words: Callable[[Element], Words]) -> list[Row] | None:
    """The rows of a table's "head", "body" or "foot"; None if they are too wide. Rows without words are left out.

    A table without a head whose first row is all headers has that row as its head.
    """
    rows: list[Element] = []
    for group in children(table, f"t{part}") + ([table] if part == "body" else []):
        rows += children(group, "tr")
    if part != "foot" and not children(table, "thead"):
        body = [row for group in (*children(table, "tbody"), table) for row in children(group, "tr")]
        headed = bool(body) and len(body) > 1 and all(name(cell) == "th" for cell in body[0])
        rows = (body[:1] if part == "head" else body[1:]) if headed else (body if part == "body" else [])
    return _grid(rows, words)


def _grid(rows: list[Element], words: Callable[[Element], Words]) -> list[Row] | None:
    out: list[Row] = []
    hanging: dict[int, tuple[Cell, int]] = {}
    for row in rows:
        cells: list[Cell] = []
        column = 0
        pending = iter(children(row, "td", "th"))
        while True:
            if column in hanging:
                cell, left = hanging.pop(column)
                cells.append(Cell(cell.words, cell.columns, again=True))
                if left > 1:
                    hanging[column] = (cell, left - 1)
            else:
                element = next(pending, None)
                if element is None:
                    later = [start for start in hanging if start > column]
                    if not later:
                        break
                    column = min(later)
                    continue
                cell = Cell(words(element), range(column, column + _span(element, "colspan", MOST_COLUMNS)))
                cells.append(cell)
                down = _span(element, "rowspan", _MOST_ROWS_SPANNED)
                if down > 1 and cell.words.text:
                    hanging[column] = (cell, down - 1)
            column = cells[-1].columns.stop
            if column > MOST_COLUMNS:
                return None
        if any(cell.words.text and not cell.again for cell in cells):
            out.append(Row(tuple(cells)))
    return out


def _span(cell: Element, attribute: str, most: int) -> int:
    given = str(cell.get(attribute) or "1").strip()
    if not (given.isascii() and given.isdigit()):
        return 1
    # Only the first figures count, so that a number without end costs nothing.
    return min(max(int(given[:9]), 1), most + 1)


def _headers(head: list[Row]) -> dict[int, Words]:
    """What stands above each column, from top to bottom."""
    above: dict[int, Words] = {}
    for row in head:
        for cell in row.cells:
            if not cell.words.text or cell.again:
                continue
            for column in cell.columns:
                above[column] = _with(above[column], ", ", cell.words) if column in above else cell.words
    return above


def _with(before: Words, sign: str, after: Words) -> Words:
    sign = "" if before.leads_in else sign.rstrip()
    return glue(Words(before.text + sign, before.cites), after)


def row_items(head: list[Row], body: list[Row]) -> list[Words] | None:
    """One item a row, each cell behind the header of its column; a row that is one wide cell heads those below it.

    None if headers and cells that reach down are repeated into more text than an article may have.
    """
    headers = _headers(head)
    items: list[Words] = []
    group: Words | None = None
    used = True
    total = 0
    for row, heads_others in _told_apart(head, body):
        if heads_others:
            if group and not used:
                items.append(group)
            group, used = row.cells[0].words, False
            continue
        item = group
        for number, cell in enumerate(cell for cell in row.cells if cell.words.text):
            header = headers.get(cell.columns.start)
            total += len(cell.words.text) + len(header.text if header else "") + len(item.text if item else "")
            if total > MOST_CHARACTERS:
                return None
            labelled = _with(header, ": ", cell.words) if header else cell.words
            item = _with(item, "; " if number else ": ", labelled) if item else labelled
        if item:
            items.append(item)
            used = True
    return [*items, group] if group and not used else items


def spare_headers(head: list[Row], body: list[Row]) -> list[str]:
    """What the headers say above columns without words; no item names it."""
    rows = [row for row, heads_others in _told_apart(head, body) if not heads_others]
    filled = {cell.columns.start for row in rows for cell in row.cells if cell.words.text}
    cells = [cell for row in head for cell in row.cells if cell.words.text and not cell.again]
    return [cell.words.text for cell in cells if not filled & set(cell.columns)]


def _told_apart(head: list[Row], body: list[Row]) -> list[tuple[Row, bool]]:
    """The rows of the body, and whether each is one cell over the whole width, which heads the rows below it."""
    width = max((cell.columns.stop for row in (*head, *body) for cell in row.cells), default=0)
    return [(row, width > 1 and len(row.cells) == 1 and len(row.cells[0].columns) == width) for row in body]
