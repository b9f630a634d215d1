"""What the record of reviews makes of an article's status.

Invariant: an article is approved only while its words are the ones that somebody approved. An edit takes an approval
away and changes nothing else; the same words again have the same approval again. The record lies beside the articles
in `reviews.json` (article id -> events, oldest first), so that no article's file is ever changed by a review.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from ldnqa.corpus.frontmatter import read_review_event
from ldnqa.corpus.nodes import load_yaml
from ldnqa.corpus.problems import Report, read_utf8
from ldnqa.types import Article, Review, ReviewEvent, ReviewStatus, Section

FILE_NAME = "reviews.json"
# Far above the record of a thousand articles looked at a dozen times each; a bigger file is a mistake.
MAX_BYTES = 20_000_000
_FORM = "let `ldnqa review` write this file, or take it back from your version control"
# Changing what is digested takes every approval away, so the form has a number of its own.
_DIGEST_FORM = 1
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def words_digest(article: Article) -> str:
    """SHA-256, in hex, of what a reader of an answer can see of the article.

    That is its title, subjects, questions, disclaimer, headings, tiers, regimens, text, plain twins, notes, citation
    marks and references. Not its review, its ids, for whom it is written and the day of its last change. The form is
    spelled out here rather than taken from the types, so that a new field of a type takes no approval away.
    """
    content = {
        "form": _DIGEST_FORM,
        "title": article.title,
        "subject": article.subject,
        "questions": article.questions,
        "disclaimer": article.disclaimer.text if article.disclaimer else None,
        "references": [
            [r.label, r.title, r.authors, r.container, r.year, r.doi, r.pmid, r.url] for r in article.references
        ],
        "sections": [_section(section) for section in article.sections],
    }
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "tier": section.tier,
        "regimen": section.regimen,
        "text": section.text,
        "blocks": [
            [block.kind, block.start, block.end, [[item.start, item.end] for item in block.items], block.plain]
            for block in section.blocks
        ],
        "marks": [[mark.at, mark.labels] for mark in section.marks],
        "notes": [[note.start, note.end, note.note_start, note.note_end] for note in section.notes],
    }


def standing(claimed: ReviewStatus, events: Sequence[ReviewEvent], digest: str) -> Review:
    """Where an article with these words stands: at its latest event, if any, else where its front matter puts it.

    An approval of other words than these does not count, nor one that only the front matter claims: the article is
    under review.
    """
    if not events:
        return Review(status=ReviewStatus.UNDER_REVIEW if claimed is ReviewStatus.APPROVED else claimed)
    last = events[-1]
    if last.status is ReviewStatus.APPROVED and last.digest != digest:
        return Review(status=ReviewStatus.UNDER_REVIEW, history=tuple(events))
    return Review(status=last.status, by=last.by, on=last.on, history=tuple(events))


def reviewed(article: Article, events: Sequence[ReviewEvent], report: Report) -> Article:
    """The article with its standing; `report` is on its file. A front matter that claims more is an error."""
    review = standing(article.review.status, events, words_digest(article))
    if article.review.status is ReviewStatus.APPROVED and review.status is not ReviewStatus.APPROVED:
        lines = report.file.read_text(encoding="utf-8-sig").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if text.startswith("review:")), 1)
        mend = f"let a reviewer run `ldnqa review {article.id} --status approved --by NAME`, or write under_review here"
        report.error(line, "unproven-approval", "says approved, but nobody is on record for these exact words", mend)
    return article.model_copy(update={"review": review})


def latest_day() -> date:
    """The day it is where it is latest (UTC+14): no one anywhere writes a later date of today."""
    return (datetime.now(UTC) + timedelta(hours=14)).date()


def read_reviews(path: Path, ids: Collection[str], report: Report) -> dict[str, tuple[ReviewEvent, ...]]:
    """The events by article; none, and nothing reported, if there is no such file. `ids` are the articles there are."""
    if not path.exists():
        return {}
    text = read_utf8(path, report, MAX_BYTES)
    if text is None:
        return {}
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        report.error(error.lineno, "bad-json", error.msg, _FORM)
        return {}
    except RecursionError:
        report.error(1, "bad-json", "nested too deeply", _FORM)
        return {}
    if escaped := _SURROGATE.search(text):
        line = text.count("\n", 0, escaped.start()) + 1
        report.error(line, "bad-json", "half of a character, escaped", "write the character itself")
        return {}
    # JSON is YAML, but for tabs, and nodes of YAML know their lines.
    node = load_yaml(text.replace("\t", " "), 1, report)
    if not isinstance(node, yaml.MappingNode):
        report.error(1, "bad-reviews", "not an object of article ids", _FORM)
        return {}
    found: dict[str, tuple[ReviewEvent, ...]] = {}
    for name, events in node.value:
        line, article_id = name.start_mark.line + 1, str(name.value)
        if article_id not in ids:
            mend = "correct the id; if the article was retired, delete its entry"
            report.error(line, "unknown-article", f"there is no article {article_id!r}", mend)
        if article_id in found:
            report.error(line, "duplicate-key", f"the article {article_id!r} again", "make the two lists one")
        elif not isinstance(events, yaml.SequenceNode):
            report.error(line, "bad-reviews", f"{article_id!r} has no list of events", _FORM)
        else:
            found[article_id] = _events(events, report)
    return found


def _events(nodes: yaml.SequenceNode, report: Report) -> tuple[ReviewEvent, ...]:
    events: list[ReviewEvent] = []
    for node in nodes.value:
        event = read_review_event(node, report)
        if event is None:
            continue
        line = next(1 + value.start_mark.line for name, value in node.value if name.value == "on")
        if event.on > latest_day():
            report.error(line, "future-date", f"{event.on} is yet to come", "correct the date")
        if events and event.on < events[-1].on:
            mend = "put the events in order, the latest last"
            report.error(line, "disordered-review", f"{event.on} comes after {events[-1].on} in the list", mend)
        events.append(event)
    return tuple(events)
