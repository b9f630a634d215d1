"""Texts to vectors, each text once: what an earlier build has is taken over bit for bit, the encoder makes the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ldnqa.earlier import Earlier, Journal, Known
from ldnqa.encode import Encoder
from ldnqa.pieces import KEY_BYTES

# Signs of the texts between two signs of progress: about a second on two cores.
_AT_A_TIME = 25_000

# Where a vector and its key are written, and the text.
Wanted = tuple[NDArray[np.float32], NDArray[np.uint8], str]


class Embedding:
    """Vectors for texts: those known already bit for bit, the others from the encoder, each text once."""

    def __init__(self, encoder: Encoder, earlier: Earlier, journal: Journal | None = None) -> None:
        self.earlier = earlier
        self._encoder = encoder
        self._journal = journal
        self._known: Known = journal.read() if journal else {}
        self._taken: list[NDArray[np.uint8]] = []
        self._reused: set[bytes] = set()
        self._made: set[bytes] = set()

    @property
    def reused(self) -> int:
        """How many different texts were known before this build."""
        every = [*self._taken, np.frombuffer(b"".join(self._reused), dtype=np.uint8).reshape(-1, KEY_BYTES)]
        # Eight bytes of each tell them apart.
        starts = np.sort(np.concatenate(every)[:, :8].copy().view(np.uint64)[:, 0])
        return int(np.count_nonzero(np.diff(starts))) + min(len(starts), 1)

    @property
    def embedded(self) -> int:
        """How many different texts the encoder was asked for."""
        return len(self._made)

    def take(self, keys: NDArray[np.uint8]) -> None:
        """Count vectors with these keys, which are taken over from the served build."""
        self._taken.append(keys)

    def fill(self, texts: Iterator[Wanted], kind: str) -> Iterator[tuple[int, int]]:
        """Write the vector and the key of each (row, key, text); gives (done, embedded) of every few, as it goes."""
        encode = self._encoder.encode_queries if kind == "question" else self._encoder.encode_passages
        while batch := list(_some(texts)):
            names = [hashlib.sha256(f"{self._encoder.digest} {kind} {text}".encode()).digest() for *_, text in batch]
            vectors = [self._vector(name) for name in names]
            missing = {
                name: text for name, (*_, text), known in zip(names, batch, vectors, strict=True) if known is None
            }
            fresh = dict(zip(missing, encode(list(missing.values())), strict=True))
            if self._journal:
                self._journal.add(fresh)
            for (row, key, _), name, known in zip(batch, names, vectors, strict=True):
                row[:] = fresh[name] if known is None else known
                key[:] = np.frombuffer(name, dtype=np.uint8)
                # The row and not what the encoder gave, so that there are not two of each in memory.
                self._known.setdefault(name, row)
            self._made.update(fresh)
            self._reused.update(name for name in names if name not in self._made)
            yield len(batch), len(fresh)

    def _vector(self, key: bytes) -> NDArray[np.float32] | None:
        found = self._known.get(key)
        return self.earlier.vector(key) if found is None else found


def _some(texts: Iterator[Wanted]) -> Iterator[Wanted]:
    """The next of the texts, until there are enough for one step."""
    signs = 0
    for each in texts:
        yield each
        signs += len(each[2])
        if signs >= _AT_A_TIME:
            return
