"""Rules on articles as a whole: what they offer to answer, and how far their review has come."""

from __future__ import annotations

from collections.abc import Iterator

from ldnqa.corpus.desk import Desk, Finding
from ldnqa.text import words
from ldnqa.types import ReviewStatus


def duplicate_question(desk: Desk) -> Iterator[Finding]:
    """A question that another article, or the same one, offers as well."""
    first: dict[str, str] = {}
    for page in desk.pages:
        for line, question in zip(page.question_lines, page.article.questions, strict=True):
            asked = " ".join(words(question))
            if asked in first:
                message = f"{question!r} is offered by {first[asked]!r} already"
                yield Finding(page.path, line, message, "delete it, or ask what only this article answers")
            first.setdefault(asked, page.article.id)


def lapsed_approval(desk: Desk) -> Iterator[Finding]:
    """An approved article that was changed since, and that nobody has looked at again."""
    for page in desk.pages:
        review = page.article.review
        if not review.history or review.status is ReviewStatus.APPROVED:
            continue
        last = review.history[-1]
        if last.status is ReviewStatus.APPROVED:
            message = f"changed since {last.by} approved it on {last.on}, so it is under review again"
            mend = f"look it over, then `ldnqa review {page.article.id} --status under_review|approved --by NAME`"
            yield Finding(page.path, page.key_lines["review"], message, mend)
