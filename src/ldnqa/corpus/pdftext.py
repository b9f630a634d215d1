"""Lines of a PDF put together again to headings, paragraphs and items, of which a PDF says nothing; guesses are listed.

Nothing is mended that could be meant: a word broken at a hyphen is joined only if the document has it unbroken too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from ldnqa.corpus import naming
from ldnqa.corpus.arrange import arrange
from ldnqa.corpus.furniture import REFERENCE_LIST, opens_section
from ldnqa.corpus.pdf import Pages, read_pages
from ldnqa.corpus.pieces import Document, Piece, PieceKind, at
from ldnqa.types import Imported

_BULLET = re.compile(r"[•‣◦⁃▪●·]\s*(?=\S)|[–*-]\s+(?=\S)")
_LISTED = re.compile(r"\[?\d{1,3}[.)\]]\s")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,2}\.?\s+)?(?:abstract|summary|introduction|background|objectives?|aims?|methods?|"
    r"materials and methods|patients and methods|results?|findings|discussion|limitations|conclusions?|"
    r"acknowledge?ments?|funding|conflicts? of interest|indications(?: and usage)?|dosage(?: and administration)?|"
    r"contraindications|warnings(?: and precautions)?|precautions|adverse reactions|side effects|drug interactions|"
    r"interactions|use in specific populations|pregnancy|lactation|overdosage|overdose|description|"
    r"clinical pharmacology|mechanism of action|pharmacokinetics|clinical studies|how supplied)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?:][\"”’)\]]?$")
_BROKEN = re.compile(r"(?P<head>[^\W\d_]+)[-‐]$")
_GOES_ON = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*")
# Of the width of a full line; a shorter line that ends a sentence ends its paragraph.
_SHORT = 0.75
# A running head is looked for this near to a page's edge, and has to come again on this many pages.
_EDGE = 2
_FEWEST_REPEATS = 3
_CAUTION = "a PDF does not say which figures are raised, nor where columns, tables and headings are; compare every page"


def read_pdf(data: bytes, file_date: date) -> Imported:
    """The article in a PDF, its remarks by page. UnreadableDocument, saying what to do, if there is none."""
    imported = arrange(_Reading(read_pages(data)).document(), file_date)
    remarks = {
        field: tuple(re.sub(r"^line (\d+):", r"page \1:", remark) for remark in getattr(imported, field))
        for field in ("unplaced", "ignored", "guesses")
    }
    return imported.model_copy(update=remarks)


@dataclass(slots=True)
class _Open:
    """A piece that the next line may go on."""

    kind: PieceKind
    page: int
    lines: list[str] = field(default_factory=list)


class _Reading:
    """One document on its way from lines to pieces."""

    def __init__(self, pages: Pages) -> None:
        self.document_ = Document(title="", pieces=[])
        self.document_.guesses.append(_CAUTION)
        if pages.ligatures:
            self.document_.guesses.append(f"{pages.ligatures} joined letters (such as ﬁ) are written as two")
        lines = list(self._without_margins(pages.lines))
        self.words = {word.lower() for _, line in lines for word in _WORD.findall(_BROKEN.sub("", line))}
        widths = sorted(len(line) for _, line in lines)
        self.full = widths[len(widths) * 4 // 5] if widths else 0
        self.lines = self._without_title(lines, pages.title)

    def document(self) -> Document:
        """The document's pieces, each with its page as its line."""
        open_: _Open | None = None
        listing = False
        for page, line in self.lines:
            if not line:
                self._close(open_)
                open_ = None
                continue
            bullet = _BULLET.match(line)
            if self._is_heading(line, open_):
                self._close(open_)
                listing = REFERENCE_LIST.fullmatch(line) is not None
                level = 1 if opens_section(line) else 2
                self.document_.pieces.append(Piece(PieceKind.HEADING, line, page, level=level))
                open_ = None
            elif bullet and not listing:
                self._close(open_)
                open_ = _Open(PieceKind.ITEM, page, [line[bullet.end() :]])
            elif open_ and not (_LISTED.match(line) if listing else self._ended(open_, line)):
                open_.lines.append(line)
            else:
                self._close(open_)
                open_ = _Open(PieceKind.PARAGRAPH, page, [line])
        self._close(open_)
        return self.document_

    def _is_heading(self, line: str, open_: _Open | None) -> bool:
        named = opens_section(line) or REFERENCE_LIST.fullmatch(line) or _NAMED.fullmatch(line)
        heading = bool(named or naming.disclaimer_id(line))
        return heading and (open_ is None or self._ended(open_, line) or line[:1].isupper())

    def _ended(self, piece: _Open, following: str) -> bool:
        """Whether a piece ends before the line that follows it."""
        last = piece.lines[-1]
        done = _ENDS.search(last) is not None
        begins = done or not following[:1].islower()
        return len(last) < self.full * _SHORT and begins and (done or piece.kind is PieceKind.ITEM)

    def _close(self, piece: _Open | None) -> None:
        if piece is None:
            return
        text = piece.lines[0]
        parts = [text]
        for line in piece.lines[1:]:
            parts += self._seam(parts, line, piece.page)
        self.document_.pieces.append(Piece(piece.kind, "".join(parts), piece.page))

    def _seam(self, parts: list[str], line: str, page: int) -> list[str]:
        """What is added for the next line of a piece; changes the end of `parts` where a word was broken."""
        last = parts[-1]
        if last.endswith("\u00ad"):
            parts[-1] = last.rstrip("\u00ad")
            return [line]
        broken, rest = _BROKEN.search(last), _GOES_ON.match(line)
        if broken is None or rest is None or not rest[0][0].islower():
            return [line] if re.search(r"\w[-‐–]$", last) else [" ", line]
        whole = broken["head"] + rest[0]
        if whole.lower() in self.words:
            parts[-1] = last[:-1]
            self.document_.guesses.append(at(page, f"{broken[0]}{rest[0]}, broken at the end of a line, is {whole}"))
        elif f"{broken['head']}-{rest[0]}".lower() not in self.words:
            self.document_.guesses.append(
                at(page, f"the hyphen of {broken[0]}{rest[0]} may be only a break of the line")
            )
        return [line]

    # --- what is not text ---

    def _without_margins(self, pages: list[list[str]]) -> Iterator[tuple[int, str]]:
        """The lines with their pages, without page numbers and running heads."""
        edges = Counter(head for lines in pages for head in {_bare(lines[n]) for n in _edge(lines)})
        for page, lines in enumerate(pages, 1):
            if not any(lines):
                self.document_.unplaced.append(at(page, "no text on this page; look at what it shows"))
                continue
            edge = set(_edge(lines))
            for number, line in enumerate(lines):
                repeated = number in edge and edges[_bare(line)] >= _FEWEST_REPEATS
                if line and number in edge and (repeated or _PAGE_NUMBER.fullmatch(line)):
                    self.document_.ignored.append(at(page, line))
                else:
                    yield page, line

    def _without_title(self, lines: list[tuple[int, str]], given: str) -> list[tuple[int, str]]:
        """Takes the title off the lines: the one the file names, if it begins with it, else its first line."""
        start = next((n for n, (_, line) in enumerate(lines) if line), 0)
        if given:
            taken = ""
            for number in range(start, min(start + 6, len(lines))):
                taken = f"{taken} {lines[number][1]}".strip()
                if _bare(taken) == _bare(given):
                    self.document_.title = given
                    return [*lines[:start], *lines[number + 1 :]]
            self.document_.ignored.append(f"the title in the file's data: {given}")
        if start < len(lines):
            page, self.document_.title = lines[start]
            self.document_.guesses.append(at(page, f"the first line, {self.document_.title!r}, is taken for the title"))
        else:
            self.document_.title = given or "Untitled"
        return lines[start + 1 :]


def _edge(lines: list[str]) -> Iterable[int]:
    """The places of the first and last lines with words on a page."""
    places = [number for number, line in enumerate(lines) if line]
    return dict.fromkeys([*places[:_EDGE], *places[-_EDGE:]])


def _bare(line: str) -> str:
    """A line as it looks on every page: without its figures and its case."""
    return re.sub(r"\d+", "#", line).casefold()
