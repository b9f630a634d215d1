"""An article's Markdown below its front matter, as drafts of sections. What the format does not know is an error
with its line; nothing is skipped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin

from ldnqa.corpus.attributes import Attributes, parse_attributes, split_attributes
from ldnqa.corpus.draft import DraftBlock, DraftNote, DraftSection, Words
from ldnqa.corpus.inline import citations, no_citations, read_words
from ldnqa.corpus.problems import Report
from ldnqa.corpus.sectionhead import open_section
from ldnqa.types import BlockKind

_REFUSED = {
    "table": ("a table", "say it in a paragraph or a list"),
    "fence": ("a code block", "write it as a paragraph"),
    "code_block": ("an indented code block", "begin the line at the margin"),
    "html_block": ("HTML", "write it in Markdown"),
    "blockquote": ("a block quotation", "write it as a paragraph"),
    "hr": ("a rule", "delete it"),
}
_DIV_END = re.compile(r"\s{0,3}:{3,}\s*")
_DIVS = "::: plain or ::: {.note quote=...}"


def read_body(text: str, known: set[str], report: Report) -> list[DraftSection]:
    """The sections of `text`; `known` are the keys of references that exist. Faults go to `report`."""
    reader = _Body(text, known, report)
    reader.read()
    return reader.sections


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark").enable("table").disable("reference")
    container_plugin(md, "div", validate=lambda params, markup: True)
    citations(md)
    return md


class _Body:
    """The state of one reading: the sections so far, and the draft that the next div would belong to."""

    def __init__(self, text: str, known: set[str], report: Report) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.lines = self.text.split("\n")
        self.known = known
        self.report = report
        self.md = _parser()
        self.sections: list[DraftSection] = []
        self.above: DraftBlock | DraftNote | None = None
        self.between = False

    def read(self) -> None:
        for node in SyntaxTreeNode(self.md.parse(self.text)).children:
            line = _line(node)
            if node.type == "heading":
                self._heading(node, line)
            elif not self.sections:
                mend = "put it below a heading such as ## From the Research {tier=research}"
                self._error(line, "text-before-section", "text before the first section", mend)
            elif node.type == "container_div":
                self._div(node, line)
            elif (block := self._block(node)) is not None:
                self._place(block)
        for section in self.sections:
            if all(block.kind is BlockKind.HEADING for block in section.blocks):
                self._error(
                    section.line, "empty-section", f"section {section.id!r} has no text", "write some, or delete it"
                )

    def _error(self, line: int, rule: str, message: str, mend: str) -> None:
        self.report.error(line, rule, message, mend)

    def _place(self, block: DraftBlock) -> None:
        blocks = self.sections[-1].blocks
        last = blocks[-1] if blocks else None
        if (
            block.kind is BlockKind.LIST
            and last
            and last.kind is BlockKind.PARAGRAPH
            and last.words
            and last.words.leads_in
        ):
            if self.between:
                mend = "put the list right below the paragraph that leads into it"
                self._error(block.line, "split-lead-in", "a list cut off from its lead-in", mend)
            block.words, block.line = last.words, last.line
            blocks.pop()
        blocks.append(block)
        self.above, self.between = block, False

    # --- headings ---

    def _heading(self, node: SyntaxTreeNode, line: int) -> None:
        inline = _inline(node)
        if not node.markup.startswith("#"):
            self._error(line, "bad-heading", "a heading underlined with - or =", "begin it with ## or ###")
        own, attributes = split_attributes(inline.content)
        words = self._words(self.md.parseInline(own)[0], line)
        no_citations([words], line, "a heading", self.report)
        self.above, self.between = None, False
        if not words.text:
            self._error(line, "bad-heading", "a heading without words", "name it, or delete it")
        if node.tag == "h2":
            self.sections.append(open_section(words.text, attributes, line, self.sections, self.report))
        elif node.tag != "h3":
            self._error(
                line, "bad-heading", f"a heading with {node.markup}", "use ## for a section, ### for a subheading"
            )
        elif not self.sections:
            self._error(
                line, "text-before-section", "a subheading before the first section", "put a ## heading above it"
            )
        else:
            if attributes != Attributes():
                self._error(line, "unknown-attribute", "attributes on a subheading", "only ## takes attributes")
            if words.text:
                block = DraftBlock(BlockKind.HEADING, words=Words(words.text), line=line)
                self.sections[-1].blocks.append(block)

    # --- paragraphs and lists ---

    def _words(self, inline: Token, line: int) -> Words:
        return read_words(inline, line, self.known, self.report)

    def _block(self, node: SyntaxTreeNode) -> DraftBlock | None:
        line = _line(node)
        if node.type == "paragraph":
            words = self._words(_inline(node), line)
            return DraftBlock(BlockKind.PARAGRAPH, words=words, line=line) if words.text else None
        if node.type in {"bullet_list", "ordered_list"}:
            items = tuple(self._items(node))
            return DraftBlock(BlockKind.LIST, items=items, line=line) if items else None
        what, mend = _REFUSED.get(node.type, (node.type, "write a paragraph or a list"))
        self._error(line, "unsupported-markup", what, mend)
        return None

    def _items(self, node: SyntaxTreeNode) -> Iterable[Words]:
        first = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, first):
            line = _line(item)
            kinds = [child.type for child in item.children]
            if "bullet_list" in kinds or "ordered_list" in kinds:
                mend = "make it a list of its own, with a paragraph that leads into it"
                self._error(line, "nested-list", "a list inside a list item", mend)
            elif kinds != ["paragraph"]:
                self._error(line, "bad-list-item", "not exactly one paragraph in a list item", "write one paragraph")
            else:
                words = self._words(_inline(item.children[0]), line)
                if not words.text:
                    continue
                if node.type == "ordered_list":
                    label = f"{number}. "
                    cites = tuple((at + len(label), keys) for at, keys in words.cites)
                    words = Words(label + words.text, cites)
                yield words

    # --- divs ---

    def _div(self, node: SyntaxTreeNode, line: int) -> None:
        end = node.map[1] if node.map else 0
        if end >= len(self.lines) or not _DIV_END.fullmatch(self.lines[end]):
            self._error(line, "unclosed-div", "a ::: block without an end", "close it with a line :::")
        info = node.info.strip()
        braced = info.startswith("{") and info.endswith("}")
        attributes = parse_attributes(info[1:-1]) if braced else Attributes(classes=info.split())
        above = self.above
        if attributes.fault or attributes.id or len(attributes.classes) != 1:
            self._error(line, "unknown-div", f"':::{node.info}' is not understood", f"use {_DIVS}")
        elif attributes.classes == ["plain"] and not attributes.values:
            self._plain(node, line)
        elif attributes.classes == ["note"] and attributes.values.keys() <= {"quote"}:
            self._note(node, attributes.values.get("quote"), line)
        else:
            self._error(line, "unknown-div", f"':::{node.info}' is not understood", f"use {_DIVS}")
        self.between = above is not None

    def _plain(self, node: SyntaxTreeNode, line: int) -> None:
        blocks = self._inside(node)
        if len(blocks) == 2 and blocks[0].words and blocks[0].words.leads_in and blocks[1].kind is BlockKind.LIST:
            blocks[1].words = blocks[0].words
            del blocks[0]
        if len(blocks) != 1:
            self._error(line, "bad-twin", f"{len(blocks)} blocks in ::: plain", "write one paragraph or one list")
            return
        block = blocks[0]
        no_citations([*([block.words] if block.words else []), *block.items], line, "::: plain", self.report)
        if self.above is None:
            mend = "put it right below the paragraph, list or note that it says in plain words"
            self._error(line, "twin-of-nothing", "::: plain with nothing above it", mend)
        elif self.above.plain is not None:
            self._error(line, "second-twin", "a second ::: plain for the same text", "make the two one")
        else:
            self.above.plain, self.above.plain_line = block.text, block.line

    def _note(self, node: SyntaxTreeNode, quote: str | None, line: int) -> None:
        blocks = self._inside(node)
        if len(blocks) != 1 or blocks[0].kind is not BlockKind.PARAGRAPH or blocks[0].words is None:
            self._error(line, "bad-note", "not exactly one paragraph in ::: {.note}", "write one paragraph")
            return
        if self.above is None:
            self._error(line, "note-on-nothing", "a note with nothing above it", "put it below the text it is about")
            return
        target = self.sections[-1].blocks[-1]
        count = 1 if quote is None else _occurrences(quote, target.text)
        if count != 1:
            message = f"the note's quote {quote!r} stands {count or 'no'} times in the text above"
            mend = "copy the exact words, enough of them to be found once, without markup and citations"
            self._error(line, "note-quote", message, mend)
            return
        note = DraftNote(quote, blocks[0].words, line=line)
        target.notes.append(note)
        self.above = note

    def _inside(self, node: SyntaxTreeNode) -> list[DraftBlock]:
        blocks = []
        for child in node.children:
            if child.type in {"heading", "container_div"}:
                self._error(
                    _line(child), "bad-div", f"a {child.type.split('_')[-1]} inside :::", "close the ::: block first"
                )
            elif (block := self._block(child)) is not None:
                blocks.append(block)
        return blocks


def _occurrences(quote: str, text: str) -> int:
    """How often `quote` stands in `text`, overlaps included; an empty quote never does."""
    return len(re.findall(f"(?={re.escape(quote)})", text)) if quote else 0


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 0


def _inline(node: SyntaxTreeNode) -> Token:
    for child in node.children:
        if child.type == "inline" and child.token:
            return child.token
    return Token("inline", "", 0, children=[])
