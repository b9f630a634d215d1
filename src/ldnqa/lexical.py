"""BM25 over the terms of passages: rows and scores, best first, never padded, never a row that shares no term.

Scores are made of the counts when an index is opened, which takes less than reading them would.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.tally import Tally, tally

# Anserini's defaults for passages, which suit short texts of similar length better than the classic 1.2 and 0.75:
# Yang, Fang and Lin, "Anserini: Reproducible Ranking Baselines Using Lucene", JDIQ 2018.
K1 = 0.9
B = 0.4
# Of so few texts a sum over all of them takes half the time of one over those that have the term; a term takes 1.6 kB.
_FEW = 400


class Lexical:
    """A BM25 index (Lucene's variant: every shared term counts for something) over numbered texts."""

    def __init__(self, counted: Tally) -> None:
        self.counted = counted
        self._numbers = {term: number for number, term in enumerate(counted.words)}
        self._scores = _scores(counted)
        self._rarities: dict[str, float] = {}
        self._of_each: dict[int, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        """How many texts are indexed."""
        return self.counted.size

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]]) -> Lexical:
        """The index of `texts`, each given as its terms; row n is the n-th of them."""
        rows = list(texts)
        return cls(tally(len(rows), enumerate(rows)))

    def __contains__(self, term: str) -> bool:
        """Whether any text has this term."""
        return term in self._numbers

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency, ln(1 + (n - df + 0.5) / (df + 0.5)): above 0, highest if unknown."""
        known = self._rarities.get(term)
        if known is None:
            number = self._numbers.get(term)
            if number is None:
                return math.log1p((len(self) + 0.5) / 0.5)
            frequency = int(self.counted.starts[number + 1] - self.counted.starts[number])
            known = self._rarities[term] = math.log1p((len(self) - frequency + 0.5) / (frequency + 0.5))
        return known

    def search(
        self, terms: Mapping[str, float], k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Up to `k` (row, score) with a score above 0, best first, the lower row first among equals.

        Each term counts by its weight. `allowed` limits the rows that may be found; unknown terms find nothing.
        """
        scores = self.scores(terms)
        best = self.best(scores, k, allowed)
        return list(zip(best.tolist(), scores[best].tolist(), strict=True))

    def scores(self, terms: Mapping[str, float]) -> NDArray[np.float32]:
        """The score of every row for terms that each count by their weight, shape (len(self),)."""
        scores = np.zeros(len(self), dtype=np.float32)
        starts, places = self.counted.starts, self.counted.texts
        # In the order of the words, so that the same terms give the same sum to the last bit.
        wanted = sorted((self._numbers[term], weight) for term, weight in terms.items() if term in self._numbers)
        for number, weight in wanted:
            if len(self) <= _FEW:
                scores += np.float32(weight) * self._of_every_text(number)
            else:
                of_term = slice(starts[number], starts[number + 1])
                scores[places[of_term]] += np.float32(weight) * self._scores[of_term]
        return scores

    def _of_every_text(self, number: int) -> NDArray[np.float32]:
        """What a term counts for in each text, 0 where it is not."""
        found = self._of_each.get(number)
        if found is None:
            of_term = slice(self.counted.starts[number], self.counted.starts[number + 1])
            found = np.zeros(len(self), dtype=np.float32)
            found[self.counted.texts[of_term]] = self._scores[of_term]
            self._of_each[number] = found
        return found

    def best(self, scores: NDArray[np.float32], k: int, allowed: Collection[int] | None = None) -> NDArray[np.int64]:
        """Up to `k` of the rows that score above 0, best first, the lower row first among equals."""
        if allowed is None:
            rows = np.flatnonzero(scores > 0)
        else:
            rows = np.unique(np.fromiter(allowed, dtype=np.int64, count=len(allowed)))
            rows = rows[scores[rows] > 0]
        return rows[np.argsort(-scores[rows], kind="stable")][: max(k, 0)]

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which exists."""
        self.counted.save(folder)

    @classmethod
    def open(cls, folder: Path) -> Lexical:
        """The index saved in `folder`; ValueError, KeyError or OSError if its files do not fit together."""
        return cls(Tally.open(folder))


def _scores(counted: Tally) -> NDArray[np.float32]:
    """What each word counts for in each of its texts: idf * tf / (tf + k1 * (1 - b + b * length / mean length)).

    Kamphuis, de Vries, Boytsov and Lin, "Which BM25 Do You Mean?", ECIR 2020, table 1, "Lucene (accurate)".
    """
    lengths = np.bincount(counted.texts, weights=counted.counts, minlength=counted.size)
    frequency = np.diff(counted.starts)
    rarity = np.log(1 + (counted.size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    mean = lengths.mean() if len(counted.texts) else 1.0
    saturation = counted.counts / (K1 * ((1 - B) + B * lengths[counted.texts] / mean) + counted.counts)
    scores: NDArray[np.float32] = (np.repeat(rarity, frequency) * saturation).astype(np.float32)
    return scores
