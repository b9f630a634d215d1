"""An HTML page, taken to pieces by its elements. Scripts and navigation are left out, tables and images listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bs4 import BeautifulSoup, Comment, Doctype, Tag
from bs4.element import NavigableString, PageElement

from ldnqa.corpus import naming
from ldnqa.corpus.pieces import SUP_CLOSE, SUP_OPEN, Document, Piece, PieceKind, at
from ldnqa.corpus.raised import lowered, raised
from ldnqa.errors import UnreadableDocument

_WITHOUT_WORDS = ["script", "style", "template", "svg", "iframe"]
_LEFT_OUT = [*_WITHOUT_WORDS, "noscript", "nav", "footer", "aside", "form", "button"]
_LOST = {"table": "table", "pre": "preformatted text", "img": "image", "video": "video", "audio": "audio"}
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_BLOCKS = [*_HEADINGS, "p", "li", "div", "section", "article", "main", "ul", "ol", "blockquote", "dl", "dt", "dd"]
_BLOCKS += ["header", "figure", "figcaption", "address", "details", "summary", "body", "hr", *_LOST]
_REFERENCE_DIGITS = re.compile(r"\s*\[?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]?\s*,?\s*")
_UPDATED = re.compile(r"\b(?:updated|reviewed|modified|revised)\b", re.IGNORECASE)
# A superscript figure after these is a power: 10⁹, m².
_POWER = re.compile(r"(?:\d|(?<![^\W\d_])(?:[mcdkµn]?m|s|kg))$")


def read_webpage(text: str) -> Document:
    """The pieces of the page's main part, in reading order."""
    soup = BeautifulSoup(text, "html.parser")
    document = Document(title="", pieces=[])
    document.updated = _date(soup)
    for element in soup(_LEFT_OUT):
        if not element.decomposed:
            words = "" if element.name in _WITHOUT_WORDS else _folded(element)
            document.ignored.append(at(element.sourceline or 0, f"<{element.name}> {words}".rstrip()))
            element.decompose()
    root = soup.find("main") or soup.find("article") or soup.body or soup
    if not isinstance(root, Tag):
        raise UnreadableDocument("there is no page in it; save the page again")
    heading = root.find("h1") or soup.find("h1")
    titled = heading if isinstance(heading, Tag) and _folded(heading) else soup.title
    if titled is None or not _folded(titled):
        raise UnreadableDocument("it has neither an <h1> nor a <title>; add the article's title as an <h1>")
    document.title = _folded(titled)
    titled.decompose()
    _leave_out_the_rest(soup, root, document)
    document.pieces = [piece for piece in _pieces(root) if piece.text]
    return document


def _leave_out_the_rest(soup: BeautifulSoup, root: Tag, document: Document) -> None:
    """Lists the text of the page that stands outside its main part."""
    inside = set(map(id, root.descendants))
    for text in soup.find_all(string=True):
        said = "" if isinstance(text, Comment | Doctype) else " ".join(str(text).split())
        if said and id(text) not in inside:
            line = text.parent.sourceline if text.parent else 0
            document.ignored.append(at(line or 0, said))


def _date(soup: BeautifulSoup) -> date | None:
    for tag in soup.select("meta[property='article:modified_time'], meta[name='last-modified'], time[datetime]"):
        if found := naming.parse_date(str(tag.get("content") or tag.get("datetime") or "")):
            return found
    dates = (naming.updated_on(str(text)) for text in soup.find_all(string=_UPDATED))
    return next((found for found in dates if found), None)


def _pieces(block: Tag) -> Iterator[Piece]:
    """The pieces inside a block element; text between its inner blocks is a paragraph of its own."""
    loose: list[PageElement] = []
    for child in list(block.children):
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(_BLOCKS)):
            yield from _gathered(loose, block)
            loose = []
            yield from _piece(child)
        elif not isinstance(child, Comment | Doctype):
            loose.append(child)
    yield from _gathered(loose, block)


def _piece(element: Tag) -> Iterator[Piece]:
    line = element.sourceline or 0
    if element.name in _LOST:
        words = _folded(element) or str(element.get("alt") or "")
        yield Piece(PieceKind.LOST, f"{_LOST[element.name]}: {words}" if words else "", line)
    elif element.name in _HEADINGS:
        yield Piece(PieceKind.HEADING, _marked(element), line, level=int(element.name[1]))
    else:
        yield from _pieces(element)


def _gathered(loose: list[PageElement], block: Tag) -> Iterator[Piece]:
    text = " ".join("".join(map(_marked, loose)).split())
    if text:
        line = _first_line(loose, block)
        if block.name in {"li", "dd"} or block.find_parent("li") is not None:
            yield Piece(PieceKind.ITEM, text, line)
        else:
            yield Piece(PieceKind.PARAGRAPH, text, line, alone=block.name != "p" or _all_bold(loose))


def _all_bold(loose: list[PageElement]) -> bool:
    """Whether a paragraph is bold from end to end, as headings are on pages that use no heading elements."""
    return all(isinstance(part, Tag) and part.name in {"b", "strong"} for part in loose if str(part).strip())


def _first_line(loose: list[PageElement], block: Tag) -> int:
    lines = [element.sourceline for element in loose if isinstance(element, Tag) and element.sourceline]
    return min([*lines, *([block.sourceline] if block.sourceline else [])], default=0)


def _marked(element: PageElement) -> str:
    """The element's text, superscript reference numbers between their signs, line breaks as spaces."""
    if isinstance(element, Comment):
        return ""
    if not isinstance(element, Tag):
        return str(element) if isinstance(element, NavigableString) else ""
    if element.name == "br":
        return " "
    text = "".join(map(_marked, element.children))
    if element.name == "sup" and _REFERENCE_DIGITS.fullmatch(text) and not _POWER.search(_before(element)):
        return f"{SUP_OPEN}{text.strip(' ,')}{SUP_CLOSE}"
    if element.name in {"sup", "sub"} and SUP_OPEN not in text:
        return raised(text) if element.name == "sup" else lowered(text)
    return " ".join(text.split()) if element.name in _HEADINGS else text


def _before(element: Tag) -> str:
    """The words right before an element, if any stand there."""
    return str(element.previous_sibling) if isinstance(element.previous_sibling, NavigableString) else ""


def _folded(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())
