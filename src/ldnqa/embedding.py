"""Texts to vectors, each text once: what an earlier build has is taken over bit for bit, the encoder makes the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ldnqa.earlier import Earlier, Journal, Known, split_keys
from ldnqa.encode import Encoder, Vectors

# Texts between two signs of progress: about a second on two cores.
_AT_A_TIME = 128


class Embedding:
    """Vectors for texts: those known already bit for bit, the others from the encoder, each text once."""

    def __init__(self, encoder: Encoder, earlier: Earlier, journal: Journal | None = None) -> None:
        self.earlier = earlier
        self._encoder = encoder
        self._journal = journal
        self._known: Known = journal.read() if journal else {}
        self._reused: set[bytes] = set()
        self._made: set[bytes] = set()

    @property
    def reused(self) -> int:
        """How many different texts were known before this build."""
        return len(self._reused)

    @property
    def embedded(self) -> int:
        """How many different texts the encoder was asked for."""
        return len(self._made)

    def take(
        self, kind: int, same: Iterable[slice], now: Iterable[slice], rows: Vectors, keys: NDArray[np.uint8]
    ) -> None:
        """Copy what the served build has in the rows `same` to the rows `now`; `kind` is one of the four arrays."""
        for old, new in _runs(same, now):
            rows[new] = self.earlier.vectors[kind][old]
            keys[new] = self.earlier.keys[kind][old]
            self._reused.update(split_keys(keys[new]))

    def fill(
        self, rows: Vectors, keys: NDArray[np.uint8], texts: Iterator[tuple[int, str]], kind: str
    ) -> Iterator[tuple[int, int]]:
        """Write the vector and the key of each (row, text); gives (done, embedded) of every few, as it goes."""
        encode = self._encoder.encode_queries if kind == "question" else self._encoder.encode_passages
        while batch := list(islice(texts, _AT_A_TIME)):
            names = [hashlib.sha256(f"{self._encoder.digest} {kind} {text}".encode()).digest() for _, text in batch]
            vectors = [self._vector(name) for name in names]
            missing = {
                name: text for name, (_, text), known in zip(names, batch, vectors, strict=True) if known is None
            }
            fresh = dict(zip(missing, encode(list(missing.values())), strict=True))
            if self._journal:
                self._journal.add(fresh)
            for (row, _), name, known in zip(batch, names, vectors, strict=True):
                rows[row] = fresh[name] if known is None else known
                keys[row] = np.frombuffer(name, dtype=np.uint8)
                # The row and not what the encoder gave, so that there are not two of each in memory.
                self._known.setdefault(name, rows[row])
            self._made.update(fresh)
            self._reused.update(name for name in names if name not in self._made)
            yield len(batch), len(fresh)

    def _vector(self, key: bytes) -> NDArray[np.float32] | None:
        found = self._known.get(key)
        return self.earlier.vector(key) if found is None else found


def _runs(same: Iterable[slice], now: Iterable[slice]) -> Iterator[tuple[slice, slice]]:
    """Pairs of slices, those that follow each other on both sides as one: few large copies take a tenth of the time."""
    run: tuple[slice, slice] | None = None
    for old, new in zip(same, now, strict=True):
        if run and run[0].stop == old.start and run[1].stop == new.start:
            run = slice(run[0].start, old.stop), slice(run[1].start, new.stop)
            continue
        if run:
            yield run
        run = old, new
    if run:
        yield run
