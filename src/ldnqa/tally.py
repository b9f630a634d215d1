"""How often each word stands in each of many texts, in numbers. What has not changed is taken over, not counted anew.

Words are numbered in their order, so that the same texts give the same numbers however they came to be counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_WORDS = "words.json"
_ARRAYS = ("starts", "texts", "counts")


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Counts of words in `size` numbered texts.

    Word n of `words`, which are in order, stands `counts[i]` times in the text `texts[i]`, for i from `starts[n]` up to
    `starts[n + 1]`, and nowhere else; the numbers of its texts rise.
    """

    words: Sequence[str]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    counts: NDArray[np.int32]
    size: int

    def totals(self) -> NDArray[np.int64]:
        """How often each word stands in all texts together."""
        ends = np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)])[self.starts]
        return np.diff(ends)

    def save(self, folder: Path) -> None:
        """Write it into `folder`, which exists."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        content = {"size": self.size, "words": self.words}
        (folder / _WORDS).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Tally:
        """What was saved in `folder`; ValueError, KeyError or OSError if its files do not fit together."""
        content = json.loads((folder / _WORDS).read_bytes())
        starts, texts, counts = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS)
        words, size = content["words"], content["size"]
        if len(starts) != len(words) + 1 or starts[0] != 0 or starts[-1] != len(texts) or len(texts) != len(counts):
            raise ValueError(f"the arrays in {folder.name} do not fit together")
        if len(texts) and not (texts.min() >= 0 and texts.max() < size and (np.diff(starts) > 0).all()):
            raise ValueError(f"the words in {folder.name} point at texts that are not there")
        return cls(words, starts, texts, counts, size)


NOTHING = Tally((), np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int32), 0)


def tally(
    size: int, fresh: Iterable[tuple[int, Iterable[str]]], old: Tally = NOTHING, kept: NDArray[np.int64] | None = None
) -> Tally:
    """The tally of `size` texts: those of `old` that are `kept`, and `fresh` ones, each with its number.

    `kept` has for each text of `old` its number now, or -1 for one that is gone.
    """
    moved = np.full(old.size, -1) if kept is None else kept
    rows = moved[old.texts]
    still = rows >= 0
    numbers = {word: number for number, word in enumerate(old.words)}
    new_rows: list[int] = []
    new_words: list[int] = []
    for row, words in fresh:
        known = len(new_words)
        new_words.extend([numbers.setdefault(word, len(numbers)) for word in words])
        new_rows.extend([row] * (len(new_words) - known))
    at = np.concatenate(
        [np.repeat(np.arange(len(old.words)), np.diff(old.starts))[still], np.array(new_words, np.int64)]
    )
    texts = np.concatenate([rows[still], np.array(new_rows, np.int64)])
    counts = np.concatenate([old.counts[still], np.ones(len(new_rows), np.int32)])

    names = list(numbers)
    used = sorted(np.flatnonzero(np.bincount(at, minlength=len(names))).tolist(), key=names.__getitem__)
    place = np.zeros(len(names), np.int64)
    place[used] = np.arange(len(used))
    # One number for each pair of word and text, by which the entries are put in order and those of a pair added up.
    pairs = place[at] * size + texts
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    summed = np.add.reduceat(counts[order], first) if len(first) else counts[:0]
    word_of, text_of = np.divmod(pairs[first], max(size, 1))
    starts = np.searchsorted(word_of, np.arange(len(used) + 1))
    return Tally(
        [names[number] for number in used],
        starts.astype(np.int64),
        text_of.astype(np.int32),
        summed.astype(np.int32),
        size,
    )
