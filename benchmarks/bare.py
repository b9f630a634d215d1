"""The limit of a build: its texts through the bare encoder, tokenised and run, in batches sorted by length.

Beside wraps the encoder of a build. Every so often it stops the build and runs some of what it has just embedded
through the same session without anything else, so that both meet the same texts, the same machine and the same hour.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from serve import spread

from ldnqa.encode import Vectors
from ldnqa.encode.exported import OnnxEncoder

# What is run through the bare encoder: of every 64 texts one, so many at a time, in batches of each of these sizes.
ONE_OF = 64
AT_A_TIME = 128
SIZES = (1, 8, 32)


class Clock:
    """Seconds by the wall and of processor time, of all threads, since it was made or set back."""

    def __init__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def __call__(self) -> tuple[float, float]:
        """(wall, processor)."""
        return time.perf_counter() - self._started[0], time.process_time() - self._started[1]


def run(encoder: OnnxEncoder, texts: Sequence[str]) -> None:
    """One batch, padded to its longest text: tokens, and the model's rows, which nobody looks at."""
    tokens = [encoder._tokenizer.encode(text) for text in texts]
    width = min(max(map(len, tokens)), encoder.max_tokens)
    arrays = {"input_ids": [t.ids for t in tokens], "attention_mask": [t.attention_mask for t in tokens]}
    given = {name: np.zeros((len(texts), width), dtype=np.int64) for name in encoder._inputs}
    for name, rows in arrays.items():
        for row, numbers in zip(given[name], rows, strict=True):
            row[: len(numbers)] = numbers[:width]
    encoder._session.run(["rows"], given)


def bare(encoder: OnnxEncoder, texts: Sequence[str], size: int) -> tuple[float, float]:
    """Seconds (wall, processor) of all texts in batches of `size`, the longest first, a batch on each core."""
    ordered = sorted(texts, key=len, reverse=True)
    batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as workers:
        clock = Clock()
        list(workers.map(lambda batch: run(encoder, batch), batches))
        return clock()


class Beside:
    """An encoder that keeps account of what it embeds, and of the same texts through the bare encoder."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder = encoder
        self.name, self.digest = encoder.name, encoder.digest
        self.dimension, self.max_tokens = encoder.dimension, encoder.max_tokens
        self.count_tokens = encoder.count_tokens
        self.check_against_original = encoder.check_against_original
        self._sample: list[str] = []
        self._taken = 0
        self.embedded = 0
        # Seconds (wall, processor): of the build's own calls, and of each time the build was stopped.
        self.inside = np.zeros(2)
        self.stopped = np.zeros(2)
        self.rounds: dict[int, list[tuple[float, float]]] = defaultdict(list)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the encoder does."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """As the encoder does: the default model treats both alike."""
        clock = Clock()
        rows = self._encoder.encode_passages(texts)
        self.inside += clock()
        self.embedded += len(texts)
        ordered = sorted(texts, key=len)
        self._sample += ordered[ONE_OF // 2 :: ONE_OF]
        if len(self._sample) >= AT_A_TIME:
            self._stop()
        return rows

    def _stop(self) -> None:
        clock = Clock()
        # Whoever is first meets cold caches, so that each is first in turn.
        turn = len(self.rounds[SIZES[0]]) % len(SIZES)
        for size in (*SIZES[turn:], *SIZES[:turn]):
            wall, processor = bare(self._encoder, self._sample, size)
            self.rounds[size].append((len(self._sample) / wall, len(self._sample) / processor))
        (wall, processor), rounds = self.embedded / self.inside, self.rounds.items()
        told = "; ".join(f"bare by {size} {each[-1][0]:.1f} ({each[-1][1]:.1f})" for size, each in rounds)
        print(
            f"a second (of processor time): the build {wall:.1f} ({processor:.1f}); {told}", file=sys.stderr, flush=True
        )
        self._taken += len(self._sample)
        self._sample = []
        self.stopped += clock()

    def report(self, seconds: tuple[float, float]) -> None:
        """Print rates and their ratios for a build of which everything together took `seconds` (wall, processor)."""
        whole = np.array(seconds) - self.stopped
        print(f"{self.embedded} texts embedded, {self._taken} of them through the bare encoder too, a second:")
        for number, name in enumerate(("wall", "processor")):
            rate = self.embedded / whole[number]
            calls = self.embedded / self.inside[number]
            print(f"  by {name} time: the build {rate:.1f}, its calls of the encoder alone {calls:.1f}")
            for size, rounds in self.rounds.items():
                each = [of_round[number] for of_round in rounds]
                # Of equal shares of the texts: what all of them would take together.
                mean = len(each) / sum(1 / one for one in each)
                told = f"{mean:.1f}; each round {spread(each)}; the build / it {rate / mean:.3f}"
                print(f"    bare, {size:2} at a time {told}")
