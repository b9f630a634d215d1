"""What the rules of `ldnqa check` look at: a folder as it was read, each text with the line it stands on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from ldnqa.corpus.body import read_body
from ldnqa.corpus.draft import DraftBlock, DraftNote, DraftSection
from ldnqa.corpus.frontmatter import split_front_matter
from ldnqa.corpus.nodes import load_yaml
from ldnqa.corpus.problems import Report
from ldnqa.corpus.read import GLOSSARY, Reading
from ldnqa.corpus.references import FILE_NAME as REFERENCES
from ldnqa.corpus.references import number_references
from ldnqa.types import Article, BlockKind


@dataclass(frozen=True)
class Finding:
    """One place at fault: what is wrong there, and what to do."""

    file: Path
    line: int
    message: str
    mend: str


@dataclass(frozen=True)
class Piece:
    """A paragraph, list or note, and its twin in plain words, each with the line it begins on."""

    file: Path
    section: DraftSection
    text: str
    line: int
    twin: str | None
    twin_line: int


@dataclass(frozen=True)
class Page:
    """An article and where its parts stand in its file."""

    path: Path
    article: Article
    sections: tuple[DraftSection, ...]
    key_lines: dict[str, int]
    question_lines: tuple[int, ...]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Everything that can have a twin, in the order of the file."""
        return tuple(self._pieces())

    def _pieces(self) -> Iterator[Piece]:
        for section in self.sections:
            for block in section.blocks:
                if block.kind is not BlockKind.HEADING:
                    yield self._piece(section, block, block.text)
                for note in block.notes:
                    yield self._piece(section, note, note.words.text)

    def _piece(self, section: DraftSection, part: DraftBlock | DraftNote, text: str) -> Piece:
        return Piece(self.path, section, text, part.line, part.plain, part.plain_line)

    def texts(self) -> Iterator[tuple[int, str]]:
        """Every text of the article that a reader can see, with its line."""
        yield self.key_lines["title"], self.article.title
        yield from ((self.key_lines["subject"], name) for name in self.article.subject)
        yield from zip(self.question_lines, self.article.questions, strict=True)
        if self.article.disclaimer:
            yield self.key_lines["disclaimer"], self.article.disclaimer.text
        for section in self.sections:
            yield section.line, section.heading
            yield from ((b.line, b.text) for b in section.blocks if b.kind is BlockKind.HEADING)
        for piece in self.pieces:
            yield piece.line, piece.text
            if piece.twin:
                yield piece.twin_line, piece.twin

    @cached_property
    def words(self) -> str:
        """All texts of the article in one."""
        return "\n".join(text for _, text in self.texts())


@dataclass(frozen=True)
class Desk:
    """A folder of articles as it was read."""

    folder: Path
    reading: Reading

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The articles that could be read, with their lines."""
        return tuple(_page(self.folder / f"{article.id}.md", article, self) for article in self.reading.articles)

    @property
    def pieces(self) -> Iterator[Piece]:
        """All paragraphs, lists and notes."""
        return (piece for page in self.pages for piece in page.pieces)

    def texts(self) -> Iterator[tuple[Path, int, str]]:
        """Every text that a reader can see, with its file and line."""
        for page in self.pages:
            yield from ((page.path, line, text) for line, text in page.texts())
        for entry in self.reading.glossary:
            yield self.glossary_file, self.term_lines[entry.term], f"{entry.term}: {entry.definition}"
        for reference in number_references(list(self.reading.references), self.reading.references):
            shown = [reference.title, reference.authors, reference.container, reference.url]
            line = self.reference_line(reference.key, "title")
            yield self.reference_file, line, "\n".join(filter(None, shown))

    @property
    def reference_file(self) -> Path:
        """Where the references stand."""
        return self.folder / REFERENCES

    @property
    def glossary_file(self) -> Path:
        """Where the glossary stands."""
        return self.folder / GLOSSARY

    @cached_property
    def _reference_text(self) -> str:
        return self.reference_file.read_text(encoding="utf-8-sig") if self.reading.references else ""

    def reference_line(self, key: str, field: str | None = None) -> int:
        """The line of an entry's id, or of one of its fields; 1 if it cannot be found."""
        text = self._reference_text
        found = re.search(rf'"id"\s*:\s*{re.escape(json.dumps(key, ensure_ascii=False))}', text)
        if found and field:
            found = re.compile(rf'"{re.escape(field)}"\s*:').search(text, found.start()) or found
        return text.count("\n", 0, found.start()) + 1 if found else 1

    @cached_property
    def term_lines(self) -> dict[str, int]:
        """The line of each term of the glossary."""
        if not self.reading.glossary:
            return {}
        node = load_yaml(self.glossary_file.read_text(encoding="utf-8-sig"), 1, Report(self.glossary_file))
        entries = (entry for entry in node.value if isinstance(entry, yaml.MappingNode)) if node else ()
        pairs = (pair for entry in entries for pair in entry.value)
        return {" ".join(v.value.split()): 1 + k.start_mark.line for k, v in pairs if k.value == "term"}


def _page(path: Path, article: Article, desk: Desk) -> Page:
    # Read a second time, because an Article has no lines. What was wrong with it is known already.
    text = path.read_text(encoding="utf-8-sig")
    unheard = Report(path)
    node, body = split_front_matter(text, unheard)
    keys = {name.value: (2 + name.start_mark.line, value) for name, value in node.value} if node else {}
    questions = keys["questions"][1].value if "questions" in keys else ()
    return Page(
        path,
        article,
        tuple(read_body(body, set(desk.reading.references), unheard)),
        {name: line for name, (line, _) in keys.items()},
        tuple(2 + question.start_mark.line for question in questions),
    )
