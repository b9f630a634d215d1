"""What readers said of answers, and, where the site opted in, what they asked in vain. Stored, or an error: never lost.

When `add` returns, the row is on the disk of the database. Nothing says who a reader was: no address, no session.
One module for SQLite and PostgreSQL; SQLAlchemy makes the difference.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ldnqa.errors import FeedbackUnavailable, MissingExtra

MAX_COMMENT_CHARS = 1_000

# A database that does not answer must not hold a reader's request.
_CONNECT_SECONDS = 3
_STATEMENT_SECONDS = 5
# Several workers and `ldnqa gaps` share the file; each writes for a millisecond or two.
_LOCK_SECONDS = 5

_tables = MetaData()
_feedback = Table(
    "feedback",
    _tables,
    Column("id", String(40), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("site", String(64), nullable=False),
    Column("answer_id", String(80), nullable=False, index=True),
    Column("rating", String(8), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("comment", Text, nullable=False),
)
_unanswered = Table(
    "unanswered",
    _tables,
    Column("id", String(40), primary_key=True),
    Column("on_day", String(10), nullable=False),
    Column("site", String(64), nullable=False),
    Column("article_id", String(200), nullable=False),
    Column("question", Text, nullable=False, index=True),
    Column("index_id", String(64), nullable=False),
)


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
    """The database at a URL. Opened at the first use, so that a service without feedback makes no file."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._ready = False

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
        self._write(_feedback, row)
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
        self._write(_unanswered, row)

    def gaps(self, *, at_least: int = 1, site: str | None = None) -> list[Gap]:
        """Questions asked in vain at least so often, most often first; those of one site if it is named."""
        column = _unanswered.c
        wanted = select(column.question, column.on_day, column.article_id)
        if site is not None:
            wanted = wanted.where(column.site == site)
        found: dict[str, list[tuple[str, str]]] = {}
        for question, day, article_id in self._read(wanted):
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
        column = _feedback.c
        wanted = select(column.rating, column.reason, func.count()).group_by(column.rating, column.reason)
        return {(rating, reason): count for rating, reason, count in self._read(wanted)}

    def ids(self) -> set[str]:
        """The ids of all feedback stored."""
        return {id_ for (id_,) in self._read(select(_feedback.c.id))}

    def check(self) -> None:
        """FeedbackUnavailable if the database cannot be reached or its tables cannot be made."""
        self._read(select(func.count()).select_from(_feedback))

    def close(self) -> None:
        """Closes its connections."""
        self._engine.dispose()

    def _write(self, table: Table, row: dict[str, Any]) -> None:
        try:
            self._prepare()
            with self._engine.begin() as connection:
                connection.execute(insert(table), row)
        except SQLAlchemyError as error:
            raise _unavailable(error) from None

    def _read(self, wanted: Any) -> Sequence[Any]:
        try:
            self._prepare()
            with self._engine.connect() as connection:
                return connection.execute(wanted).all()
        except SQLAlchemyError as error:
            raise _unavailable(error) from None

    def _prepare(self) -> None:
        if not self._ready:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    # Two workers that make the tables at once would fail on each other's.
                    connection.execute(text("SELECT pg_advisory_xact_lock(7143562)"))
                _tables.create_all(connection)
            self._ready = True


def _unavailable(error: SQLAlchemyError) -> FeedbackUnavailable:
    """What the database said, without the statement and its values: those are the reader's words."""
    said = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
    return FeedbackUnavailable(
        f"the feedback database does not take anything ({said}); "
        "check LDNQA_FEEDBACK, that its server runs, and that its disk has room"
    )


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() == "sqlite":
            engine = create_engine(address, connect_args={"timeout": _LOCK_SECONDS})
            event.listen(engine, "connect", _make_durable)
            return engine
        if address.get_backend_name() != "postgresql":
            raise ArgumentError
        return create_engine(
            address,
            pool_pre_ping=True,
            pool_timeout=_CONNECT_SECONDS,
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                "options": f"-c statement_timeout={_STATEMENT_SECONDS}s",
            },
        )
    except ModuleNotFoundError as error:
        raise MissingExtra("LDNQA_FEEDBACK names PostgreSQL: pip install 'ldnqa[postgres]'") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise FeedbackUnavailable(
            "LDNQA_FEEDBACK is no address of a database; use sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        ) from error


def _make_durable(connection: Any, _: Any) -> None:
    """Readers do not wait for writers, and a row that was confirmed survives a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
