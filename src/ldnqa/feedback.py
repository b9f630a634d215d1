"""What readers said of answers, and, where the site opted in, what they asked in vain. Stored, or an error: never lost.

When `add` returns, the row is on the disk of the database. Nothing says who a reader was: no address, no session.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ldnqa.database import Database

MAX_COMMENT_CHARS = 1_000


class Rating(StrEnum):
    """Whether an answer helped."""

    UP = "up"
    DOWN = "down"


class Reason(StrEnum):
    """Why; "unsafe" is for what could harm someone, and is counted apart."""

    HELPFUL = "helpful"
    WRONG = "wrong"
    UNSAFE = "unsafe"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    OFF_TOPIC = "off_topic"
    OUTDATED = "outdated"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of an answer. `site` is "" for our own pages."""

    answer_id: str
    rating: Rating
    reason: Reason | None = None
    comment: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question, redacted, that the articles did not answer. `article_id` is "" where none was in view."""

    question: str
    index_id: str
    article_id: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A question asked in vain: how often, on which days first and last, on which articles' pages."""

    question: str
    times: int
    first_day: str
    last_day: str
    article_ids: tuple[str, ...]


class FeedbackStore:
    """The database at a URL. Opened at the first use, so that a service without feedback makes no file.

    FeedbackUnavailable or MissingExtra, at once, for an address that is none of SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._opening = Lock()
        self._opened: Database | None = None
        # An address that cannot be used stops the start; with that of a file nothing can be wrong before it is written.
        if not url.startswith("sqlite:///"):
            self._database()

    def add(self, given: Feedback) -> str:
        """Stores feedback and gives its id; FeedbackUnavailable if the database did not confirm it."""
        new = "fb_" + secrets.token_hex(12)
        row = {
            "id": new,
            "at": datetime.now(UTC),
            "site": given.site,
            "answer_id": given.answer_id,
            "rating": given.rating.value,
            "reason": given.reason.value if given.reason else "",
            "comment": given.comment,
        }
        self._database().insert("feedback", row)
        return new

    def keep(self, asked: Unanswered) -> None:
        """Stores a question asked in vain, with its day and no time; FeedbackUnavailable if it could not be."""
        row = {
            "id": "gap_" + secrets.token_hex(12),
            "on_day": datetime.now(UTC).date().isoformat(),
            "site": asked.site,
            "article_id": asked.article_id,
            "question": asked.question,
            "index_id": asked.index_id,
        }
        self._database().insert("unanswered", row)

    def gaps(self, *, at_least: int = 1, site: str | None = None) -> list[Gap]:
        """Questions asked in vain at least so often, most often first; those of one site if it is named."""
        found: dict[str, list[tuple[str, str]]] = {}
        columns = ("question", "on_day", "article_id")
        for question, day, article_id in self._database().rows("unanswered", columns, site):
            found.setdefault(question, []).append((day, article_id))
        gaps = [
            Gap(
                question,
                len(asked),
                min(day for day, _ in asked),
                max(day for day, _ in asked),
                tuple(sorted({article_id for _, article_id in asked} - {""})),
            )
            for question, asked in found.items()
            if len(asked) >= at_least
        ]
        return sorted(gaps, key=lambda gap: (-gap.times, gap.question))

    def ratings(self) -> dict[tuple[str, str], int]:
        """How often each (rating, reason) was given; the reason is "" where none was."""
        return Counter((rating, reason) for rating, reason in self._database().rows("feedback", ("rating", "reason")))

    def ids(self) -> set[str]:
        """The ids of all feedback stored."""
        return {id_ for (id_,) in self._database().rows("feedback", ("id",))}

    def check(self) -> None:
        """FeedbackUnavailable if the database cannot be reached or its tables cannot be made."""
        self._database().count("feedback")

    def close(self) -> None:
        """Closes its connections."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()

    def _database(self) -> Database:
        # SQLAlchemy takes a tenth of the time a service needs to start, and 20 MB that one without feedback saves.
        from ldnqa.database import Database

        with self._opening:
            if self._opened is None:
                self._opened = Database(self._url)
            return self._opened
