"""A build is kept in pieces, each made of articles that follow each other by id, so that an edit rewrites one of them.

Invariant: which articles share a piece depends on their ids alone, and a piece's name on all that it is made from. So
the same articles make the same pieces whichever way they came to be there.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from mmap import MADV_DONTNEED, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import Vectors
from ldnqa.manifest import PIECE_DIGITS, Piece

# Articles and their passages as JSON lines, all articles first; the vectors of passages, quotes, questions and titles,
# in this order; and for each vector, in 32 bytes, of which text and by which model it was made.
TEXTS = "texts"
VECTORS = "vectors"
KEYS = "keys"
KINDS = ("passages", "quotes", "questions", "articles")
OF_PASSAGES, OF_QUOTES, OF_QUESTIONS, OF_TITLES = range(len(KINDS))
KEY_BYTES = hashlib.sha256().digest_size

# A piece ends with every 64th article, by chance: of 12,000 short articles an edit rewrites some 3 MB of 340.
_ENDS_OF_256 = 4


def cut(articles: Iterable[str]) -> list[list[str]]:
    """Ids in pieces. A piece ends where the digest of an id says so, so that another article moves no other border."""
    pieces: list[list[str]] = [[]]
    for id_ in articles:
        pieces[-1].append(id_)
        if hashlib.sha256(id_.encode()).digest()[0] < _ENDS_OF_256:
            pieces.append([])
    return [piece for piece in pieces if piece]


def name_of(made_from: Iterable[str]) -> str:
    """The name of a piece that is made from this."""
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:PIECE_DIGITS]


def files_of(name: str) -> tuple[str, str, str]:
    """The files of a piece in its build's folder: texts, vectors and keys."""
    return f"{TEXTS}/{name}.jsonl", f"{VECTORS}/{name}.npy", f"{KEYS}/{name}.npy"


def kinds(piece: Piece) -> tuple[int, ...]:
    """How many vectors of each kind a piece has, in their order; the title of each article has one."""
    return tuple(getattr(piece, kind) for kind in KINDS)


def read_vectors(folder: Path, piece: Piece) -> list[Vectors]:
    """The vectors of a piece of the build in `folder`, an array for each kind; ValueError if they are not what the
    manifest says.

    They are read-only and mapped: the system keeps in memory what is used, and can drop it. A build's files are never
    changed, and a mapped one that is deleted stays readable.
    """
    name = files_of(piece.name)[1]
    array = np.load(folder / name, mmap_mode="r", allow_pickle=False)
    if array.dtype != np.float32 or array.ndim != 2 or len(array) != sum(kinds(piece)):
        raise ValueError(f"{name} does not hold the vectors of its piece")
    return by_kind(np.asarray(array), piece)


def by_kind(rows: NDArray[Any], piece: Piece) -> list[NDArray[Any]]:
    """The rows of each kind among those of a piece."""
    return [rows[start:end] for start, end in pairwise(accumulate(kinds(piece), initial=0))]


class Stack:
    """Read-only rows of several arrays, numbered as if they were one. They are copied only where they have to be."""

    def __init__(self, blocks: Sequence[Vectors]) -> None:
        self.blocks = [block for block in blocks if len(block)] or list(blocks[:1])
        self._ends = list(accumulate(map(len, self.blocks)))

    def __len__(self) -> int:
        return self._ends[-1]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), self.blocks[0].shape[1]

    def __getitem__(self, rows: int | slice | Sequence[int] | NDArray[np.intp]) -> Vectors:
        """A row, rows that follow each other, or the rows with these numbers, which count from 0."""
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            at = bisect_right(self._ends, start) if start < len(self) else 0
            if stop <= self._ends[at]:
                first = self._ends[at] - len(self.blocks[at])
                return self.blocks[at][start - first : max(stop, start) - first]
            rows = range(start, stop)
        if isinstance(rows, int | np.integer):
            at = bisect_right(self._ends, rows)
            row: Vectors = self.blocks[at][rows - self._ends[at]]
            return row
        numbers = np.asarray(rows, np.intp)
        if len(self.blocks) == 1:
            return self.blocks[0][numbers]
        found = np.empty((len(numbers), self.shape[1]), self.blocks[0].dtype)
        of_block = np.searchsorted(self._ends, numbers, side="right")
        for at in np.unique(of_block):
            block = self.blocks[at]
            found[of_block == at] = block[numbers[of_block == at] - (self._ends[at] - len(block))]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.concatenate(self.blocks).astype(dtype or np.float32, copy=False)


class Taken:
    """Read-only rows of a stack, those with the given numbers in their order: read whenever they are asked for."""

    def __init__(self, stack: Stack, numbers: Sequence[int] | NDArray[np.intp]) -> None:
        self._stack = stack
        self._numbers = np.asarray(numbers, np.intp)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), self._stack.shape[1]

    def __getitem__(self, rows: int | slice | Sequence[int] | NDArray[np.intp | np.bool_]) -> Vectors:
        return self._stack[self._numbers[rows]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype)


def let_go(rows: Vectors) -> None:
    """Gives the memory of mapped rows, and of all that lies in the same file, back to the system. Whoever uses them
    again has them read again.
    """
    held: Any = rows
    while isinstance(held, np.ndarray):
        held = held.base
    if isinstance(held, mmap):
        held.madvise(MADV_DONTNEED)
