"""A drug label as DailyMed hands it out: HL7's Structured Product Labeling, XML, one label a file.

The label is its own and only reference. Its titles are kept as headings, its date is that of the version, and what
it is a label of comes from its product data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from ldnqa.corpus.draft import DraftBlock, DraftSection, Words
from ldnqa.corpus.narrative import Narrative, Part
from ldnqa.corpus.sectioncodes import SECTION_NAMES, WITHOUT_PROSE
from ldnqa.corpus.structured import Remarks, Source, finish
from ldnqa.corpus.xmlsource import Element, children, every, first, fold, line, loose, name, said
from ldnqa.errors import UnreadableDocument
from ldnqa.text import slug
from ldnqa.types import BlockKind, Imported, Regimen, Tier

NAMESPACE = "urn:hl7-org:v3"
_ADDRESS = "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid="
_SET_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Enough of a set id to tell the labels of two makers of one drug apart.
_SET_ID_SHOWN = 8
_ACTIVE = frozenset({"ACTIB", "ACTIM", "ACTIR"})
_INJECTED = re.compile(r"\binject|\bsuspension, extended release", re.IGNORECASE)
_SWALLOWED = re.compile(r"\b(?:tablet|capsule)s?\b", re.IGNORECASE)
_BULLET_CAPTION = re.compile(r"[•‣◦⁃▪●·o*–-]?")


def read_label(root: Element, file_date: date) -> Imported:
    """The article in a label. UnreadableDocument if it has no product name or no text."""
    remarks = Remarks()
    body = first(root, "component", "structuredBody")
    if body is None:
        raise UnreadableDocument("the label has no text (no structuredBody); download the full label")
    product, substances, forms = _product(body)
    if not product:
        raise UnreadableDocument("the label does not name its product; download the full label")
    regimen = _regimen(substances, forms, remarks)
    set_id = _attribute(first(root, "setId"), "root") or _attribute(first(root, "id"), "root")
    article_id = "-".join(filter(None, [slug(product)[:40].strip("-"), "label", slug(set_id)[:_SET_ID_SHOWN]]))
    title = f"{product} (drug label)"
    remarks.guesses.append((0, f"the title {title!r} is made from the product's name"))
    updated, date_parts = _effective(root, remarks)
    source = Source(
        id=article_id.strip("-"),
        title=title,
        subject=(product, *(other for other in substances if other.casefold() != product.casefold())),
        updated=updated or file_date,
        itself=_entry(root, article_id, title, set_id, date_parts, remarks),
        remarks=remarks,
    )
    if updated is None:
        remarks.guesses.append((0, f"no date found; last_updated is the file's own date, {file_date.isoformat()}"))
    _leave_out_the_rest(root, remarks)
    _Label(remarks, source, regimen).read(body)
    return finish(source)


def _product(body: Element) -> tuple[str, list[str], list[str]]:
    """The product's name, its active substances and its dosage forms, as the product data give them."""
    product = ""
    substances: dict[str, str] = {}
    forms: dict[str, None] = {}
    for subject in every(body, "subject"):
        for thing in every(subject, "manufacturedProduct", "manufacturedMedicine", "part", "partProduct"):
            product = product or said(first(thing, "name"))
        for form in every(subject, "formCode"):
            forms[_attribute(form, "displayName")] = None
        for ingredient in every(subject, "ingredient", "activeIngredient"):
            active = _attribute(ingredient, "classCode") in _ACTIVE or name(ingredient) == "activeIngredient"
            substance = next(iter(every(ingredient, "ingredientSubstance", "activeIngredientSubstance")), None)
            called = said(first(substance, "name"))
            if active and called:
                called = called.lower() if called.isupper() else called
                substances.setdefault(called.casefold(), called)
    return product, list(substances.values()), [form for form in forms if form]


def _regimen(substances: list[str], forms: list[str], remarks: Remarks) -> Regimen | None:
    """Which use of the drug a label is about: labels are written for the approved dose of one form."""
    printed = ", ".join(forms) or "no dosage form"
    found: set[Regimen] = set()
    for form in forms:
        if _INJECTED.search(form):
            found.add(Regimen.INJECTION)
        elif _SWALLOWED.search(form):
            found.add(Regimen.STANDARD_DOSE)
    if len(substances) > 1:
        remarks.guesses.append((0, f"no regimen: the product combines {', '.join(substances)}"))
        return None
    if len(found) != 1:
        remarks.guesses.append((0, f"no regimen can be told from {printed}"))
        return None
    (regimen,) = found
    remarks.guesses.append((0, f"every section is taken as {Tier.DRUG_LABEL}, {regimen}, from {printed}"))
    return regimen


def _effective(root: Element, remarks: Remarks) -> tuple[date | None, list[int]]:
    """The day the version took effect, and the parts of it that are given."""
    element = first(root, "effectiveTime")
    given = _attribute(element, "value") or _attribute(first(element, "low"), "value")
    figures = re.match(r"(\d{4})(\d\d)?(\d\d)?", given)
    if figures is None:
        return None, []
    parts = [int(part) for part in figures.groups() if part]
    try:
        day = date(parts[0], *(*parts[1:], 1, 1)[:2])
    except ValueError:
        return None, []
    if len(parts) < 3:
        remarks.guesses.append((0, f"the label gives only {given}; last_updated is {day.isoformat()}"))
    return day, parts


