"""A research article in JATS XML, as PubMed Central and publishers hand it out: what it is, and who wrote it when.

The article itself is the reference of every block; what it cites is taken from its reference list as given.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ldnqa.corpus import naming
from ldnqa.corpus.bibliography import identifiers, people, read_entries
from ldnqa.corpus.narrative import Narrative
from ldnqa.corpus.papertext import Paper
from ldnqa.corpus.structured import Remarks, Source, finish
from ldnqa.corpus.xmlsource import Element, children, every, first, name, said
from ldnqa.errors import UnreadableDocument
from ldnqa.types import Imported

# The longest title we know of has about four hundred.
_LONGEST_TITLE = 2_000
# The dates of publication in the order of preference; without a type, a date counts as the last of them.
_DATES = ("epub", "pub", "ppub", "epub-ppub", "collection", "")


def read_paper(root: Element, file_date: date) -> Imported:
    """The article in a JATS file. UnreadableDocument if it is not a whole article."""
    if name(root) == "pmc-articleset":
        articles = children(root, "article")
        if len(articles) != 1:
            raise UnreadableDocument(f"{len(articles)} articles in one file; save each as a file of its own")
        (root,) = articles
    meta = first(root, "front", "article-meta")
    if meta is None:
        raise UnreadableDocument("there is no <front> with <article-meta> in it; get the article as JATS XML")
    remarks = Remarks()
    plain = Narrative(remarks)
    titles = [plain.words(part).text for group in children(meta, "title-group") for part in group
              if name(part) in {"article-title", "subtitle"}]  # fmt: skip
    title = ": ".join(part for part in titles if part)
    if not title:
        raise UnreadableDocument("the article has no title; add an <article-title>")
    if len(title) > _LONGEST_TITLE:
        raise UnreadableDocument(f"its title has {len(title):,} characters; shorten it in <article-title>")
    article_id = naming.article_id(titles[0] or title)
    updated, date_parts = _published(meta, remarks)
    if updated is None:
        remarks.guesses.append((0, f"no date found; last_updated is the file's own date, {file_date.isoformat()}"))
    references = every(root, "ref")
    keys = {id(reference): f"{article_id}-{number}" for number, reference in enumerate(references, 1)}
    body = first(root, "body")
    source = Source(
        id=article_id,
        title=title,
        subject=_subject(meta, title, said(body)),
        updated=updated or file_date,
        itself=_itself(root, meta, article_id, title, date_parts),
        entries={keys[id(reference)]: read_entries(reference, keys[id(reference)]) for reference in references},
        remarks=remarks,
    )
    Paper(remarks, source, references, keys).read(root, meta, body)
    return finish(source)


def _published(meta: Element, remarks: Remarks) -> tuple[date | None, list[int]]:
    """The day of publication and the parts of it that are given."""
    dated = []
    for element in children(meta, "pub-date"):
        kind = str(element.get("pub-type") or element.get("date-type") or "")
        figures = [said(first(element, part)) for part in ("year", "month", "day")]
        parts: list[int] = []
        for figure in figures:
            if not (figure.isascii() and figure.isdigit() and len(figure) <= 4):
                break
            parts.append(int(figure))
        try:
            day = date(parts[0], *(*parts[1:], 1, 1)[:2]) if parts else None
        except ValueError:
            day = None
        if day:
            rank = _DATES.index(kind) if kind in _DATES else len(_DATES)
            dated.append((len(parts) < 3, rank, day, parts))
    if not dated:
        return None, []
    partial, _, day, parts = min(dated, key=lambda found: found[:2])
    if partial:
        given = "-".join(map(str, parts))
        remarks.guesses.append((0, f"the article gives only {given} as its date; last_updated is {day.isoformat()}"))
    return day, parts


def _subject(meta: Element, title: str, body: str) -> tuple[str, ...]:
    """The keywords that the title names, as what the article is about; else what the title asks for."""
    keywords = dict.fromkeys(said(keyword) for keyword in every(meta, "kwd"))
    named = [word for word in keywords if word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", title, re.IGNORECASE)]
    return tuple(named) or naming.subject_names(title, body)


def _itself(root: Element, meta: Element, article_id: str, title: str, date_parts: list[int]) -> dict[str, Any]:
    """The article as an entry of the references."""
    entry: dict[str, Any] = {"id": article_id, "type": "article-journal", "title": title}
    authors = [
        person
        for group in children(meta, "contrib-group")
        for contributor in children(group, "contrib")
        if contributor.get("contrib-type") in {None, "author"}
        for person in people(contributor)
    ]
    if authors:
        entry["author"] = authors
    journal = every(root, "journal-title") or every(root, "journal-id")
    if journal and said(journal[0]):
        entry["container-title"] = said(journal[0])
    if date_parts:
        entry["issued"] = {"date-parts": [date_parts]}
    for field in ("volume", "issue"):
        if value := said(first(meta, field)):
            entry[field] = value
    start, end = said(first(meta, "fpage")), said(first(meta, "lpage"))
    pages = f"{start}-{end}" if start and end and start != end else start or said(first(meta, "elocation-id"))
    if pages:
        entry["page"] = pages
    return entry | identifiers(children(meta, "article-id"), "pub-id-type")
