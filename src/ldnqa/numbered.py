"""The terms of texts as numbers, so that all texts that were found are held against a question at once.

What a question wants are groups of terms; each group is a bit, and a text has the bits of the groups it has a term of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.wanted import Weighted

Bits = NDArray[np.uint64]
_WORD = (1 << 64) - 1


class Numbered(NamedTuple):
    """The terms of texts as numbers above 0, a text after the other, each led by a 0; `lengths` counts these, too."""

    terms: NDArray[np.int32]
    lengths: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Iterable[Iterable[str]], numbers: Numbers) -> Numbered:
        """Those of some texts."""
        each = [[0, *(numbers[term] for term in text)] for text in texts]
        joined = [number for text in each for number in text]
        return cls(np.array(joined, np.int32), np.array([len(text) for text in each], np.int32))

    @classmethod
    def read(cls, texts: Sequence[bytes]) -> Numbered:
        """Those of texts whose terms are kept as bytes, each by itself."""
        terms = np.frombuffer(b"".join(texts), np.int32)
        return cls(terms, np.array([len(text) // terms.itemsize for text in texts], np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Numbered]) -> Numbered:
        """Those of all texts of the parts."""
        return cls(np.concatenate([part.terms for part in parts]), np.concatenate([part.lengths for part in parts]))


class Numbers(dict[str, int]):
    """A number for each term, from 1 on, given when it is first asked for. Safe to use from several threads."""

    def __init__(self) -> None:
        self._giving = Lock()

    def __missing__(self, term: str) -> int:
        with self._giving:
            return self.setdefault(term, len(self) + 1)


class Shares:
    """How much texts have of several things that are wanted: a column for each."""

    def __init__(self, wanted: Sequence[Weighted]) -> None:
        groups = [
            (column, group, weight / (one.whole or 1.0))
            for column, one in enumerate(wanted)
            for group, weight in one.groups
        ]
        self._words = len(groups) // 64 + 1
        self._weights = np.zeros((len(wanted), 64 * self._words))
        self._bits: dict[str, int] = {}
        self._of_numbers: Bits = np.zeros((self._words, 0), "<u8")
        for bit, (column, group, weight) in enumerate(groups):
            self._weights[column, bit] = weight
            for term in group:
                self._bits[term] = self._bits.get(term, 0) | 1 << bit

    def found(self, texts: Numbered, numbers: Mapping[str, int]) -> Bits:
        """For each text the bits of the groups it has a term of, shape (texts, words of 64)."""
        known = len(numbers)
        if self._of_numbers.shape[1] != known + 1:
            self._of_numbers = self._by_number(numbers, known)
        starts = texts.lengths.cumsum() - texts.lengths
        found = np.empty((len(starts), self._words), "<u8")
        for word, of_number in enumerate(self._of_numbers):
            found[:, word] = np.bitwise_or.reduceat(of_number[texts.terms], starts)
        return found

    def _by_number(self, numbers: Mapping[str, int], known: int) -> Bits:
        """The bits of the groups that have the term of each number up to `known`, shape (words of 64, known + 1)."""
        found = np.zeros((self._words, known + 1), "<u8")
        for term, bits in self._bits.items():
            if 0 < (number := numbers.get(term, 0)) <= known:
                found[:, number] = [bits >> 64 * word & _WORD for word in range(self._words)]
        return found

    def of(self, bits: Bits) -> NDArray[np.float64]:
        """The shares, 0 to 1, shape (texts, things wanted), of texts with these bits; each by itself."""
        has = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little").astype(np.float64)
        shares: NDArray[np.float64] = np.vecdot(has[:, np.newaxis], self._weights)
        return shares
