"""Vectors in Milvus, for more passages than one machine holds or more servers than one. The only module that knows it.

A store is in memory until it is saved; then its vectors are a collection of the server that LDNQA_MILVUS_URI names,
called by the digest of what is in it, and never changed again. The folder of the build keeps the ids and that name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient, MilvusException

from ldnqa.errors import StoreUnreachable
from ldnqa.settings import Settings
from ldnqa.stores import check_new, check_rows

# Up to here Milvus compares with every vector, above it walks a graph of them.
EXACT_UP_TO = 50_000
# Graph of 16 neighbours, built looking at 200 and searched looking at 128: recall@10 of 0.98 and more is usual there.
_GRAPH = {"M": 16, "efConstruction": 200}
_LOOKED_AT = 128
# Milvus takes requests of up to 64 MB; this many vectors of 1,024 numbers are 16 MB.
_AT_A_TIME = 4096
# Seconds to wait for a connection: a server that is there answers at once.
_PATIENCE = 5
# The most that Milvus gives for one question.
_MOST = 16_384


class MilvusStore:
    """A `Store` whose rows are numbered in the order they were added; Milvus keeps the numbers and the vectors."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._vectors: NDArray[np.float32] = np.empty((0, dimension), dtype=np.float32)
        self._client: Any = None
        self._collection = ""

    def __len__(self) -> int:
        """How many vectors are kept."""
        return len(self._ids)

    def add(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep unit rows under their ids; ValueError if the shapes differ or an id is kept already."""
        check_rows(vectors, self._dimension)
        if self._collection:
            raise ValueError("a store that was saved takes no more vectors; add them all to a new one")
        check_new(ids, vectors, self._rows)
        self._vectors = np.concatenate([self._vectors, vectors.astype(np.float32)])
        self._rows.update((id_, row) for row, id_ in enumerate(ids, start=len(self._ids)))
        self._ids.extend(ids)

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: Collection[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each unit row up to `k` (id, cosine), best first, the one added first among equals."""
        check_rows(vectors, self._dimension)
        rows = None if allowed is None else sorted({self._rows[id_] for id_ in allowed if id_ in self._rows})
        most = min(len(self._ids) if rows is None else len(rows), _MOST)
        if k <= 0 or most == 0:
            return [[] for _ in vectors]
        return [self._search_one(vector, min(k, most), most, rows) for vector in vectors]

    def _search_one(
        self, query: NDArray[np.float32], k: int, most: int, rows: list[int] | None
    ) -> list[tuple[str, float]]:
        depth = min(k + 1, most)
        while True:
            found = sorted(self._nearest(query, depth, rows))
            # Equals that straddle the k-th place: look on until the last of them is in sight.
            if depth == most or len(found) < depth or found[-1][0] > found[k - 1][0]:
                break
            depth = min(2 * depth, most)
        return [(self._ids[row], max(-1.0, min(1.0, -score))) for score, row in found[:k]]

    def _nearest(self, query: NDArray[np.float32], depth: int, rows: list[int] | None) -> list[tuple[float, int]]:
        """(-cosine, row) of the nearest."""
        if not self._collection:
            scores = self._vectors @ query
            among = np.arange(len(scores)) if rows is None else np.array(rows)
            best = among[np.argsort(-scores[among], kind="stable")[:depth]]
            return [(-float(scores[row]), int(row)) for row in best]
        [found] = self._client.search(
            self._collection,
            data=[query.astype(np.float32).tolist()],
            limit=depth,
            filter="" if rows is None else f"row in {rows}",
            search_params={"metric_type": "IP", "params": {"ef": max(_LOOKED_AT, depth)}},
        )
        return [(-float(hit["distance"]), int(hit["row"])) for hit in found]

    def save(self, path: Path) -> None:
        """Put the vectors on the server, if they are not there, and the ids into the folder `path`, which exists."""
        if not self._collection and self._ids:
            digest = hashlib.sha256(json.dumps(self._ids).encode() + self._vectors.tobytes()).hexdigest()
            self._collection = f"ldnqa_{digest[:32]}"
            self._client = _connect()
            _upload(self._client, self._collection, self._vectors)
        content = {"dimension": self._dimension, "collection": self._collection, "ids": self._ids}
        (path / "milvus.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> Self:
        """What `save` wrote; ValueError if the server lacks some of it, StoreUnreachable if it does not answer."""
        content = json.loads((path / "milvus.json").read_text(encoding="utf-8"))
        store = cls(int(content["dimension"]))
        store._ids = content["ids"]
        store._rows = {id_: row for row, id_ in enumerate(store._ids)}
        store._collection = content["collection"]
        if len(store._rows) != len(store._ids):
            raise ValueError("an id is there twice")
        if store._collection:
            store._client = _connect()
            kept = _count(store._client, store._collection)
            if kept != len(store._ids):
                raise ValueError(f"the Milvus collection {store._collection} has {kept} of {len(store._ids)} vectors")
        return store


def _connect() -> Any:
    uri = Settings().milvus_uri
    try:
        return MilvusClient(uri, timeout=_PATIENCE)
    except MilvusException as error:
        raise StoreUnreachable(
            f"no Milvus answers at {uri} ({error.message}); start it (`docker compose up -d milvus`), or set "
            "LDNQA_MILVUS_URI to where it is"
        ) from error


def _count(client: Any, collection: str) -> int:
    if not client.has_collection(collection):
        return 0
    client.load_collection(collection)
    [row] = client.query(collection, filter="", output_fields=["count(*)"])
    return int(row["count(*)"])


def _upload(client: Any, collection: str, vectors: NDArray[np.float32]) -> None:
    """Make the collection; one that an upload left unfinished is made again."""
    if _count(client, collection) == len(vectors):
        return
    if client.has_collection(collection):
        client.drop_collection(collection)
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    index = MilvusClient.prepare_index_params()
    if len(vectors) <= EXACT_UP_TO:
        index.add_index("vector", index_type="FLAT", metric_type="IP")
    else:
        index.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
    client.create_collection(collection, schema=schema, index_params=index, consistency_level="Strong")
    for start in range(0, len(vectors), _AT_A_TIME):
        block = vectors[start : start + _AT_A_TIME]
        rows = [{"row": row, "vector": vector.tolist()} for row, vector in enumerate(block, start=start)]
        client.insert(collection, rows)
    client.flush(collection)
