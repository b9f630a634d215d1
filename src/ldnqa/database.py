"""The tables that readers' words are kept in, in SQLite or PostgreSQL; SQLAlchemy makes the difference.

What a database says of an error never repeats a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class Database:
    """A database; its tables are made when it is first used.

    FeedbackUnavailable or MissingExtra for an address that cannot be one. Every method raises FeedbackUnavailable if
    the database does not do as it is told.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._ready = False

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Keep a row; it is on the disk when this returns."""
        try:
            self._prepare()
            with self._engine.begin() as connection:
                connection.execute(insert(_tables.tables[table]), row)
        except SQLAlchemyError as error:
            raise _unavailable(error) from None

    def rows(self, table: str, columns: Iterable[str], site: str | None = None) -> Sequence[Any]:
        """These columns of every row, or of one site's rows."""
        kept = _tables.tables[table].c
        wanted = select(*(kept[name] for name in columns))
        return self._read(wanted if site is None else wanted.where(kept.site == site))

    def count(self, table: str) -> int:
        """How many rows there are."""
        return int(self._read(select(func.count()).select_from(_tables.tables[table]))[0][0])

    def close(self) -> None:
        """Close its connections."""
        self._engine.dispose()

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
