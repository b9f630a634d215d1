"""Passage search from ten thousand to a million passages: time, memory, time to build and recall against exact search.

    python benchmarks/scale.py --index index --sizes 10000 50000 100000 1000000

Vectors are synthetic with the distribution of real ones: each is a vector of the index moved by the difference of two
vectors that are near neighbours there. Of the index's vectors those of readers' and editors' questions count too, for
a few articles have few passages; but not the questions that are asked here, which are real ones. With --real the
vectors of the index are searched as they are, and none are made.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from ldnqa.manifest import BUILDS, read_manifest, read_pointer
from ldnqa.pieces import OF_PASSAGES, OF_QUESTIONS, OF_QUOTES, read_vectors
from ldnqa.stores import faiss as store

QUESTIONS = 200
NEIGHBOURS = 10
# How far a vector is moved, as a share of the difference of two neighbours: more than 1 would make strangers of them.
MOVED = 0.7


def vectors_of(folder: Path, *kinds: int) -> NDArray[np.float32]:
    """Vectors of the build that is served in an index folder, each once."""
    build = f"{BUILDS}/{read_pointer(folder).current}"
    pieces = [read_vectors(folder / build, piece) for piece in read_manifest(folder, build).pieces]
    return np.unique(np.concatenate([piece[kind] for piece in pieces for kind in kinds]), axis=0)


def neighbours(vectors: NDArray[np.float32], seed: int) -> NDArray[np.int64]:
    """For each vector the row of one of its nearest NEIGHBOURS, drawn by chance."""
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    found = flat.search(vectors, NEIGHBOURS + 1)[1][:, 1:]
    return found[np.arange(len(found)), np.random.default_rng(seed).integers(0, NEIGHBOURS, len(found))]


def synthetic(
    real: NDArray[np.float32], near: NDArray[np.int64], count: int, seed: int, block: int = 50_000
) -> NDArray[np.float32]:
    """`count` unit rows distributed like `real`."""
    chance = np.random.default_rng(seed)
    made = np.empty((count, real.shape[1]), dtype=np.float32)
    for start in range(0, count, block):
        size = min(block, count - start)
        pairs = chance.integers(0, len(real), size)
        rows = real[chance.integers(0, len(real), size)] + MOVED * (real[pairs] - real[near[pairs]])
        made[start : start + size] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return made


def milliseconds(kept: store.FaissStore, questions: NDArray[np.float32]) -> tuple[float, float]:
    """Median and 99th percentile of one search for 10 passages, one question at a time."""
    spent = []
    for question in questions:
        started = time.perf_counter()
        kept.search(question[np.newaxis], 10)
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent), float(np.percentile(spent, 99))


def measure(vectors: NDArray[np.float32], questions: NDArray[np.float32]) -> str:
    """One line of the table."""
    ids = [str(n) for n in range(len(vectors))]
    exact = store.FaissStore(ids, [vectors])
    expected = [{id_ for id_, _ in result} for result in exact.search(questions, 10)]
    exact_ms = milliseconds(exact, questions)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        store.FaissStore.save(Path(folder), [vectors])
        built = time.perf_counter() - started
        del exact
        opened = store.FaissStore.open(Path(folder), ids, [vectors])
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    found = [{id_ for id_, _ in result} for result in opened.search(questions, 10)]
    recall = sum(len(a & b) for a, b in zip(expected, found, strict=True)) / (10 * len(questions))
    used_ms = milliseconds(opened, questions)
    return (
        f"| {len(vectors):,} | {opened.kind} | {built:.0f} | {size:.0f} | {exact_ms[0]:.1f} / {exact_ms[1]:.1f} "
        f"| {used_ms[0]:.1f} / {used_ms[1]:.1f} | {exact_ms[0] / used_ms[0]:.1f} | {recall:.3f} |"
    )


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--index", type=Path, default=Path("index"))
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 100_000, 1_000_000])
    options.add_argument("--real", action="store_true", help="search the vectors of the index and make none")
    given = options.parse_args()
    faiss.omp_set_num_threads(1)
    questions = vectors_of(given.index, OF_QUESTIONS)
    at = np.linspace(0, len(questions) - 1, min(QUESTIONS, len(questions)), dtype=np.int64)
    asked, others = questions[at], np.delete(questions, at, axis=0)
    real = np.concatenate([vectors_of(given.index, OF_PASSAGES, OF_QUOTES), others])
    print(f"{len(real):,} real vectors, {len(asked)} real questions, one thread", file=sys.stderr)
    print("| Passages | Kind | Save, s | Disk, MB | Exact, p50 / p99 ms | Saved, p50 / p99 ms | Faster | Recall@10 |")
    print("|---|---|---|---|---|---|---|---|")
    if given.real:
        print(measure(real, asked), flush=True)
        return
    near = neighbours(real, 0)
    for size in given.sizes:
        print(measure(synthetic(real, near, size, seed=size), asked), flush=True)


if __name__ == "__main__":
    main()
