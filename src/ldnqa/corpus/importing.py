"""A file of some kind becomes an article: the table of kinds, and the care a file from elsewhere needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ldnqa.corpus import druglabel, researcharticle
from ldnqa.corpus.arrange import arrange
from ldnqa.corpus.foreign import is_our_format, read_foreign_markdown
from ldnqa.corpus.pdftext import read_pdf
from ldnqa.corpus.pieces import SUP_CLOSE, SUP_OPEN
from ldnqa.corpus.problems import UNWANTED
from ldnqa.corpus.read import read_own
from ldnqa.corpus.references import Entry
from ldnqa.corpus.saved_page import read_saved_page
from ldnqa.corpus.webpage import read_webpage
from ldnqa.corpus.xmlsource import Element, name, namespace, parse_xml
from ldnqa.errors import NoImporter, UnreadableDocument
from ldnqa.types import Imported

# A page of prose is below 1 MB even with its scripts; what is larger is not one article.
MAX_BYTES = 10_000_000
# Most of a PDF is fonts and pictures.
MAX_PDF_BYTES = 50_000_000
# A paragraph on one line has a few thousand characters; what is longer is data, and would stall the parsers.
MAX_LINE = 100_000
_SNIFFED = 2_000


@dataclass(frozen=True)
class _Kind:
    """A kind of file: how it is known by name or, if the name says nothing, by how it begins; and how it is read.

    `read` takes the file's path, its bytes, the entries it may cite and its date. `most` is its size in bytes.
    """

    name: str
    suffixes: tuple[str, ...]
    begins: re.Pattern[str]
    read: Callable[[Path, bytes, Mapping[str, Entry], date], Imported]
    most: int = MAX_BYTES


# Which XML is read, by the namespace and name of its root. An empty namespace stands for any.
SCHEMAS: dict[tuple[str, str], Callable[[Element, date], Imported]] = {
    (druglabel.NAMESPACE, "document"): druglabel.read_label,
    ("", "article"): researcharticle.read_paper,
    ("", "pmc-articleset"): researcharticle.read_paper,
}


def _markdown(path: Path, data: bytes, known: Mapping[str, Entry], file_date: date) -> Imported:
    text = _short_lines(path, _clean_text(path, data))
    if not is_our_format(text):
        return arrange(read_foreign_markdown(text, path), file_date)
    article = read_own(path, known)
    cited = [dict(known[reference.key]) for reference in article.references]
    return Imported(article=article, references=tuple(cited))


def _html(path: Path, data: bytes, known: Mapping[str, Entry], file_date: date) -> Imported:
    return arrange(read_webpage(_clean_text(path, data)), file_date)


def _saved(path: Path, data: bytes, known: Mapping[str, Entry], file_date: date) -> Imported:
    return arrange(read_saved_page(_short_lines(path, _clean_text(path, data))), file_date)


def _pdf(path: Path, data: bytes, known: Mapping[str, Entry], file_date: date) -> Imported:
    return read_pdf(data, file_date)


def _xml(path: Path, data: bytes, known: Mapping[str, Entry], file_date: date) -> Imported:
    root = parse_xml(data)
    for where in (namespace(root), ""):
        if read := SCHEMAS.get((where, name(root))):
            return read(root, file_date)
    raise NoImporter(
        f"{path}: XML that begins with <{name(root)}> is not read; a drug label (SPL) begins with <document "
        f'xmlns="{druglabel.NAMESPACE}">, a research article (JATS) with <article>'
    )


KINDS = (
    _Kind("HTML", (".html", ".htm", ".xhtml"), re.compile(r"\s*<(?:!doctype html|html|!--)", re.I), _html),
    _Kind("XML of a drug label or a research article", (".xml", ".nxml"), re.compile(r"\s*<\?xml"), _xml),
    _Kind("PDF", (".pdf",), re.compile(r"\s*%PDF-"), _pdf, MAX_PDF_BYTES),
    _Kind("Markdown", (".md", ".markdown"), re.compile(r"---[ \t]*\n|(?:.*\n)*?#{1,3} \S"), _markdown),
    _Kind("a page saved as text", (".txt", ".text"), re.compile(r"[^<{\[%]*\S[^\n]*\n\s*\n"), _saved),
)


def import_document(path: Path, known: Mapping[str, Entry] | None = None) -> Imported:
    """The article in `path` and the references it needs. `known` are the entries that an article in our own format
    may cite.

    Raises UnreadableDocument, saying what to do, if no article can be made of the file, and BrokenCorpus with all
    faults if it is in our own format and has any.
    """
    try:
        size = path.stat().st_size
        kind = _kind(path)
        if size > kind.most:
            raise UnreadableDocument(f"{path}: {size:,} bytes, more than {kind.most:,}; save the article alone")
        data = path.read_bytes()
        file_date = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    except OSError as error:
        raise UnreadableDocument(f"{path}: {error.strerror}; give the path of a file that can be read") from None
    try:
        return kind.read(path, data, known or {}, file_date)
    except UnreadableDocument as error:
        if str(error).startswith(str(path)):
            raise
        raise UnreadableDocument(f"{path}: {error}") from None
    except RecursionError:
        raise UnreadableDocument(f"{path}: nested too deeply; save the page as text") from None


def _kind(path: Path) -> _Kind:
    suffix = path.suffix.lower()
    for kind in KINDS:
        if suffix in kind.suffixes:
            return kind
    if not suffix:
        with path.open("rb") as file:
            head = file.read(_SNIFFED).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        for kind in KINDS:
            if kind.begins.match(head):
                return kind
    known = ", ".join(f"{kind.name} ({' '.join(kind.suffixes)})" for kind in KINDS)
    raise NoImporter(f"{path}: no importer for this kind of file; save it as one of: {known}")


def _short_lines(path: Path, text: str) -> str:
    """`text`, if no line of it is so long that it can be no paragraph."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise UnreadableDocument(f"{path}:{number}: a line of {len(line):,} characters; break it into paragraphs")
    return text


def _clean_text(path: Path, data: bytes) -> str:
    """The file's text with plain line breaks; characters nobody sees become spaces."""
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
