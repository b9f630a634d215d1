"""BM25 over the terms of passages: rows and scores, best first, never padded, never a row that shares no term.

The only module that knows bm25s. Its arrays are saved as plain .npy and JSON; nothing is pickled.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

# Anserini's defaults for passages, which suit short texts of similar length better than the classic 1.2 and 0.75:
# Yang, Fang and Lin, "Anserini: Reproducible Ranking Baselines Using Lucene", JDIQ 2018.
K1 = 0.9
B = 0.4

logging.getLogger("bm25s").setLevel(logging.WARNING)


class Lexical:
    """A BM25 index (Lucene's variant: every shared term counts for something) over numbered texts."""

    def __init__(self, vocabulary: Sequence[str], postings: Mapping[str, NDArray[Any]], count: int) -> None:
        self._vocabulary = {term: number for number, term in enumerate(vocabulary)}
        self._postings = postings
        self._count = count

    def __len__(self) -> int:
        """How many texts are indexed."""
        return self._count

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]]) -> Lexical:
        """The index of `texts`, each given as its terms; row n is the n-th of them."""
        numbers: dict[str, int] = {}
        # Numbered by first sight, not by a set's order, so that the same texts give the same bytes.
        rows = [[numbers.setdefault(term, len(numbers)) for term in text] for text in texts]
        if not numbers:
            empty = {
                "data": np.empty(0, dtype=np.float32),
                "indices": np.empty(0, dtype=np.int32),
                "indptr": np.zeros(1, dtype=np.int32),
            }
            return cls([], empty, len(rows))
        bm25 = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float32", int_dtype="int32")
        bm25.index((rows, numbers), create_empty_token=False, show_progress=False)
        return cls(list(numbers), {key: bm25.scores[key] for key in ("data", "indices", "indptr")}, len(rows))

    def __contains__(self, term: str) -> bool:
        """Whether any text has this term."""
        return term in self._vocabulary

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency, ln(1 + (n - df + 0.5) / (df + 0.5)): above 0, highest if unknown."""
        number = self._vocabulary.get(term)
        starts = self._postings["indptr"]
        frequency = 0 if number is None else int(starts[number + 1] - starts[number])
        return math.log1p((self._count - frequency + 0.5) / (frequency + 0.5))

    def search(self, terms: Mapping[str, float], k: int, allowed: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Up to `k` (row, score) with a score above 0, best first, the lower row first among equals.

        Each term counts by its weight. `allowed` limits the rows that may be found; unknown terms find nothing.
        """
        if k <= 0:
            return []
        scores = np.zeros(self._count, dtype=np.float32)
        starts, places, values = (self._postings[key] for key in ("indptr", "indices", "data"))
        # In the order of the vocabulary, so that the same terms give the same sum to the last bit.
        wanted = sorted((self._vocabulary[term], weight) for term, weight in terms.items() if term in self._vocabulary)
        for number, weight in wanted:
            of_term = slice(starts[number], starts[number + 1])
            scores[places[of_term]] += np.float32(weight) * values[of_term]
        rows = np.flatnonzero(scores > 0)
        if allowed is not None:
            rows = np.intersect1d(rows, np.fromiter(allowed, dtype=np.int64, count=len(allowed)))
        best = rows[np.argsort(-scores[rows], kind="stable")][:k]
        return [(int(row), float(scores[row])) for row in best]

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which exists."""
        for key, array in self._postings.items():
            np.save(folder / f"{key}.npy", array, allow_pickle=False)
        content = {"count": self._count, "terms": list(self._vocabulary)}
        (folder / "terms.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Lexical:
        """The index saved in `folder`; ValueError, KeyError or OSError if its files do not fit together."""
        content = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        postings = {key: np.load(folder / f"{key}.npy", allow_pickle=False) for key in ("data", "indices", "indptr")}
        terms, count = content["terms"], content["count"]
        data, indices, indptr = postings.values()
        if len(indptr) != len(terms) + 1 or indptr[-1] != len(data) or len(data) != len(indices):
            raise ValueError("the arrays of the word index do not fit together")
        if len(indices) and not (indices.min() >= 0 and indices.max() < count):
            raise ValueError("the word index points at texts that are not there")
        return cls(terms, postings, count)