def _entry(
    root: Element, article_id: str, title: str, set_id: str, date_parts: list[int], remarks: Remarks
) -> dict[str, Any]:
    """The label as a reference, one for each of its versions."""
    version = _attribute(first(root, "versionNumber"), "value")
    key = "-".join(filter(None, [article_id.strip("-"), f"v{slug(version)}" if version else ""]))
    entry: dict[str, Any] = {"id": key, "type": "document", "title": title}
    maker = said(first(root, "author", "assignedEntity", "representedOrganization", "name"))
    if maker:
        entry["author"] = [{"literal": maker}]
    if date_parts:
        entry["issued"] = {"date-parts": [date_parts]}
    if version:
        entry["version"] = version
    if _SET_ID.fullmatch(set_id):
        entry["URL"] = _ADDRESS + set_id.lower()
        remarks.guesses.append((0, f"the address {entry['URL']} is made from the set id"))
    if set_id:
        entry["note"] = f"Set id {set_id}."
    return entry


def _leave_out_the_rest(root: Element, remarks: Remarks) -> None:
    for child in root:
        if name(child) == "component":
            for inner in child:
                if name(inner) != "structuredBody" and (words := said(inner)):
                    remarks.unplaced.append((line(inner), words))
        elif words := said(child):
            remarks.ignored.append((line(child), f"{name(child)}: {words}"))
        if words := fold(child.tail or ""):
            remarks.unplaced.append((line(child), words))


def _attribute(element: Element | None, called: str) -> str:
    return "" if element is None else fold(str(element.get(called) or ""))


class _Label(Narrative):
    """The narrative of a label and the sections it stands in."""

    paragraphs = frozenset({"paragraph"})
    items = frozenset({"item"})

    def __init__(self, remarks: Remarks, source: Source, regimen: Regimen | None) -> None:
        super().__init__(remarks)
        self.source = source
        self.regimen = regimen

    def inline(self, element: Element) -> Iterator[Part]:
        """Footnotes stand in brackets where they are marked, so that no figure loses its condition."""
        called = name(element)
        if called == "footnote":
            yield f" ({said(element)})"
        elif called == "renderMultiMedia":
            if words := said(element):
                self.remarks.unplaced.append((line(element), f"image: {words}"))
        elif called == "caption" and _BULLET_CAPTION.fullmatch(said(element)):
            yield " "
        else:
            yield from super().inline(element)
            if called == "caption":
                yield " "

    def read(self, body: Element) -> None:
        """All sections of the label's body."""
        self._loose(body, {"component"})
        for component in children(body, "component"):
            self._loose(component, {"section"})
            for section in children(component, "section"):
                self._section(section)

    def _section(self, section: Element) -> None:
        code = _attribute(first(section, "code"), "code")
        if code in WITHOUT_PROSE:
            if words := said(section):
                self.remarks.ignored.append((line(section), f"{WITHOUT_PROSE[code]}: {words}"))
            return
        heading = self._heading(section)
        if not heading:
            heading = SECTION_NAMES.get(code, self.source.title)
            self.remarks.guesses.append((line(section), f"a section without a title is headed {heading!r}"))
        opened = self.source.open_section(heading, Tier.DRUG_LABEL, line(section), self.regimen)
        self._inside(section, opened, 0)

    def _inside(self, section: Element, opened: DraftSection, level: int) -> None:
        """What a section holds, the sections inside it below subheadings."""
        for child in section:
            called = name(child)
            if called == "text":
                opened.blocks += self.blocks(child)
            elif called == "component":
                self._loose(child, {"section", "observationMedia"})
                for inner in child:
                    if name(inner) == "section":
                        self._subsection(inner, opened, level + 1)
                    elif name(inner) == "observationMedia" and (words := said(inner)):
                        self.remarks.unplaced.append((line(inner), f"image: {words}"))
            elif called == "excerpt" and (words := said(child)):
                self.remarks.ignored.append((line(child), f"highlight, a summary of the section: {words}"))
            elif called != "title" and (words := said(child)):
                self.remarks.ignored.append((line(child), f"{called}: {words}"))
        self._loose(section, set(map(name, section)))

    def _subsection(self, section: Element, opened: DraftSection, level: int) -> None:
        code = _attribute(first(section, "code"), "code")
        heading = self._heading(section) or SECTION_NAMES.get(code, "")
        if heading:
            opened.blocks.append(DraftBlock(BlockKind.HEADING, words=Words(heading), line=line(section)))
            if level > 1:
                self.remarks.guesses.append((line(section), f"{heading!r}, below a subheading, is one itself"))
        self._inside(section, opened, level)

    def _heading(self, section: Element) -> str:
        title = first(section, "title")
        return "" if title is None else self.words(title).text

    def _loose(self, element: Element, known: set[str]) -> None:
        """Lists text and elements that stand where a label has none."""
        said_here = [loose(element), *(said(child) for child in element if name(child) not in known)]
        self.remarks.unplaced += [(line(element), words) for words in said_here if words]
