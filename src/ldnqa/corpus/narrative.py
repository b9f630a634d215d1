"""Paragraphs, lists and tables of an XML source as blocks of our format; its schema says what its elements are.

Every word comes out in a block or in a remark. What our format has no form for keeps its meaning: a list inside a
list is run together with the item it belongs to, and a row of a table becomes an item that names its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ldnqa.corpus.draft import DraftBlock, Words
from ldnqa.corpus.problems import UNWANTED
from ldnqa.corpus.raised import lowered, raised
from ldnqa.corpus.structured import Remarks, glue, joined
from ldnqa.corpus.tables import Row, read_rows, row_items, spare_headers
from ldnqa.corpus.xmlsource import Element, children, fold, line, loose, name, said
from ldnqa.types import BlockKind

_BULLETS = "•‣◦⁃▪●· "
_CLOSING = tuple(".,;:!?)]")
# An item that ends so needs no semicolon before the next one.
_CLOSED = re.compile(r"(?:[;,.:?!]|\b(?:and|or|plus))$")
# What may stand in each part of a table; anything else in it is listed.
_TABLE_PARTS = {
    "table": ("caption", "colgroup", "col", "thead", "tfoot", "tbody", "tr"),
    "colgroup": ("col",),
    "thead": ("tr",),
    "tbody": ("tr",),
    "tfoot": ("tr",),
    "tr": ("td", "th"),
    "col": (),
}


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation of `keys` after the words before it; `printed` is how the source shows it, perhaps `raised`."""

    keys: tuple[str, ...]
    printed: str = ""
    raised: bool = False


# What runs of text are made of.
Part = str | Cite


class Narrative:
    """Reads one schema's mixed content. A subclass names the elements and handles those that are its own."""

    paragraphs: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset({"list"})
    items: frozenset[str] = frozenset()
    # Elements between words that end the paragraph they stand in.
    others: frozenset[str] = frozenset()

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks

    def other(self, element: Element) -> list[DraftBlock]:
        """The blocks of an element in `others`."""
        raise NotImplementedError

    def inline(self, element: Element) -> Iterator[Part]:
        """The parts of an element that stands between words."""
        yield from self.marked(element, self.parts(element))

    def settled(self, parts: list[Part], line: int) -> list[Part]:
        """A whole run of parts, when all of it is known; it begins on `line`."""
        return parts

    # --- text ---

    def words(self, element: Element) -> Words:
        """All an element says as one stretch, blocks inside it one after the other."""
        return glue(*map(run_together, self.blocks(element)))

    def parts(self, element: Element) -> Iterator[Part]:
        """The parts inside an element."""
        yield element.text or ""
        for child in element:
            yield from self.inline(child)
            yield child.tail or ""

    def marked(self, element: Element, parts: Iterable[Part]) -> Iterator[Part]:
        """`parts` as they look inside `element`: raised, lowered, or as they are."""
        move = {"sup": raised, "sub": lowered}.get(name(element))
        inside = list(parts)
        cites = any(isinstance(part, Cite) for part in inside)
        for part in inside:
            if isinstance(part, Cite):
                yield replace(part, raised=part.raised or name(element) == "sup")
            else:
                # What stands between raised citations is a comma or a dash, and no sign of its own.
                yield move(part) if move and (not cites or any(map(str.isalnum, part))) else part
        if name(element) in {"br", "break"}:
            yield " "

    # --- blocks ---

    def blocks(self, element: Element) -> list[DraftBlock]:
        """The blocks of an element; text between them is a paragraph of its own."""
        return self.run(element.text or "", element, line(element))

    def run(self, text: str, elements: Iterable[Element], start: int) -> list[DraftBlock]:
        """The blocks of text and the elements after it, with what stands between them."""
        out: list[DraftBlock] = []
        waiting: list[Part] = [text]
        for child in elements:
            called = name(child)
            if called in self.paragraphs or called in self.lists or called == "table" or called in self.others:
                out += self._paragraph(waiting, start)
                out += self._block(child)
                waiting, start = [], line(child)
            else:
                waiting += self.inline(child)
            waiting.append(child.tail or "")
        return joined(out + self._paragraph(waiting, start))

    def _paragraph(self, waiting: list[Part], start: int) -> list[DraftBlock]:
        words = as_words(self.settled(waiting, start))
        return [DraftBlock(BlockKind.PARAGRAPH, words=words, line=start)] if words.text else []

    def _block(self, element: Element) -> list[DraftBlock]:
        called = name(element)
        if called in self.paragraphs:
            return self.blocks(element)
        if called in self.lists:
            return self.read_list(element)
        if called == "table":
            return self.table(element, None)
        return self.other(element)

    def read_list(self, element: Element) -> list[DraftBlock]:
        """A list's blocks; what stands in it besides items comes first, as paragraphs."""
        before: list[DraftBlock] = []
        items: list[Words] = []
        for child in element:
            if name(child) in self.items:
                items.append(self._item(child))
            else:
                before += self.blocks(child)
            before += self._paragraph([child.tail or ""], line(child))
        before = self._paragraph([element.text or ""], line(element)) + before
        items = [item for item in items if item.text]
        if items:
            before.append(DraftBlock(BlockKind.LIST, items=tuple(items), line=line(element)))
        return joined(before)

    def _item(self, element: Element) -> Words:
        """An item as one stretch. A list inside it stays part of it: its items may be one condition together."""
        blocks = self.blocks(element)
        for block in blocks:
            if block.kind is BlockKind.LIST:
                self.remarks.guesses.append((block.line, "a list inside a list is run together with its item"))
        return glue(*map(run_together, blocks))

    # --- tables ---

    def table(self, element: Element, caption: Words | None) -> list[DraftBlock]:
        """A table as a list, one item a row, with its caption as the lead-in; its footnotes as paragraphs below."""
        start = line(element)
        captions = children(element, "caption")
        for inner in captions:
            caption = glue(caption or Words(""), self.words(inner))
        head, body, foot = (read_rows(element, part, self.words) for part in ("head", "body", "foot"))
        items = None if head is None or body is None else row_items(head, body)
        if head is None or body is None or foot is None or items is None:
            printed = fold(f"{caption.text if caption else ''} {said(element)}")
            self.remarks.unplaced.append((start, f"table, too large to be read: {printed}"))
            return []
        blocks: list[DraftBlock] = []
        for header in spare_headers(head, body):
            self.remarks.unplaced.append((start, f"table header: {header}"))
        self._stray(element)
        if caption and caption.text:
            blocks.append(DraftBlock(BlockKind.PARAGRAPH, words=_leading(caption) if items else caption, line=start))
        if items:
            self.remarks.guesses.append((start, "a table is placed as a list, one item a row; compare it"))
            blocks.append(DraftBlock(BlockKind.LIST, items=tuple(items), line=start))
        return joined(blocks) + [self._foot(row, start) for row in foot]

    def _stray(self, table: Element) -> None:
        """Lists text that stands in a table outside its cells."""
        parts = [table]
        for element in parts:
            inside = _TABLE_PARTS[name(element)]
            parts += [child for child in children(element, *inside) if name(child) in _TABLE_PARTS]
            for words in (loose(element), *(said(child) for child in element if name(child) not in inside)):
                if words:
                    self.remarks.unplaced.append((line(element), f"text between the cells of a table: {words}"))

    def _foot(self, row: Row, start: int) -> DraftBlock:
        return DraftBlock(BlockKind.PARAGRAPH, words=glue(*row.own()), line=start)


