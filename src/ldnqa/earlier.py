"""What a build can take over instead of computing it: from the served build, and from a build that was killed.

Only what was made of the same text by the same model is taken over, bit for bit; anything unfit counts as not there.
"""

from __future__ import annotations

import json
import os
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.chunk import CHUNKER_VERSION
from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import IndexUnusable
from ldnqa.index import LEXICAL, QUESTIONS, SUMS, VOCABULARY, WORDS, read_questions
from ldnqa.manifest import BUILDS, FileEntry, Manifest, Piece, check_fit, read_pointer
from ldnqa.pieces import KEY_BYTES, OF_PASSAGES, OF_TITLES, Stack, by_kind, files_of, kinds, read_vectors
from ldnqa.swap import verified
from ldnqa.tally import NOTHING, Tally

Known = dict[bytes, NDArray[np.float32]]
# Rows of an article among those of each kind.
Rows = tuple[slice, ...]

# A build that embeds less than this takes a few seconds and leaves nothing behind, whatever happens to it.
_WORTH_KEEPING = 1024


class Line(NamedTuple):
    """A passage as it is written down: its id, how many quotes it has, and its line of the file."""

    id: str
    quotes: int
    line: bytes


class Own(NamedTuple):
    """What a build has of an article: its passages, for each kind its vectors and their keys, and the numbers of its
    first passage and of itself.
    """

    lines: list[Line]
    vectors: list[Vectors]
    keys: list[NDArray[np.uint8]]
    passage: int
    article: int


@dataclass(frozen=True)
class Keys:
    """Which text each vector was made of: a key of KEY_BYTES a row."""

    rows: NDArray[np.uint8]

    def find(self, key: bytes) -> int | None:
        """The number of a row with this key."""
        start = np.frombuffer(key[:8], dtype=np.uint64)[0]
        for at in range(int(np.searchsorted(self._sorted, start)), len(self._sorted)):
            if self._sorted[at] != start:
                break
            if self.rows[self._order[at]].tobytes() == key:
                return int(self._order[at])
        return None

    @cached_property
    def _starts(self) -> NDArray[np.uint64]:
        return np.ascontiguousarray(self.rows[:, :8]).view(np.uint64)[:, 0]

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self._starts, kind="stable")

    @cached_property
    def _sorted(self) -> NDArray[np.uint64]:
        return self._starts[self._order]


@dataclass(frozen=True)
class Earlier:
    """What the served build has. `keys` numbers all its `vectors`; the rest is there only if this program with this
    model would split and embed its articles as they were: `pieces` by name, each with its place among all, and `files`,
    which are in `folder`. `terms` counts by passage and `words` by article; `defined` has what articles abbreviate.
    `readers` are the words of the questions `asked`, and `subjects` stands for the names these were embedded with.
    """

    keys: Keys = Keys(np.empty((0, KEY_BYTES), dtype=np.uint8))
    vectors: Stack | None = None
    folder: Path = Path()
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    pieces: Mapping[str, Held] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    subjects: str = ""
    terms: Tally = NOTHING
    words: Tally = NOTHING
    defined: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    _listed: Mapping[str, int] = field(default_factory=dict)
    _owned: dict[str, dict[str, Own]] = field(default_factory=dict)

    def vector(self, key: bytes) -> NDArray[np.float32] | None:
        """The vector with this key."""
        number = self.keys.find(key)
        return None if number is None or self.vectors is None else self.vectors[number]

    def own(self, article_id: str) -> Own | None:
        """What there is of an article."""
        piece = self._piece_of.get(article_id)
        if piece is None:
            return None
        if piece not in self._owned:
            self._owned[piece] = self._read(self.pieces[piece])
        return self._owned[piece][article_id]

    @cached_property
    def _piece_of(self) -> dict[str, str]:
        ids = iter(sorted(self.digests))
        return {id_: name for name, held in self.pieces.items() for id_ in islice(ids, held.piece.articles)}

    def _read(self, held: Held) -> dict[str, Own]:
        lines = (self.folder / files_of(held.piece.name)[0]).read_bytes().splitlines(keepends=True)
        passages: dict[str, list[Line]] = {id_: [] for id_, name in self._piece_of.items() if name == held.piece.name}
        for line in lines[held.piece.articles :]:
            passage = json.loads(line)
            passages[passage["article_id"]].append(Line(passage["id"], len(passage["quotes"]), line))
        rows = rows_of([sizes(own, self._listed.get(id_, 0), 1) for id_, own in passages.items()])
        keys = by_kind(held.keys, held.piece)
        return {
            id_: Own(
                own,
                [kind[part] for kind, part in zip(held.vectors, of_article, strict=True)],
                [kind[part] for kind, part in zip(keys, of_article, strict=True)],
                held.passage + of_article[OF_PASSAGES].start,
                held.article + of_article[OF_TITLES].start,
            )
            for (id_, own), of_article in zip(passages.items(), rows, strict=True)
        }


