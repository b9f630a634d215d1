"""The text of a research article in JATS XML: abstract, body and tables are placed, with its citations as marks.

Acknowledgements, notes, figures, supplements and formulas that do not fit a line are listed with all their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ldnqa.corpus.citations import Citations
from ldnqa.corpus.draft import DraftBlock, Words
from ldnqa.corpus.narrative import Cite, Narrative, Part
from ldnqa.corpus.structured import Remarks, Source, glue
from ldnqa.corpus.xmlsource import Element, children, every, first, fold, line, loose, name, said
from ldnqa.types import BlockKind, Regimen, Tier

_LOW_DOSE = re.compile(r"\blow[- ]dose\b", re.IGNORECASE)
# MathML whose text reads the same in a line: no fraction, root, power or index.
_IN_A_LINE = frozenset({"math", "mrow", "mi", "mo", "mn", "mtext", "mstyle", "mspace", "semantics"})
_NOT_PLACED = {
    "fig": "figure",
    "fig-group": "figures",
    "graphic": "image",
    "media": "media",
    "supplementary-material": "supplement",
    "disp-formula-group": "formulas",
    "preformat": "preformatted text",
    "code": "code",
    "fn-group": "footnotes",
    "chem-struct-wrap": "chemical structure",
    "ack": "acknowledgements",
    "app-group": "appendix",
    "app": "appendix",
}
_HEADED = frozenset({"sec", "abstract", "ack", "app", "ref-list"})


class Paper(Narrative):
    """The narrative of a research article."""

    paragraphs = frozenset({"p"})
    items = frozenset({"list-item"})
    others = frozenset(_NOT_PLACED) | {
        *("sec", "title", "label", "sec-meta", "table-wrap", "table-wrap-group", "def-list", "ref-list"),
        *("boxed-text", "disp-quote", "statement", "verse-group", "speech"),
    }

    def __init__(self, remarks: Remarks, source: Source, references: list[Element], keys: dict[int, str]) -> None:
        super().__init__(remarks)
        self.source = source
        self.key_of = {str(reference.get("id")): keys[id(reference)] for reference in references if reference.get("id")}
        labels = {keys[id(ref)]: re.sub(r"\W", "", said(first(ref, "label"))) for ref in references}
        numbers = {key: int(label) for key, label in labels.items() if label.isascii() and label.isdigit()}
        self.citations = Citations(list(keys.values()), numbers, remarks)
        self.regimen = Regimen.LOW_DOSE if _LOW_DOSE.search(source.title) else None
        said_regimen = self.regimen or "no regimen, since the title does not say low-dose"
        remarks.guesses.append((0, f"every section is taken as {Tier.RESEARCH}, {said_regimen}"))

    def read(self, root: Element, meta: Element, body: Element | None) -> None:
        """Everything in the article, in its order."""
        self._front(root, meta)
        for abstract in children(meta, "abstract"):
            self._section(abstract, self._heading(abstract) or "Abstract")
        unheaded: list[Element] = []
        for child in body if body is not None else ():
            if name(child) != "sec":
                unheaded.append(child)
                continue
            self._below_no_heading(unheaded)
            unheaded = []
            self._section(child, self._heading(child) or self.source.title)
            if words := fold(child.tail or ""):
                self.remarks.unplaced.append((line(child), words))
        self._below_no_heading(unheaded)
        self._rest(root, body)

    # --- inline ---

    def inline(self, element: Element) -> Iterator[Part]:
        """Citations, formulas and footnotes; everything else as it stands."""
        called = name(element)
        if called == "xref" and element.get("ref-type") == "bibr":
            rids = str(element.get("rid") or "").split()
            printed = fold("".join(map(str, element.itertext())))
            yield Cite(
                tuple(self.key_of.get(rid, rid) for rid in rids), printed, any(name(c) == "sup" for c in element)
            )
        elif called in {"inline-formula", "disp-formula", "math", "tex-math"}:
            yield from self._formula(element)
        elif called == "fn":
            yield f" ({said(element)})"
        elif called in {"inline-graphic", "alt-text", "long-desc", "object-id"}:
            self._list("image", element)
        elif called in {"label", "term", "title"}:
            yield from super().inline(element)
            yield " "
        else:
            yield from super().inline(element)

    def settled(self, parts: list[Part], line: int) -> list[Part]:
        """Parts with their printed reference numbers taken for marks."""
        return self.citations.settle(parts, line)

    def _formula(self, element: Element) -> Iterator[Part]:
        maths = [element] if name(element) == "math" else every(element, "math")
        written = maths or every(element, "tex-math") or name(element) == "tex-math"
        if not written:
            yield from super().inline(element)
            return
        before = " " if name(element) == "disp-formula" else ""
        if maths and all(name(part) in _IN_A_LINE for part in maths[0].iter()):
            yield before + "".join(map(str, maths[0].itertext()))
            if said(element) != said(maths[0]):
                self.remarks.ignored.append((line(element), f"the formula in another form: {said(element)}"))
            return
        self._list("formula", element)
        yield f"{before}[formula]"

    # --- blocks ---

    def other(self, element: Element) -> list[DraftBlock]:
        """Sections below subheadings, tables, boxes; what has no place is listed."""
        called = name(element)
        if called == "sec":
            heading = self._heading(element)
            blocks = self.blocks(element)
            if not heading:
                return blocks
            if sum(1 for above in element.iterancestors() if name(above) == "sec") > 1:
                self.remarks.guesses.append((line(element), f"{heading!r}, below a subheading, is one itself"))
            return [DraftBlock(BlockKind.HEADING, words=Words(heading), line=line(element)), *blocks]
        if called in {"title", "label"}:
            above = element.getparent()
            return [] if above is not None and name(above) in _HEADED else self.blocks(element)
        if called == "table-wrap":
            return self._table(element)
        if called == "def-list":
            return self._definitions(element)
        if called == "ref-list":
            return []
        if called in _NOT_PLACED or called == "sec-meta":
            self._list(_NOT_PLACED.get(called, called), element)
            return []
        if called != "table-wrap-group":
            self.remarks.guesses.append((line(element), f"the words of a <{called}> are placed as paragraphs"))
        return self.blocks(element)

    def _table(self, element: Element) -> list[DraftBlock]:
        label = first(element, "label")
        caption = glue(*(self.words(part) for part in (label, *children(element, "caption")) if part is not None))
        blocks: list[DraftBlock] = []
        tables = children(element, "table") or every(element, "table")[:1]
        for number, table in enumerate(tables):
            blocks += self.table(table, None if number else caption)
        if not tables:
            self.remarks.unplaced.append((line(element), f"table without rows: {caption.text}"))
        if words := fold(element.text or ""):
            self.remarks.unplaced.append((line(element), words))
        for part in element:
            if name(part) == "table-wrap-foot":
                for note in part:
                    blocks += self._note(note) if name(note) == "fn" else self.run("", [note], line(note))
                if words := loose(part):
                    self.remarks.unplaced.append((line(part), words))
            elif name(part) not in {"label", "caption", "table"}:
                words = said(part)
                if words != said(tables[0] if tables else None):
                    self._list("table, the rest of it", part)
            if words := fold(part.tail or ""):
                self.remarks.unplaced.append((line(part), words))
        return blocks

    def _note(self, note: Element) -> list[DraftBlock]:
        words = self.words(note)
        return [DraftBlock(BlockKind.PARAGRAPH, words=words, line=line(note))] if words.text else []

    def _definitions(self, element: Element) -> list[DraftBlock]:
        items = []
        for child in element:
            if name(child) == "def-item":
                terms, meanings = children(child, "term"), children(child, "def")
                term, meaning = glue(*map(self.words, terms)), glue(*map(self.words, meanings))
                sign = ":" if term.text and meaning.text and not term.leads_in else ""
                items.append(glue(Words(term.text + sign, term.cites), meaning))
            elif name(child) != "title":
                self._list("definition", child)
        before = [block for title in children(element, "title") for block in self.blocks(title)]
        if words := loose(element):
            self.remarks.unplaced.append((line(element), f"definitions: {words}"))
        items = [item for item in items if item.text]
        if items:
            before.append(DraftBlock(BlockKind.LIST, items=tuple(items), line=line(element)))
        return before

    # --- sections ---

    def _section(self, element: Element, heading: str) -> None:
        opened = self.source.open_section(heading, Tier.RESEARCH, line(element), self.regimen)
        opened.blocks = self.blocks(element)

    def _below_no_heading(self, elements: list[Element]) -> None:
        """Text of the body that no section holds, below the article's title."""
        if not elements:
            return
        blocks = self.run("", elements, line(elements[0]))
        if blocks:
            self.remarks.guesses.append((line(elements[0]), "text below no heading is placed below the title"))
            opened = self.source.open_section(self.source.title, Tier.RESEARCH, line(elements[0]), self.regimen)
            opened.blocks = blocks

    def _heading(self, section: Element) -> str:
        parts = [self.words(part) for part in section if name(part) in {"label", "title"}]
        words = glue(*parts)
        for _, keys in words.cites:
            self.remarks.unplaced.append((line(section), f"reference {', '.join(keys)} on the heading {words.text!r}"))
        return words.text

    def _front(self, root: Element, meta: Element) -> None:
        """What the front says besides title and abstract; it says who and when, and is no text of the article."""
        for part in (*(part for front in children(root, "front") for part in front if part is not meta), *meta):
            if name(part) not in {"title-group", "abstract"} and (words := said(part)):
                self.remarks.ignored.append((line(part), f"{name(part)}: {words}"))
            if name(part) == "title-group":
                for inner in part:
                    if name(inner) not in {"article-title", "subtitle"}:
                        self._list("title", inner)
            if name(part) == "related-article":
                kind = part.get("related-article-type") or "related article"
                self.remarks.guesses.append((line(part), f"the article is tied to another one ({kind}); look at it"))
        kind = root.get("article-type")
        if kind and kind != "research-article":
            self.remarks.guesses.append((line(root), f"the article calls itself {kind}; taken as {Tier.RESEARCH}"))

    def _rest(self, root: Element, body: Element | None) -> None:
        """What stands around the body: acknowledgements, notes, appendices, replies."""
        floating: list[Element] = []
        for part in root:
            if name(part) == "back":
                for inner in part:
                    if name(inner) != "ref-list":
                        self._list(_NOT_PLACED.get(name(inner), name(inner)), inner)
            elif name(part) == "floats-group":
                floating += part
            elif part is not body and name(part) != "front":
                self._list(name(part), part)
        for listed in every(root, "ref-list"):
            for inner in listed:
                if name(inner) not in {"ref", "title", "label", "ref-list"}:
                    self._list("reference list", inner)
        blocks = self.run("", floating, line(floating[0])) if floating else []
        if blocks:
            self.remarks.guesses.append((line(floating[0]), "tables from the end of the file are a section, 'Tables'"))
            self.source.open_section("Tables", Tier.RESEARCH, line(floating[0]), self.regimen).blocks = blocks
        between = [root, *children(root, "front", "body", "back", "floats-group"), *every(root, "ref-list")]
        for element in (*between, *children(root, "front")[:1], *every(root, "article-meta")):
            words = fold(element.text or "") if element is body else loose(element)
            if words and name(element) != "floats-group":
                self.remarks.unplaced.append((line(element), f"text between elements: {words}"))

    def _list(self, what: str, element: Element) -> None:
        if words := said(element):
            self.remarks.unplaced.append((line(element), f"{what}: {words}"))
