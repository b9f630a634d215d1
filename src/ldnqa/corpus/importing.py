"""A file of some kind becomes an article: the table of kinds, and the care a file from elsewhere needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ldnqa.corpus.arrange import arrange
from ldnqa.corpus.foreign import is_our_format, read_foreign_markdown
from ldnqa.corpus.pieces import SUP_CLOSE, SUP_OPEN
from ldnqa.corpus.problems import UNWANTED
from ldnqa.corpus.read import read_own
from ldnqa.corpus.references import Entry
from ldnqa.corpus.saved_page import read_saved_page
from ldnqa.corpus.webpage import read_webpage
from ldnqa.errors import UnreadableDocument
from ldnqa.types import Imported

# A page of prose is below 1 MB even with its scripts; what is larger is not one article.
MAX_BYTES = 10_000_000
# A paragraph on one line has a few thousand characters; what is longer is data, and would stall the parsers.
MAX_LINE = 100_000
_SNIFFED = 2_000


@dataclass(frozen=True)
class _Kind:
    """A kind of file: how it is known by name or, if the name says nothing, by how it begins; and how it is read."""

    name: str
    suffixes: tuple[str, ...]
    begins: re.Pattern[str]
    read: Callable[[str, Path, Mapping[str, Entry], date], Imported]
    long_lines: bool = False


def _markdown(text: str, path: Path, known: Mapping[str, Entry], file_date: date) -> Imported:
    if not is_our_format(text):
        return arrange(read_foreign_markdown(text, path), file_date)
    article = read_own(path, known)
    cited = [dict(known[reference.key]) for reference in article.references]
    return Imported(article=article, references=tuple(cited))


def _html(text: str, path: Path, known: Mapping[str, Entry], file_date: date) -> Imported:
    return arrange(read_webpage(text), file_date)


def _saved(text: str, path: Path, known: Mapping[str, Entry], file_date: date) -> Imported:
    return arrange(read_saved_page(text), file_date)


KINDS = (
    _Kind("HTML", (".html", ".htm", ".xhtml"), re.compile(r"\s*<(?:!doctype html|html|!--)", re.I), _html, True),
    _Kind("Markdown", (".md", ".markdown"), re.compile(r"---[ \t]*\n|(?:.*\n)*?#{1,3} \S"), _markdown),
    _Kind("a page saved as text", (".txt", ".text"), re.compile(r"[^<{\[%]*\S[^\n]*\n\s*\n"), _saved),
)


def import_document(path: Path, known: Mapping[str, Entry] | None = None) -> Imported:
    """The article in `path` and the references it needs. `known` are the entries that an article in our own format
    may cite.

    Raises UnreadableDocument, saying what to do, if no article can be made of the file, and BrokenCorpus with all
    faults if it is in our own format and has any.
    """
    text = _clean_text(path)
    kind = _kind(path, text)
    if not kind.long_lines:
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_LINE:
                raise UnreadableDocument(
                    f"{path}:{number}: a line of {len(line):,} characters; break it into paragraphs"
                )
    try:
        file_date = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
        return kind.read(text, path, known or {}, file_date)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{path}: {error}") from None
    except RecursionError:
        raise UnreadableDocument(f"{path}: nested too deeply; save the page as text") from None


def _kind(path: Path, text: str) -> _Kind:
    suffix = path.suffix.lower()
    for kind in KINDS:
        if suffix in kind.suffixes:
            return kind
    if not suffix:
        for kind in KINDS:
            if kind.begins.match(text[:_SNIFFED]):
                return kind
    known = ", ".join(f"{kind.name} ({' '.join(kind.suffixes)})" for kind in KINDS)
    raise UnreadableDocument(f"{path}: no importer for this kind of file; save it as one of: {known}")


def _clean_text(path: Path) -> str:
    """The file's text with plain line breaks; characters nobody sees become spaces."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableDocument(f"{path}: {size:,} bytes, more than {MAX_BYTES:,}; save the article alone")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(f"{path}: {error.strerror}; give the path of a file that can be read") from None
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDocument(f"{path}: not a text file; save the page as text or HTML")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableDocument(f"{path}:{line}: not UTF-8; save the file again with the encoding UTF-8") from None
    if not text.strip():
        raise UnreadableDocument(f"{path}: there is no text in it; save the page again")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(SUP_OPEN, " ").replace(SUP_CLOSE, " ")
    return UNWANTED.sub(" ", text)
