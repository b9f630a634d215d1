"""Vectors in a flat FAISS index: exact, nothing to train or tune. The only module that knows faiss."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray


class FaissStore:
    """A `Store` of inner products over unit rows, which are cosines; the ids are kept beside in order of rows."""

    def __init__(self, dimension: int) -> None:
        self._index: faiss.Index = faiss.IndexFlatIP(dimension)
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        """How many vectors are kept."""
        return len(self._ids)

    def add(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep unit rows under their ids; ValueError if the shapes differ or an id is kept already."""
        self._check(vectors)
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        if len(set(ids)) != len(ids) or not self._rows.keys().isdisjoint(ids):
            raise ValueError("an id was given twice")
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        self._rows.update((id_, row) for row, id_ in enumerate(ids, start=len(self._ids)))
        self._ids.extend(ids)

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: Collection[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each unit row up to `k` (id, cosine), best first, the one added first among equals."""
        self._check(vectors)
        rows = None
        if allowed is not None:
            rows = np.unique(np.array([self._rows[i] for i in allowed if i in self._rows], dtype=np.int64))
        most = len(self._ids) if rows is None else len(rows)
        if k <= 0 or most == 0:
            return [[] for _ in vectors]
        parameters = None if rows is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
        # One query at a time: faiss sums batches of 20 and more in another order.
        return [self._search_one(vector[np.newaxis], k, most, parameters) for vector in vectors]

    def _search_one(
        self, query: NDArray[np.float32], k: int, most: int, parameters: faiss.SearchParameters | None
    ) -> list[tuple[str, float]]:
        depth = min(k + 1, most)
        while True:
            scores, rows = self._index.search(np.ascontiguousarray(query, dtype=np.float32), depth, params=parameters)
            # Equals that straddle the k-th place: look on until the last of them is in sight.
            if depth == most or scores[0, -1] < scores[0, k - 1]:
                break
            depth = min(2 * depth, most)
        found = sorted(
            (-score, row) for score, row in zip(scores[0].tolist(), rows[0].tolist(), strict=True) if row >= 0
        )
        # Rounding can take the cosine of a vector with itself past 1.
        return [(self._ids[row], max(-1.0, min(1.0, -score))) for score, row in found[:k]]

    def _check(self, vectors: NDArray[np.float32]) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self._index.d:
            raise ValueError(f"vectors of shape {vectors.shape} in a store of dimension {self._index.d}")

    def save(self, path: Path) -> None:
        """Write the vectors and their ids into the folder `path`, which exists."""
        # Through Python's own files, so that a full disk is an OSError.
        (path / "vectors.faiss").write_bytes(faiss.serialize_index(self._index).tobytes())
        (path / "ids.json").write_text(json.dumps(self._ids, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> Self:
        """What `save` wrote. Only for files known to be whole: faiss trusts what it reads."""
        index = faiss.deserialize_index(np.frombuffer((path / "vectors.faiss").read_bytes(), dtype=np.uint8))
        ids = json.loads((path / "ids.json").read_text(encoding="utf-8"))
        if index.ntotal != len(ids) or len(set(ids)) != len(ids):
            raise ValueError("the vectors and their ids do not fit together")
        store = cls(index.d)
        store._index = index
        store._ids = ids
        store._rows = {id_: row for row, id_ in enumerate(ids)}
        return store
