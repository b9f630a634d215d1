"""Vectors in Milvus, for more passages than one machine holds or more servers than one. The only module that knows it.

The vectors of a store are a collection of the server that LDNQA_MILVUS_URI names, called by the digest of what is in
it, and never changed again. The folder of the build keeps that name.
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
from ldnqa.stores import Blocks, check_fit, check_rows

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

_NAME = "milvus.json"


class MilvusStore:
    """A `Store` whose rows are numbered in their order; Milvus keeps the numbers and the vectors."""

    def __init__(self, ids: Sequence[str], dimension: int, collection: str) -> None:
        self._dimension = dimension
        self._ids = ids
        self._rows = {id_: row for row, id_ in enumerate(ids)}
        self._collection = collection
        self._client: Any = _connect() if collection else None

    def __len__(self) -> int:
        """How many vectors are kept."""
        return len(self._ids)

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
        [found] = self._client.search(
            self._collection,
            data=[query.astype(np.float32).tolist()],
            limit=depth,
            filter="" if rows is None else f"row in {rows}",
            search_params={"metric_type": "IP", "params": {"ef": max(_LOOKED_AT, depth)}},
        )
        return [(-float(hit["distance"]), int(hit["row"])) for hit in found]

    @classmethod
    def save(cls, path: Path, vectors: Blocks) -> None:
        """Put the vectors on the server, if they are not there, and the collection's name into the folder `path`."""
        rows = np.concatenate(vectors)
        collection = ""
        if len(rows):
            collection = f"ldnqa_{hashlib.sha256(rows.tobytes()).hexdigest()[:32]}"
            _upload(_connect(), collection, rows)
        (path / _NAME).write_text(json.dumps({"collection": collection}), encoding="utf-8")

    @classmethod
    def open(cls, path: Path, ids: Sequence[str], vectors: Blocks) -> Self:
        """The store that was saved; ValueError if the server lacks some of it, StoreUnreachable if it is silent."""
        check_fit(ids, vectors)
        store = cls(ids, vectors[0].shape[1], json.loads((path / _NAME).read_bytes())["collection"])
        kept = _count(store._client, store._collection) if store._collection else 0
        if kept != len(ids):
            raise ValueError(f"the Milvus collection {store._collection} has {kept} of {len(ids)} vectors")
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
