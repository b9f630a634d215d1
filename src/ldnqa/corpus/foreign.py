"""Markdown that is not in our format, taken to pieces: headings, paragraphs and lists; the rest is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ldnqa.corpus import naming
from ldnqa.corpus.pieces import Document, Piece, PieceKind, at

_LOST = {
    "table": "table",
    "fence": "code",
    "code_block": "code",
    "html_block": "HTML",
    "image": "image",
    "html_inline": "HTML",
}
_OURS = re.compile(r"^(?:subject|review):", re.MULTILINE)


def is_our_format(text: str) -> bool:
    """Whether the front matter has a key that only our own format has; then it is held to that format."""
    head = _front_matter(text)
    return head is not None and bool(_OURS.search(head))


def _front_matter(text: str) -> str | None:
    found = re.match(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", text, re.DOTALL)
    return found[1] if found else None


def read_foreign_markdown(text: str, name: PurePath) -> Document:
    """The pieces of a Markdown file; without a title of its own it is named after its file."""
    document = Document(title="", pieces=[])
    head = _front_matter(text)
    if head is not None:
        _read_head(head, document)
        end = text.index(head) + len(head)
        text = "\n" * text.count("\n", 0, end) + re.sub(r"^[-.]{3}[ \t]*", "", text[end:])
    md = MarkdownIt("commonmark").enable("table").disable("reference")
    pieces = [piece for node in SyntaxTreeNode(md.parse(text)).children for piece in _pieces(node, document)]
    first = next((piece for piece in pieces if piece.kind is PieceKind.HEADING), None)
    highest = [piece for piece in pieces if first and piece.kind is PieceKind.HEADING and piece.level == 1]
    if not document.title and len(highest) == 1:
        document.title = highest[0].text
        pieces.remove(highest[0])
    if not document.title:
        document.title = name.stem.replace("-", " ").replace("_", " ").strip() or "Untitled"
        document.guesses.append(f"no title found; named after its file, {document.title!r}")
    document.pieces = [piece for piece in pieces if piece.text]
    return document


def _read_head(head: str, document: Document) -> None:
    try:
        values = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        document.unplaced.append(at(2, " ".join(head.split())))
        return
    for key, value in values.items():
        if key == "title" and isinstance(value, str) and value.strip():
            document.title = " ".join(value.split())
        elif str(key).lower() in {"date", "updated", "last_updated", "lastmod"} and (
            found := naming.parse_date(str(value))
        ):
            document.updated = found
        else:
            document.ignored.append(at(2, f"{key}: {value}"))


def _pieces(node: SyntaxTreeNode, document: Document, item: bool = False) -> Iterator[Piece]:
    line = node.map[0] + 1 if node.map else 0
    if node.type in {"paragraph", "heading"}:
        text = "".join(_words(node, line, document))
        if node.type == "heading":
            yield Piece(PieceKind.HEADING, " ".join(text.split()), line, level=int(node.tag[1]))
        else:
            yield from _bulleted(text, PieceKind.ITEM if item else PieceKind.PARAGRAPH, line)
    elif node.type in {"bullet_list", "ordered_list"}:
        if item:
            document.guesses.append(at(line, "a list inside a list; its items are kept in order, on one level"))
        for child in node.children:
            for inner in child.children:
                yield from _pieces(inner, document, item=True)
    elif node.type == "blockquote":
        document.guesses.append(at(line, "a block quotation is placed as paragraphs"))
        for child in node.children:
            yield from _pieces(child, document, item)
    elif node.type != "hr":
        text = node.content if not node.children else " | ".join(_cells(node))
        yield Piece(PieceKind.LOST, f"{_LOST.get(node.type, node.type)}: {' '.join(text.split())}", line)


def _bulleted(text: str, kind: PieceKind, line: int) -> Iterator[Piece]:
    """A paragraph, or items if its lines begin with a bullet sign that Markdown does not know."""
    for part in re.split(r"\n(?=\s*[•‣◦⁃▪●])", text):
        folded = " ".join(part.split())
        bare = folded.lstrip("•‣◦⁃▪● ")
        yield Piece(kind if bare == folded else PieceKind.ITEM, bare, line)


def _cells(node: SyntaxTreeNode) -> Iterator[str]:
    for inner in node.walk():
        if inner.type == "inline" and inner.content.strip():
            yield inner.content


def _words(node: SyntaxTreeNode, line: int, document: Document) -> Iterator[str]:
    for inner in node.children:
        if inner.type in {"text", "code_inline"}:
            yield inner.content
        elif inner.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif inner.type in _LOST:
            document.unplaced.append(at(line, f"{_LOST[inner.type]}: {inner.content}"))
        else:
            yield from _words(inner, line, document)
