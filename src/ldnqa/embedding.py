"""Texts to vectors, each text once: what an earlier build has is taken over bit for bit, the encoder makes the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from ldnqa.earlier import Earlier, Journal, Known
from ldnqa.encode import Encoder, Vectors

# Texts between two signs of progress: about a second on two cores.
_AT_A_TIME = 128


class Embedding:
    """Vectors for texts: those known already bit for bit, the others from the encoder, each text once."""

    def __init__(self, encoder: Encoder, earlier: Earlier, journal: Journal | None = None) -> None:
        self.earlier = earlier
        self._encoder = encoder
        self._journal = journal
        self._known: Known = {**(journal.read() if journal else {}), **earlier.known}
        self._from_before = frozenset(self._known)
        self._used: set[bytes] = set()

    @property
    def reused(self) -> int:
        """How many different texts were known before this build."""
        return len(self._used & self._from_before)

    @property
    def embedded(self) -> int:
        """How many different texts the encoder was asked for."""
        return len(self._used) - self.reused

    def take(
        self, kind: int, same: Container[str], owners: Sequence[str], rows: Vectors, keys: NDArray[np.uint8]
    ) -> list[int]:
        """Copy what the served build has for the articles in `same`, and give the rows that are still to be filled.

        `kind` is one of the four arrays of a build; `owners` has the article of each row.
        """
        missing: list[int] = []
        start = 0
        for article_id, group in groupby(owners):
            end = start + len(list(group))
            if article_id in same:
                old = self.earlier.rows[article_id][kind]
                rows[start:end] = self.earlier.vectors[kind][old]
                keys[start:end] = self.earlier.keys[kind][old]
                self._used.update(key.tobytes() for key in keys[start:end])
            else:
                missing += range(start, end)
            start = end
        return missing

    def fill(
        self, rows: Vectors, keys: NDArray[np.uint8], texts: Iterator[tuple[int, str]], kind: str
    ) -> Iterator[tuple[int, int]]:
        """Write the vector and the key of each (row, text); gives (done, embedded) of every few, as it goes."""
        encode = self._encoder.encode_queries if kind == "question" else self._encoder.encode_passages
        while batch := list(islice(texts, _AT_A_TIME)):
            names = [hashlib.sha256(f"{self._encoder.digest} {kind} {text}".encode()).digest() for _, text in batch]
            missing = {name: text for name, (_, text) in zip(names, batch, strict=True) if name not in self._known}
            fresh = dict(zip(missing, encode(list(missing.values())), strict=True))
            if self._journal:
                self._journal.add(fresh)
            for (row, _), name in zip(batch, names, strict=True):
                rows[row] = fresh[name] if name in fresh else self._known[name]
                keys[row] = np.frombuffer(name, dtype=np.uint8)
                # The row and not what the encoder gave, so that there are not two of each in memory.
                self._known.setdefault(name, rows[row])
            self._used.update(names)
            yield len(batch), len(fresh)
