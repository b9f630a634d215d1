"""Fakes with meaning: texts that share words get vectors that are close."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ldnqa.text import terms, words


class HashedEncoder:
    """A bag of stems, each hashed to a signed bucket. The same in every process; another `seed` is another model.

    Bucket 0 is for texts without any term, so that every row has length one.
    """

    def __init__(self, dimension: int = 256, max_tokens: int = 256, seed: str = "") -> None:
        self.name = f"hashed-bag-of-words{seed}"
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.digest = hashlib.sha256(f"{dimension} {max_tokens} {seed}".encode()).hexdigest()
        self._seed = seed
        self.encoded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(words(text)) + 2

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        rows = np.zeros((len(texts), self.dimension), dtype=np.float64)
        for row, text in zip(rows, texts, strict=True):
            for term in terms(text):
                number = int.from_bytes(hashlib.blake2b((self._seed + term).encode(), digest_size=8).digest(), "big")
                row[1 + number // 2 % (self.dimension - 1)] += 1 if number % 2 else -1
            if not row.any():
                row[0] = 1.0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True) if len(texts) else 1.0
        return (rows / lengths).astype(np.float32)
