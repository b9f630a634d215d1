"""What a build can take over instead of computing it: from the served build, and from a build that was killed.

Only what was made of the same text by the same model is taken over, bit for bit; anything unfit counts as not there.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.chunk import CHUNKER_VERSION
from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import IndexUnusable
from ldnqa.index import (
    PASSAGE_VECTORS,
    PASSAGES,
    QUESTION_VECTORS,
    QUESTIONS,
    QUOTE_VECTORS,
    TITLE_VECTORS,
    read_lines,
    read_questions,
    read_vectors,
)
from ldnqa.manifest import BUILDS, check_fit, read_pointer
from ldnqa.swap import verified
from ldnqa.types import Passage

_VECTORS = (PASSAGE_VECTORS, QUOTE_VECTORS, QUESTION_VECTORS, TITLE_VECTORS)
# 32 bytes a vector, in the order of the files above: how the next build knows what it can reuse.
KEYS = "vectors/keys.npy"
KEY_BYTES = hashlib.sha256().digest_size

Known = dict[bytes, NDArray[np.float32]]
# Rows of an article in each of the files of vectors.
Rows = tuple[slice, ...]

# A build that embeds less than this takes a few seconds and leaves nothing behind, whatever happens to it.
_WORTH_KEEPING = 1024


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the served build has. `known` is every vector by its key; the rest is by article id, of those articles
    that this program with this model would split and embed as they were.
    """

    known: Known = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    passages: Mapping[str, tuple[Passage, ...]] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)
    vectors: tuple[Vectors, ...] = ()
    keys: tuple[NDArray[np.uint8], ...] = ()


def read_earlier(index: Path, encoder: Encoder) -> Earlier:
    """What the served build has; nothing if it is damaged or another model's."""
    try:
        manifest = verified(index, read_pointer(index).current)
        if manifest.model_digest != encoder.digest:
            return Earlier()
        folder = index / BUILDS / manifest.index_id
        vectors = tuple(read_vectors(folder / name) for name in _VECTORS)
        every_key = np.load(folder / KEYS, allow_pickle=False)
        ends = list(accumulate(map(len, vectors), initial=0))
        keys = tuple(every_key[a:b] for a, b in pairwise(ends))
        known = dict(
            zip((key.tobytes() for key in every_key), (row for array in vectors for row in array), strict=True)
        )
    except (IndexUnusable, OSError, ValueError):
        return Earlier()
    try:
        check_fit(index, manifest, encoder, CHUNKER_VERSION)
    except IndexUnusable:
        return Earlier(known=known)
    by_article = groupby(map(Passage.model_validate_json, read_lines(folder / PASSAGES)), lambda p: p.article_id)
    passages = {article_id: tuple(group) for article_id, group in by_article}
    asked = {
        id_: len(list(group)) for id_, group in groupby(read_questions(folder / QUESTIONS), lambda q: q.article_id)
    }
    rows = _rows(manifest.articles, passages, asked)
    return Earlier(known, manifest.articles, {id_: passages.get(id_, ()) for id_ in rows}, rows, vectors, keys)


def _rows(
    ids: Mapping[str, object], passages: Mapping[str, Sequence[Passage]], asked: Mapping[str, int]
) -> dict[str, Rows]:
    """Where each article's vectors are: articles, and all they have, are in order of their ids."""
    found, at = {}, [0, 0, 0, 0]
    for id_ in sorted(ids):
        own = passages.get(id_, ())
        counts = (len(own), sum(len(passage.quotes) for passage in own), asked.get(id_, 0), 1)
        ends = [start + count for start, count in zip(at, counts, strict=True)]
        found[id_] = tuple(slice(start, end) for start, end in zip(at, ends, strict=True))
        at = ends
    return found


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
