"""XML from elsewhere, parsed without trust: nothing is fetched, nothing is expanded, and what tries is refused.

A document type may be named, as both schemas we read do, but never brought along: without declarations of its own a
file has no entity to multiply and no default to repeat. Everything else is left to the parser's own limits.
"""

from __future__ import annotations

import re
from html.entities import html5
from xml.sax.saxutils import escape  # only escapes; it parses nothing

from lxml import etree

from ldnqa.corpus.problems import UNWANTED
from ldnqa.errors import UnreadableDocument

Element = etree._Element

_DOCTYPE = re.compile(r"<!DOCTYPE")
_QUOTED = r"(?:\"[^\"<>]*\"|'[^'<>]*')"
_NAMED_DOCTYPE = re.compile(rf"<!DOCTYPE\s+[\w:.-]+(?:\s+(?:PUBLIC\s+{_QUOTED}\s*|SYSTEM\s*){_QUOTED})?\s*>")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# Named characters; in comments and CDATA sections a name is only text.
_NAMED_SIGN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?P<name>[A-Za-z][A-Za-z0-9]{0,40});", re.DOTALL
)
_XML_SIGNS = frozenset({"lt", "gt", "amp", "quot", "apos"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# The deepest label or article we know of has about forty levels.
MOST_DEPTH = 100
# What labels and articles come in. Every other encoding is an odd one out, and one more way to hide something.
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252"})


def parse_xml(data: bytes) -> Element:
    """The root element. UnreadableDocument, saying what to do, if the file is malformed or could do harm."""
    text = UNWANTED.sub(" ", _decoded(data))
    for found in _DOCTYPE.finditer(text):
        if not _NAMED_DOCTYPE.match(text, found.start()):
            raise UnreadableDocument(
                f"line {text.count(chr(10), 0, found.start()) + 1}: the file declares entities or a document type of "
                "its own, which is not safe to read; delete the declaration between <!DOCTYPE and ]>"
            )
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_NAMED_SIGN.sub(_explained, text).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(f"line {error.lineno or 1}: {error.msg}; download or export the file again") from None
    depth = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MOST_DEPTH:
            raise UnreadableDocument(f"line {line(node)}: nested too deeply; download or export the file again")
    return root


def _explained(found: re.Match[str]) -> str:
    """The character in place of its name. Only names that HTML knows too, as those of the two schemas are."""
    called = found["name"]
    if called is None or called in _XML_SIGNS:
        return found[0]
    if f"{called};" not in html5:
        raise UnreadableDocument(f"the sign {found[0]} is not explained; write the character itself in its place")
    return escape(html5[f"{called};"])


def _decoded(data: bytes) -> str:
    marked = next(((bom, encoding) for bom, encoding in _BOMS if data.startswith(bom)), None)
    declared = _DECLARED.match(data)
    encoding = marked[1] if marked else declared[1].decode("ascii").lower() if declared else "utf-8"
    if marked:
        data = data[len(marked[0]) :]
    elif encoding not in _ENCODINGS:
        raise UnreadableDocument(f"line 1: the encoding {encoding!r} is not read; save the file again as UTF-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableDocument(f"line {line}: not {encoding}; save the file again as UTF-8") from None


def name(node: Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(node).localname


def namespace(node: Element) -> str:
    """An element's namespace, or the empty string."""
    return etree.QName(node).namespace or ""


def line(node: Element) -> int:
    """The line an element begins on."""
    return int(node.sourceline or 0)


def fold(text: str) -> str:
    """`text` with white space folded and without characters nobody sees."""
    return " ".join(UNWANTED.sub(" ", text).split())


def said(node: Element | None) -> str:
    """What an element says, on one line; nothing if there is no element."""
    return "" if node is None else fold(" ".join(map(str, node.itertext())))


def loose(node: Element) -> str:
    """The text that stands right inside an element, between its children."""
    return fold(" ".join(part or "" for part in (node.text, *(child.tail for child in node))))


def children(node: Element, *names: str) -> list[Element]:
    """The children of these names, in order."""
    return [child for child in node if name(child) in names]


def first(node: Element | None, *path: str) -> Element | None:
    """The first element found by going down this path of names; None if there is none."""
    for step in path:
        if node is None:
            return None
        node = next(iter(children(node, step)), None)
    return node


def every(node: Element, *names: str) -> list[Element]:
    """All elements of these names below `node`, at any depth."""
    return [child for child in node.iterdescendants() if name(child) in names]
