"""A JATS reference list as CSL-JSON entries. A field is what the list says; what fits no field is kept as a note."""

from __future__ import annotations

import re
from typing import Any

from ldnqa.corpus.xmlsource import Element, children, every, first, fold, name, said

# publication-type as JATS suggests it, and the CSL type nearest to it.
_TYPES = {
    "journal": "article-journal",
    "book": "book",
    "chapter": "chapter",
    "confproc": "paper-conference",
    "thesis": "thesis",
    "report": "report",
    "gov": "report",
    "patent": "patent",
    "web": "webpage",
    "webpage": "webpage",
    "website": "webpage",
    "preprint": "article",
    "newspaper": "article-newspaper",
    "data": "dataset",
}
_CITATIONS = ("element-citation", "mixed-citation", "citation", "nlm-citation")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def read_entries(reference: Element, key: str) -> dict[str, Any]:
    """The entry of one <ref>, under `key`."""
    citation = next(iter(every(reference, *_CITATIONS)), reference)
    label = said(first(reference, "label"))
    entry: dict[str, Any] = {
        "id": key,
        "type": _TYPES.get(str(citation.get("publication-type") or "").lower(), "document"),
    }
    people = _people(citation, "author")
    if people:
        entry["author"] = people
    if editors := _people(citation, "editor"):
        entry["editor"] = editors
    title = _first_said(citation, "article-title", "chapter-title", "data-title", "part-title")
    source = _first_said(citation, "source", "conf-name")
    printed = said(citation).removeprefix(label).strip() if citation is reference else said(citation)
    entry["title"] = title or source or printed
    if not entry["title"]:
        entry |= {"title": f"Reference {label or key} (no details given)", "custom": {"supplied": False}}
    if title and source:
        entry["container-title"] = source
    year = _YEAR.search(_first_said(citation, "year") or _first_said(citation, "date"))
    if year:
        entry["issued"] = {"date-parts": [[int(year[0])]]}
    for field, element in (("volume", "volume"), ("issue", "issue"), ("publisher", "publisher-name"),
                           ("publisher-place", "publisher-loc"), ("edition", "edition")):  # fmt: skip
        if value := _first_said(citation, element):
            entry[field] = value
    if pages := _pages(citation):
        entry["page"] = pages
    entry |= identifiers(every(citation, "pub-id", "article-id"), "pub-id-type")
    for link in every(citation, "ext-link", "uri"):
        href = next((str(value) for called, value in link.attrib.items() if str(called).endswith("href")), "")
        address = fold(href) or said(link)
        if "DOI" not in entry and (found := _DOI.fullmatch(address)):
            entry["DOI"] = found[1]
        elif re.match(r"https?://\S+$", address) and not _DOI.fullmatch(address):
            entry.setdefault("URL", address)
    have = set(_WORD.findall(str(entry)))
    if any(word not in have for word in _WORD.findall(said(reference).removeprefix(label))):
        # A mixed citation has its own punctuation; of the other kind there is nothing between the parts.
        mixed = name(citation) == "mixed-citation"
        whole = said(reference).removeprefix(label).strip()
        text = fold("".join(map(str, citation.itertext()))) if mixed and whole == said(citation) else whole
        entry["note"] = f"As printed: {text}"
    return entry


def identifiers(elements: list[Element], kind: str) -> dict[str, str]:
    """DOI, PMID and PMCID among elements that give ids; only what has the shape of one."""
    out: dict[str, str] = {}
    for element in elements:
        value = said(element)
        called = str(element.get(kind) or "")
        if called == "doi" and (found := _DOI.fullmatch(value)):
            out.setdefault("DOI", found[1])
        elif called == "pmid" and value.isascii() and value.isdigit():
            out.setdefault("PMID", value)
        elif called in {"pmc", "pmcid"} and re.fullmatch(r"(?:PMC)?\d+", value):
            out.setdefault("PMCID", value if value.startswith("PMC") else f"PMC{value}")
    return out


def people(group: Element) -> list[dict[str, str]]:
    """The people and bodies named right inside an element, in order."""
    out: list[dict[str, str]] = []
    for child in group:
        called = name(child)
        if called in {"name", "string-name"}:
            out += _person(child)
        elif called in {"collab", "on-behalf-of", "anonymous"} and said(child):
            out.append({"literal": said(child)})
        elif called == "name-alternatives":
            out += people(child)[:1]
        elif called == "etal":
            out.append({"literal": "et al."})
    return out


def _person(element: Element) -> list[dict[str, str]]:
    parts = {
        "family": said(first(element, "surname")),
        "given": said(first(element, "given-names")),
        "suffix": said(first(element, "suffix")),
    }
    if not parts["family"]:
        return [{"literal": said(element)}] if said(element) else []
    return [{field: value for field, value in parts.items() if value}]


def _people(citation: Element, role: str) -> list[dict[str, str]]:
    groups = [
        group for group in children(citation, "person-group") if (group.get("person-group-type") or "author") == role
    ]
    found = [person for group in groups for person in people(group)]
    return found or (people(citation) if role == "author" else [])


def _first_said(citation: Element, *names: str) -> str:
    return next((said(element) for called in names for element in every(citation, called) if said(element)), "")


def _pages(citation: Element) -> str:
    """Pages as given: a range, a first and a last page, or the number of an article that has no pages."""
    first_page, last_page = _first_said(citation, "fpage"), _first_said(citation, "lpage")
    if first_page:
        return f"{first_page}-{last_page}" if last_page and last_page != first_page else first_page
    return _first_said(citation, "page-range") or _first_said(citation, "elocation-id")
