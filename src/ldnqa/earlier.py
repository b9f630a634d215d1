"""What a build can take over instead of computing it: from the served build, and from a build that was killed.

Only what was made of the same text by the same model is taken over, bit for bit; anything unfit counts as not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.chunk import CHUNKER_VERSION
from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import IndexUnusable
from ldnqa.index import (
    LEXICAL,
    PASSAGE_VECTORS,
    PASSAGES,
    QUESTION_VECTORS,
    QUESTIONS,
    QUOTE_VECTORS,
    TITLE_VECTORS,
    VOCABULARY,
    WORDS,
    read_questions,
    read_vectors,
)
from ldnqa.manifest import BUILDS, Manifest, check_fit, read_pointer
from ldnqa.swap import verified
from ldnqa.tally import NOTHING, Tally

VECTORS = (PASSAGE_VECTORS, QUOTE_VECTORS, QUESTION_VECTORS, TITLE_VECTORS)
# 32 bytes a vector, in the order of the files above: how the next build knows what it can reuse.
KEYS = "vectors/keys.npy"
KEY_BYTES = hashlib.sha256().digest_size

Known = dict[bytes, NDArray[np.float32]]
# Rows of an article in each of the files of vectors.
Rows = tuple[slice, ...]

# A build that embeds less than this takes a few seconds and leaves nothing behind, whatever happens to it.
_WORTH_KEEPING = 1024


class Line(NamedTuple):
    """A passage as it is written down: its id, how many quotes it has, and its line of the file."""

    id: str
    quotes: int
    line: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the served build has. `known` numbers every vector by its key; the rest is of those articles that this
    program with this model would split and embed as they were: `rows` says what is an article's own in `passages` and
    in each of `vectors` and `keys`. `terms` counts by passage and `words` by article;
    `defined` has what articles abbreviate. `readers` are the words of the questions `asked`.
    """

    known: Mapping[bytes, int] = field(default_factory=dict)
    vectors: tuple[Vectors, ...] = ()
    keys: tuple[NDArray[np.uint8], ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    passages: Sequence[Line] = ()
    rows: Mapping[str, Rows] = field(default_factory=dict)
    terms: Tally = NOTHING
    words: Tally = NOTHING
    defined: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()

    def vector(self, key: bytes) -> NDArray[np.float32] | None:
        """The vector with this key."""
        number = self.known.get(key)
        if number is None:
            return None
        for array in self.vectors:
            if number < len(array):
                row: NDArray[np.float32] = array[number]
                return row
            number -= len(array)
        raise IndexError(number)


def read_earlier(index: Path, encoder: Encoder, whole: Manifest | None = None) -> Earlier:
    """What the served build has; nothing if it is damaged or another model's. `whole` is one known to be undamaged."""
    try:
        current = read_pointer(index).current
        manifest = whole if whole and whole.index_id == current else verified(index, current)
        if manifest.model_digest != encoder.digest:
            return Earlier()
        folder = index / BUILDS / manifest.index_id
        vectors = tuple(read_vectors(folder / name) for name in VECTORS)
        every_key = np.load(folder / KEYS, allow_pickle=False)
        known = {key: number for number, key in enumerate(split_keys(every_key))}
        if len(every_key) != sum(map(len, vectors)):
            return Earlier()
        ends = list(accumulate(map(len, vectors), initial=0))
        keys = tuple(every_key[a:b] for a, b in pairwise(ends))
        try:
            check_fit(index, manifest, encoder, CHUNKER_VERSION)
        except IndexUnusable:
            return Earlier(known, vectors, keys)
        asked = read_questions(folder / QUESTIONS)
        passages, by_article = _read_passages(folder / PASSAGES)
        sizes = {id_: by_article.get(id_, (0, 0)) for id_ in sorted(manifest.articles)}
        listed = Counter(question.article_id for question in asked)
        beside = json.loads((folder / VOCABULARY).read_bytes())
        return Earlier(
            known,
            vectors,
            keys,
            manifest.articles,
            passages,
            rows_of({id_: (*sizes[id_], listed[id_], 1) for id_ in sizes}),
            Tally.open(folder / LEXICAL),
            Tally.open(folder / WORDS),
            beside["defined"],
            tuple(question.text for question in asked),
            tuple(beside["readers"]),
        )
    except (IndexUnusable, OSError, ValueError, KeyError):
        return Earlier()


def _read_passages(path: Path) -> tuple[list[Line], dict[str, tuple[int, int]]]:
    """The lines of a build's passages, and of how many passages and quotes each article is made."""
    lines: list[Line] = []
    sizes: dict[str, tuple[int, int]] = {}
    written = path.read_bytes().splitlines(keepends=True)
    # All at once: that takes a third of the time.
    for line, passage in zip(written, json.loads(b"[" + b",".join(written) + b"]"), strict=True):
        lines.append(Line(passage["id"], len(passage["quotes"]), line))
        count, quotes = sizes.get(passage["article_id"], (0, 0))
        sizes[passage["article_id"]] = (count + 1, quotes + lines[-1].quotes)
    return lines, sizes


def rows_of(sizes: Mapping[str, Sequence[int]]) -> dict[str, Rows]:
    """Where each article's own are, for articles in this order with so many of each kind."""
    found, at = {}, [0] * len(VECTORS)
    for id_, counts in sizes.items():
        ends = [start + count for start, count in zip(at, counts, strict=True)]
        found[id_] = tuple(slice(start, end) for start, end in zip(at, ends, strict=True))
        at = ends
    return found


def split_keys(keys: NDArray[np.uint8]) -> list[bytes]:
    """Each of these rows of keys by itself."""
    joined = keys.tobytes()
    return [joined[at : at + KEY_BYTES] for at in range(0, len(joined), KEY_BYTES)]


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
        """Every vector that was written whole."""
        try:
            if self._path.is_symlink():
                return {}
            content = self._path.read_bytes()
        except OSError:
            return {}
        known: Known = {}
        size = 4 + KEY_BYTES + self._row_bytes
        for start in range(0, len(content) - size + 1, size):
            record = content[start + 4 : start + size]
            if zlib.crc32(record).to_bytes(4, "big") != content[start : start + 4]:
                break
            known[record[:KEY_BYTES]] = np.frombuffer(record[KEY_BYTES:], dtype=np.float32)
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
