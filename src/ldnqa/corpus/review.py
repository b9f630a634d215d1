"""`ldnqa review`: writes down who looked at an article's words, when, and what they made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from ldnqa.corpus.approval import FILE_NAME, latest_day, read_reviews, words_digest
from ldnqa.corpus.frontmatter import ID
from ldnqa.corpus.problems import UNWANTED, Report
from ldnqa.corpus.read import read_article
from ldnqa.corpus.references import FILE_NAME as REFERENCES
from ldnqa.corpus.references import read_references
from ldnqa.errors import BadRequest, BrokenCorpus, UnknownArticle
from ldnqa.text import fold_space
from ldnqa.types import ReviewEvent, ReviewStatus


def record_review(
    corpus: Path, article_id: str, status: ReviewStatus, by: str, on: date | None = None, note: str | None = None
) -> ReviewEvent:
    """Adds an event to the record of the folder `corpus`, about the article's words as they are now, and gives it back.

    `on` is today unless given. UnknownArticle; BadRequest for a name that says nothing or a day that cannot be;
    BrokenCorpus if the article, the references or the record cannot be read.
    """
    path = corpus / f"{article_id}.md"
    if not ID.fullmatch(article_id) or not path.is_file():
        raise UnknownArticle(article_id)
    report = Report(corpus / REFERENCES)
    references = read_references(report.file, report)
    record = Report(corpus / FILE_NAME)
    events = read_reviews(record.file, {other.stem for other in corpus.glob("*.md")}, record)
    if problems := [*report.problems, *record.problems]:
        raise BrokenCorpus(problems)
    earlier = events.get(article_id, ())
    event = ReviewEvent(
        status=status,
        by=_said(by, "--by"),
        on=_day(on or date.today(), earlier),
        digest=words_digest(read_article(path, references)),
        note=None if note is None else _said(note, "--note"),
    )
    _write(record.file, {**events, article_id: (*earlier, event)})
    return event


def _said(value: str, option: str) -> str:
    said = fold_space(value)
    if not said or UNWANTED.search(said):
        raise BadRequest(f"{option} must say something, in visible characters; got {value!r}")
    return said


def _day(on: date, earlier: Sequence[ReviewEvent]) -> date:
    if on > latest_day():
        raise BadRequest(f"{on} is yet to come; give --on the day on which the article was looked at")
    if earlier and on < earlier[-1].on:
        raise BadRequest(f"the article was last moved on {earlier[-1].on}; give --on that day or a later one")
    return on


def _write(path: Path, events: Mapping[str, Sequence[ReviewEvent]]) -> None:
    """Writes the whole record, one line a field so that a difference shows what happened; all of it or nothing."""
    record = {
        article_id: [event.model_dump(mode="json", exclude_none=True) for event in events[article_id]]
        for article_id in sorted(events)
    }
    draft = path.with_suffix(".json.new")
    draft.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    draft.replace(path)
