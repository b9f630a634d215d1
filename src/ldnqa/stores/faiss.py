"""Vectors in FAISS: exact while that is quick, then in lists of which only the nearest are read, which is checked.

An exact store is made of the vectors whenever it is opened, and has nothing of its own on the disk. One with lists
reads as many of them as it takes to find what exact search finds, measured when it is saved, and all of them when only
some passages are allowed. The only module that knows faiss.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ldnqa.stores import Blocks, check_fit, check_rows

# It takes a tenth of a second to import, and the first question of a small index is answered without a search.
if TYPE_CHECKING:
    import faiss
elif find_spec("faiss") is None:
    raise ModuleNotFoundError("No module named 'faiss'", name="faiss")

# Up to here exact search takes no longer than the encoder does for the question: see docs/scaling.md.
EXACT_UP_TO = 50_000
# Lists for each root of the number of vectors: faiss's own guideline is 4 to 16, fewer train faster.
_LISTS_PER_ROOT = 4
# Vectors for each list to train on; faiss asks for at least 39.
_TRAINED_ON = 40
# Share of the 10 nearest that must be found, on questions that lie between vectors as real ones do.
_RECALL = 0.99
_TRIED, _NEAREST = 200, 10

_LISTS = "vectors.faiss"
# How many of the lists to read for a question; 0 if there are none.
_READ = "read.json"


class FaissStore:
    """A `Store` of inner products over unit rows, which are cosines; the ids are kept beside in order of rows."""

    def __init__(self, ids: Sequence[str], vectors: Blocks) -> None:
        """An exact store; ValueError if the ids and the vectors do not fit together."""
        check_fit(ids, vectors)
        self._vectors = vectors
        self._ids = ids
        self._rows = {id_: row for row, id_ in enumerate(ids)}
        self._read = 0

    @cached_property
    def _index(self) -> faiss.Index:
        return _flat(self._vectors)

    @property
    def kind(self) -> str:
        """ "exact", or how many lists of how many are read."""
        return f"{self._read} of {self._lists} lists" if self._read else "exact"

    def __len__(self) -> int:
        """How many vectors are kept."""
        return len(self._ids)

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: Collection[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each unit row up to `k` (id, cosine), best first, the one added first among equals."""
        check_rows(vectors, self._index.d)
        rows = None
        if allowed is not None:
            rows = np.unique(np.array([self._rows[i] for i in allowed if i in self._rows], dtype=np.int64))
        most = len(self._ids) if rows is None else len(rows)
        if k <= 0 or most == 0:
            return [[] for _ in vectors]
        # One query at a time: faiss sums batches of 20 and more in another order.
        return [self._search_one(vector[np.newaxis], k, most, rows) for vector in vectors]

    def _search_one(
        self, query: NDArray[np.float32], k: int, most: int, rows: NDArray[np.int64] | None
    ) -> list[tuple[str, float]]:
        query = np.ascontiguousarray(query, dtype=np.float32)
        depth = min(k + 1, most)
        # Allowed passages may lie in any list.
        lists = self._read if rows is None else self._lists
        while True:
            scores, found = self._index.search(query, depth, params=_parameters(lists, rows))
            if found[0, min(k, most) - 1] < 0:
                # The lists that were read hold fewer than k.
                lists = self._lists
            # Equals that straddle the k-th place: look on until the last of them is in sight.
            elif depth == most or scores[0, -1] < scores[0, k - 1]:
                break
            else:
                depth = min(2 * depth, most)
        scores, found = scores[found >= 0], found[found >= 0]
        best = np.lexsort((found, -scores))[:k]
        return self._named(found[best], scores[best])

    def _named(self, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> list[tuple[str, float]]:
        # Rounding can take the cosine of a vector with itself past 1.
        cosines = np.minimum(np.maximum(scores, -1), 1).tolist()
        return [(self._ids[row], cosine) for row, cosine in zip(rows.tolist(), cosines, strict=True)]

    @property
    def _lists(self) -> int:
        index: Any = self._index
        return int(index.nlist) if self._read else 0

    @classmethod
    def save(cls, path: Path, vectors: Blocks) -> None:
        """Write into the folder `path` how many lists to read, and the lists of more than EXACT_UP_TO vectors."""
        read = 0
        if sum(map(len, vectors)) > EXACT_UP_TO:
            import faiss

            index, read = _in_lists(_flat(vectors))
            # Through Python's own files, so that a full disk is an OSError.
            (path / _LISTS).write_bytes(faiss.serialize_index(index).data)
        (path / _READ).write_text(json.dumps(read), encoding="utf-8")

    @classmethod
    def open(cls, path: Path, ids: Sequence[str], vectors: Blocks) -> Self:
        """The store that was saved. Only for files known to be whole: faiss trusts what it reads."""
        read = json.loads((path / _READ).read_bytes())
        if not read:
            return cls(ids, vectors)
        import faiss

        check_fit(ids, vectors)
        store = cls((), [vectors[0][:0]])
        store._index = faiss.deserialize_index(np.frombuffer((path / _LISTS).read_bytes(), dtype=np.uint8))
        store._ids = ids
        store._rows = {id_: row for row, id_ in enumerate(ids)}
        store._read = int(read)
        if store._index.ntotal != len(ids) or not 0 < store._read <= store._lists:
            raise ValueError("the lists do not fit the vectors")
        return store


def _flat(vectors: Blocks) -> faiss.Index:
    import faiss

    index = faiss.IndexFlatIP(vectors[0].shape[1])
    index.add(np.concatenate(vectors))
    return index


def _parameters(lists: int, rows: NDArray[np.int64] | None) -> faiss.SearchParameters | None:
    import faiss

    selector = {} if rows is None else {"sel": faiss.IDSelectorBatch(rows)}
    if lists:
        return faiss.SearchParametersIVF(nprobe=lists, **selector)  # type: ignore[call-arg]
    return faiss.SearchParameters(**selector) if selector else None


def _vectors_of(flat: faiss.Index) -> NDArray[np.float32]:
    """The rows of a flat index, where it has them; they are gone when it is."""
    import faiss

    rows: Any = faiss.downcast_index(flat)
    vectors: NDArray[np.float32] = faiss.rev_swig_ptr(rows.get_xb(), flat.ntotal * flat.d).reshape(flat.ntotal, flat.d)
    return vectors


def _in_lists(flat: faiss.Index) -> tuple[faiss.Index, int]:
    """The vectors of a flat index in lists, and how many of the lists have to be read."""
    import faiss

    count, dimension = flat.ntotal, flat.d
    vectors = _vectors_of(flat)
    lists = int(_LISTS_PER_ROOT * count**0.5)
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.max_points_per_centroid = _TRAINED_ON
    # Evenly spread, and not by chance: the same vectors make the same lists.
    sample = vectors[:: max(1, count // (lists * _TRAINED_ON))]
    index.train(np.ascontiguousarray(sample))
    index.add(vectors)

    one, other = (np.linspace(0, count - 1, _TRIED + shift, dtype=np.int64)[:_TRIED] for shift in (0, 7))
    questions = vectors[one] + vectors[np.roll(other, _TRIED // 2)]
    questions /= np.maximum(np.linalg.norm(questions, axis=1, keepdims=True), 1e-9)
    expected = flat.search(questions, _NEAREST)[1]
    read = 1
    while read < lists:
        found = index.search(questions, _NEAREST, params=faiss.SearchParametersIVF(nprobe=read))[1]  # type: ignore[call-arg]
        if np.mean([np.isin(a, b).mean() for a, b in zip(expected, found, strict=True)]) >= _RECALL:
            break
        read = min(2 * read, lists)
    return index, read