def as_words(parts: Iterable[Part]) -> Words:
    """Parts as words: white space folded, bullets at the beginning left out, marks where they stand."""
    text: list[str] = []
    cites: list[tuple[int, tuple[str, ...]]] = []
    length = 0
    space = False
    for part in parts:
        if isinstance(part, Cite):
            if cites and cites[-1][0] == length:
                cites[-1] = (length, tuple(dict.fromkeys((*cites[-1][1], *part.keys))))
            elif length and part.keys:
                cites.append((length, part.keys))
            continue
        more = UNWANTED.sub(" ", part)
        folded = " ".join(more.split())
        if not text:
            folded = folded.lstrip(_BULLETS)
        if not folded:
            space = space or bool(more)
            continue
        marked = bool(cites) and cites[-1][0] == length
        if text and (space or more[0].isspace()) and not (marked and folded.startswith(_CLOSING)):
            folded = " " + folded
        text.append(folded)
        length += len(folded)
        space = more[-1].isspace()
    return Words("".join(text), tuple(cites))


def run_together(block: DraftBlock) -> Words:
    """A block as one stretch of words, the items of a list told apart by semicolons."""
    out = [block.words] if block.words else []
    for item in block.items[:-1]:
        out.append(item if _CLOSED.search(item.text) else Words(f"{item.text};", item.cites))
    return glue(*out, *block.items[-1:])


def _leading(caption: Words) -> Words:
    """A caption that leads into its rows: with a colon, so that no row is ever quoted without it."""
    if caption.leads_in:
        return caption
    text = caption.text.rstrip(".")
    end = max((at for at, _ in caption.cites), default=0)
    return Words((text if len(text) >= max(end, 1) else caption.text) + ":", caption.cites)