class Held(NamedTuple):
    """A piece of the served build: its vectors by kind, all its keys, the sum of its quotes, and the numbers of its
    first passage and article.
    """

    piece: Piece
    vectors: list[Vectors]
    keys: NDArray[np.uint8]
    sum: NDArray[np.float64]
    passage: int
    article: int


def read_earlier(index: Path, encoder: Encoder, whole: Manifest | None = None) -> Earlier:
    """What the served build has; nothing if it is damaged or another model's. `whole` is one known to be undamaged."""
    try:
        current = read_pointer(index).current
        manifest = whole if whole and whole.index_id == current else verified(index, current)
        if manifest.model_digest != encoder.digest:
            return Earlier()
        folder, pieces = index / BUILDS / manifest.index_id, manifest.pieces
        mapped = [read_vectors(folder, piece) for piece in pieces]
        vectors = Stack([rows for piece in mapped for rows in piece])
        keys = np.concatenate([np.load(folder / files_of(piece.name)[2], allow_pickle=False) for piece in pieces])
        if keys.shape != (len(vectors), KEY_BYTES):
            return Earlier()
        try:
            check_fit(index, manifest, encoder, CHUNKER_VERSION)
        except IndexUnusable:
            return Earlier(Keys(keys), vectors)
        asked = read_questions(folder / QUESTIONS)
        beside = json.loads((folder / VOCABULARY).read_bytes())
        of_pieces = [keys[a:b] for a, b in pairwise(accumulate((sum(kinds(piece)) for piece in pieces), initial=0))]
        sums = np.load(folder / SUMS, allow_pickle=False)
        firsts = zip(
            accumulate((piece.passages for piece in pieces), initial=0),
            accumulate((piece.articles for piece in pieces), initial=0),
            strict=True,
        )
        return Earlier(
            Keys(keys),
            vectors,
            folder,
            manifest.files,
            {
                p.name: Held(p, v, k, s, *at)
                for p, v, k, s, at in zip(pieces, mapped, of_pieces, sums, firsts, strict=False)
            },
            manifest.articles,
            manifest.subjects,
            Tally.open(folder / LEXICAL),
            Tally.open(folder / WORDS),
            beside["defined"],
            tuple(question.text for question in asked),
            tuple(beside["readers"]),
            Counter(question.article_id for question in asked),
        )
    except (IndexUnusable, OSError, ValueError, KeyError):
        return Earlier()


def sizes(lines: Sequence[Line], questions: int, titles: int) -> tuple[int, int, int, int]:
    """How many vectors of each kind an article has."""
    return len(lines), sum(line.quotes for line in lines), questions, titles


def rows_of(sizes: Sequence[Sequence[int]]) -> list[Rows]:
    """Where the own of each are among all of a kind, for articles in this order with so many of each kind."""
    ends = [list(accumulate(kind, initial=0)) for kind in zip(*sizes, strict=True)]
    return list(zip(*([slice(a, b) for a, b in pairwise(kind)] for kind in ends), strict=True))


class Journal:
    """The vectors of a build under way, written as they come, for the build after one that was killed.

    Best effort: what cannot be written is computed again. Used under the index's lock.
    """

    def __init__(self, index: Path, encoder: Encoder) -> None:
        self._path = index / f".vectors-{encoder.digest[:16]}"
        self._row_bytes = encoder.dimension * np.dtype(np.float32).itemsize
        self._waiting: list[bytes] = []
        self._count = 0

    def read(self) -> Known:
        """Every vector that was written whole. A rest is cut off: nothing that is added behind it could be read."""
        try:
            if self._path.is_symlink():
                return {}
            content = self._path.read_bytes()
        except OSError:
            return {}
        known: Known = {}
        size = 4 + KEY_BYTES + self._row_bytes
        whole = 0
        for start in range(0, len(content) - size + 1, size):
            record = content[start + 4 : start + size]
            if zlib.crc32(record).to_bytes(4, "big") != content[start : start + 4]:
                break
            known[record[:KEY_BYTES]] = np.frombuffer(record[KEY_BYTES:], dtype=np.float32)
            whole = start + size
        if whole < len(content):
            with suppress(OSError):
                os.truncate(self._path, whole)
        return known

    def add(self, fresh: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Note down vectors by their keys."""
        self._count += len(fresh)
        for key, row in fresh.items():
            record = key + row.tobytes()
            self._waiting.append(zlib.crc32(record).to_bytes(4, "big") + record)
        if self._count < _WORTH_KEEPING or not self._waiting:
            return
        try:
            descriptor = os.open(
                self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666
            )
            with os.fdopen(descriptor, "ab") as file:
                file.write(b"".join(self._waiting))
        except OSError:
            self._count = 0
        self._waiting.clear()

    def remove(self) -> None:
        """Forget them, and what builds with other models left."""
        for path in self._path.parent.glob(".vectors-*"):
            path.unlink(missing_ok=True)
