"""A document in pieces becomes an article: every piece is placed, or listed as unplaced, ignored or guessed.

Shared by all importers, so a page gives the same article whether it was saved as text or as HTML.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ldnqa.corpus import naming
from ldnqa.corpus.draft import NOTES_ID, DraftBlock, DraftSection, Words
from ldnqa.corpus.furniture import heading_tier, opens_section
from ldnqa.corpus.numbers import reference_numbers, take_marks
from ldnqa.corpus.pieces import Document, Piece, PieceKind, at
from ldnqa.corpus.read import make_article
from ldnqa.corpus.setaside import is_heading, reads_as_heading, set_aside
from ldnqa.errors import UnreadableDocument
from ldnqa.text import slug
from ldnqa.types import BlockKind, Imported, Regimen, Review, ReviewStatus, Tier

# Words that begin a sentence and hardly ever stand capitalised inside a list item.
_NEW_SENTENCE = re.compile(
    r"(?<=[^\s.!?:;,])\s+(?=(?:These|This|Those|The|There|It|They|However|Additionally|Overall|Although|If|When|While|"
    r"Because|Since|Some|Most|Many|Patients|In|Other|Also|Note)\s)"
)
_ENDS_IN_SENTENCE = re.compile(r"[.!?][\"”’)]?(?:\s*[\d,\s\[\]\ue000\ue001–-]*)$")
_FEWEST_WORDS = 4
_LOW_DOSE = re.compile(r"\blow[- ]dose\b", re.IGNORECASE)
_INJECTION = re.compile(r"\binject(?:ion|able)\b|\bextended-release\b", re.IGNORECASE)


def arrange(document: Document, file_date: date) -> Imported:
    """The article in `document`. `file_date` stands in for a date that the document does not give.

    Raises UnreadableDocument if nothing in it can be a section.
    """
    return _Arrangement(document, file_date).finish()


class _Arrangement:
    """One document on its way; the lists grow as its pieces are gone through."""

    def __init__(self, document: Document, file_date: date) -> None:
        self.title = document.title
        self.guesses = list(document.guesses)
        aside = set_aside(document)
        pieces = aside.kept
        self.listed, self.ignored, self.unplaced = aside.listed, aside.ignored, aside.unplaced
        self.updated, self.pending, self.disclaimer = aside.updated, aside.pending, aside.disclaimer
        self.body = " ".join(piece.text for piece in pieces)
        self.subject = naming.subject_names(self.title, self.body)
        self.id = naming.article_id(self.title)
        if self.updated is None:
            self.updated = file_date
            self.guesses.append(f"no date found; last_updated is the file's own date, {file_date.isoformat()}")
        self.numbers = reference_numbers((piece.text for piece in pieces), self.listed)
        self.sections = [section for section in self._sections(pieces) if self._has_text(section)]

    def finish(self) -> Imported:
        if not self.sections:
            raise UnreadableDocument(
                "no text of an article was found in it; put headings such as 'From the Guidelines' or "
                "'From the Research' on lines of their own, with text below them"
            )
        status = ReviewStatus.UNDER_REVIEW if self.pending else ReviewStatus.SUBMITTED
        self.guesses.append(f"the id is {self.id!r}, the subject {', '.join(self.subject)!r}")
        used = {key for section in self.sections for block in section.blocks for key in _keys(block)}
        entries = {
            self._key(number): self._entry(number) for number in sorted(self.numbers) if self._key(number) in used
        }
        for number, text in self.listed.items():
            if self._key(number) not in entries:
                self.unplaced.append(f"reference {number}, cited nowhere: {text}")
        not_supplied = [n for n in sorted(self.numbers) if n not in self.listed and self._key(n) in used]
        if not_supplied:
            numbers = ", ".join(map(str, not_supplied))
            self.guesses.append(
                f"the document does not say what its references {numbers} are; recorded as not supplied"
            )
        values = {
            "id": self.id,
            "title": self.title,
            "subject": self.subject,
            "review": Review(status=status),
            "last_updated": self.updated,
            "disclaimer": self.disclaimer,
        }
        return Imported(
            article=make_article(values, self.sections, entries),
            references=tuple(entries.values()),
            unplaced=tuple(sorted(self.unplaced, key=_line_of)),
            ignored=tuple(sorted(self.ignored, key=_line_of)),
            guesses=tuple(sorted(self.guesses, key=_line_of)),
        )

    def _key(self, number: int) -> str:
        return f"{self.id}-{number}"

    def _entry(self, number: int) -> dict[str, Any]:
        entry: dict[str, Any] = {"id": self._key(number), "type": "document"}
        if number in self.listed:
            return {**entry, "title": self.listed[number], "note": "As printed on the original page."}
        title = f"Reference {number} of the original page (list not supplied)"
        return {**entry, "title": title, "custom": {"supplied": False}}

    def _has_text(self, section: DraftSection) -> bool:
        if any(block.kind is not BlockKind.HEADING for block in section.blocks):
            return True
        self.unplaced += [at(section.line, section.heading), *(at(block.line, block.text) for block in section.blocks)]
        return False

    # --- sections ---

    def _sections(self, pieces: Sequence[Piece]) -> list[DraftSection]:
        named = [piece for piece in pieces if is_heading(piece) and opens_section(piece.text)]
        levels = [piece.level for piece in named or pieces if piece.kind is PieceKind.HEADING]
        top = max(levels) if named and levels else min(levels, default=0)
        sections: list[DraftSection] = []
        stretch: list[Piece] = []
        for number, piece in enumerate(pieces):
            heading = piece.kind is PieceKind.HEADING
            if piece in named or (heading and piece.level <= top):
                self._fill(sections, stretch)
                stretch = []
                sections.append(self._section(piece, sections))
            elif sections or not named:
                if not sections:
                    sections.append(self._section(Piece(PieceKind.HEADING, self.title, piece.line), sections))
                    self.guesses.append(at(piece.line, "text below no heading is placed below the title"))
                following = pieces[number + 1] if number + 1 < len(pieces) else None
                last = following is None or following in named
                subheading = heading or (reads_as_heading(piece) and not last and not self._cites(piece.text))
                stretch.append(Piece(PieceKind.HEADING, piece.text, piece.line) if subheading else piece)
            else:
                self.unplaced.append(at(piece.line, piece.text))
        self._fill(sections, stretch)
        return sections

    def _cites(self, text: str) -> bool:
        return bool(take_marks(text, self.numbers)[1])

    def _section(self, piece: Piece, earlier: Sequence[DraftSection]) -> DraftSection:
        heading = self._words(piece).text
        tier = heading_tier(heading)
        if tier is None:
            tier = Tier.EDITORIAL
            self.guesses.append(at(piece.line, f"{heading!r} does not say where it comes from; taken as {tier}"))
        taken = {section.id for section in earlier} | {NOTES_ID}
        name, number = slug(heading), 1
        while name in taken:
            number += 1
            name = f"{slug(heading)}-{number}"
        return DraftSection(name, heading, tier, line=piece.line)

    def _fill(self, sections: Sequence[DraftSection], stretch: Sequence[Piece]) -> None:
        if not sections:
            return
        section = sections[-1]
        pieces = list(stretch)
        while pieces:
            count = 1
            while pieces[0].kind is PieceKind.ITEM and count < len(pieces) and pieces[count].kind is PieceKind.ITEM:
                count += 1
            taken, pieces = pieces[:count], pieces[count:]
            if taken[0].kind is not PieceKind.ITEM:
                kind = BlockKind.HEADING if taken[0].kind is PieceKind.HEADING else BlockKind.PARAGRAPH
                section.blocks.append(DraftBlock(kind, words=self._words(taken[0]), line=taken[0].line))
                continue
            after = self._run_together(taken)
            lead_in = None
            last = section.blocks[-1] if section.blocks else None
            if last and last.kind is BlockKind.PARAGRAPH and last.words and last.words.leads_in:
                lead_in = section.blocks.pop().words
            items = tuple(self._words(item) for item in taken)
            section.blocks.append(DraftBlock(BlockKind.LIST, words=lead_in, items=items, line=taken[0].line))
            pieces[:0] = after
        section.regimen = self._regimen(section)

    def _run_together(self, items: list[Piece]) -> list[Piece]:
        """Splits the paragraph off a last item that was run together with it; changes `items`."""
        last = items[-1]
        if not _ENDS_IN_SENTENCE.search(last.text) or any(_ENDS_IN_SENTENCE.search(item.text) for item in items[:-1]):
            return []
        found = _NEW_SENTENCE.search(last.text)
        if found is None or len(last.text[found.end() :].split()) < _FEWEST_WORDS:
            return []
        items[-1] = Piece(PieceKind.ITEM, last.text[: found.start()], last.line)
        rest = Piece(PieceKind.PARAGRAPH, last.text[found.end() :], last.line)
        self.guesses.append(at(last.line, f"the list ends with {items[-1].text!r}; what follows is a paragraph"))
        return [rest]

    def _words(self, piece: Piece) -> Words:
        text, marks, doubts = take_marks(piece.text, self.numbers)
        for doubt in doubts:
            self.guesses.append(at(piece.line, f"{doubt!r} was left in the text; it may be a reference number"))
        if piece.kind is PieceKind.HEADING and marks:
            numbers = ", ".join(str(number) for _, found in marks for number in found)
            self.unplaced.append(at(piece.line, f"reference {numbers} on the heading {text!r}"))
            marks = ()
        return Words(text, tuple((place, tuple(self._key(number) for number in found)) for place, found in marks))

    def _regimen(self, section: DraftSection) -> Regimen | None:
        """Which use of the drug a section is about, for articles whose title is about its low-dose use."""
        text = "\n".join([section.heading, *(block.text for block in section.blocks)])
        if not _LOW_DOSE.search(self.title):
            return None
        regimen = None
        if section.tier is Tier.DRUG_LABEL:
            # Labels are written for the approved dose; the first paragraph says of which product.
            first = next((block.text for block in section.blocks if block.kind is not BlockKind.HEADING), "")
            regimen = Regimen.INJECTION if _INJECTION.search(first) else Regimen.STANDARD_DOSE
        elif any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in self.subject):
            regimen = Regimen.LOW_DOSE
        said = regimen or "no regimen"
        self.guesses.append(at(section.line, f"{section.heading!r} is taken as {section.tier}, {said}"))
        return regimen


def _keys(block: DraftBlock) -> Iterable[str]:
    for words in (*([block.words] if block.words else []), *block.items):
        for _, keys in words.cites:
            yield from keys


def _line_of(remark: str) -> int:
    """The line a remark is about; remarks on the whole document come last."""
    found = re.match(r"line (\d+):", remark)
    return int(found[1]) if found else sys.maxsize
