"""Where passage vectors are kept and searched: one contract, back ends from a table, opened only when asked for.

A store gives ids and cosines and never pads a short result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, Self, cast

import numpy as np
from numpy.typing import NDArray

from ldnqa.errors import MissingExtra

DEFAULT_STORE = "faiss"

# Unit rows, in arrays that follow each other; at least one array, which may be empty.
Blocks = Sequence[NDArray[np.float32]]


class Store(Protocol):
    """Unit vectors under ids, searched by cosine: exactly up to some tens of thousands, beyond that with a recall of
    the ten nearest of at least 0.98.
    """

    def __len__(self) -> int:
        """How many vectors are kept."""
        ...

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: Collection[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each unit row of `vectors` up to `k` (id, cosine), best first; among equals the first of the store.

        `allowed` limits what may be found before the best are chosen, so k of them are found if there are k; None
        allows all, and ids that are not kept are ignored. Fewer than `k` are returned when there are no more. A
        query's result does not depend on the queries beside it.
        """
        ...

    @classmethod
    def save(cls, path: Path, vectors: Blocks) -> None:
        """Write into the folder `path`, which exists, what `open` needs beside the vectors."""
        ...

    @classmethod
    def open(cls, path: Path, ids: Sequence[str], vectors: Blocks) -> Self:
        """The store of the vectors that were given to `save`, under an id each; ValueError, KeyError or OSError if
        these do not fit together.
        """
        ...


class _BackEnd(NamedTuple):
    module: str
    type: str
    install: str


_BACK_ENDS = {
    "faiss": _BackEnd("ldnqa.stores.faiss", "FaissStore", "pip install faiss-cpu"),
    "milvus": _BackEnd("ldnqa.stores.milvus", "MilvusStore", "pip install 'ldnqa[milvus]'"),
}


def store_type(name: str) -> type[Store]:
    """The back end of that name; ValueError for an unknown name, MissingExtra if its package is not installed."""
    if name not in _BACK_ENDS:
        raise ValueError(f"no vector store is called {name!r}; there are: {', '.join(sorted(_BACK_ENDS))}")
    back_end = _BACK_ENDS[name]
    try:
        module = import_module(back_end.module)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"the {name} store needs the package {error.name!r}; `{back_end.install}` installs it"
        ) from error
    return cast("type[Store]", getattr(module, back_end.type))


def check_rows(vectors: NDArray[np.float32], dimension: int) -> None:
    """ValueError if these are no rows of a store of that dimension."""
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise ValueError(f"vectors of shape {vectors.shape} in a store of dimension {dimension}")


def check_fit(ids: Sequence[str], vectors: Blocks) -> None:
    """ValueError unless all rows are of one width, and each has an id of its own."""
    for block in vectors:
        check_rows(block, vectors[0].shape[-1])
    if len(ids) != sum(map(len, vectors)):
        raise ValueError(f"{len(ids)} ids for {sum(map(len, vectors))} vectors")
    if len({*ids}) != len(ids):
        raise ValueError("an id was given twice")
