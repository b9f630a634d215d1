"""The learned half of triage: how much the words of a text look like those of an emergency, and of which.

Two linear models over the same signs of a text (its words, pairs of words and pieces of words, hashed): one tells
emergencies from calm questions, one tells the kinds apart. `train.py` makes their weights from phrases*.yaml; the same
text gets the same scores everywhere, and nothing but numpy is needed.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.policy.phrases import CALM

# Some 40,000 different signs in the phrases share these; with four times as many the figures are the same.
BUCKETS = 1 << 14
# Pieces of words survive a slip of the finger; whole words and pairs say what is meant.
_PIECES = (3, 4, 5)
_REACH = 3
# Most of a question's words were asked with before.
_WORDS = 1 << 14
_TEXTS = 64
_WORD = re.compile(r"[a-z]+|\d+|[?!%]")
_STRETCHED = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, eq=False)
class Learned:
    """The weights: `alarm` (BUCKETS,) and `kinds` (BUCKETS, len(flags)), with their intercepts; `flags` are the ids of
    red flags and "none". `made_from` is the digest of the phrases they were learned from.
    """

    flags: tuple[str, ...]
    alarm: NDArray[np.float32]
    alarm_intercept: float
    kinds: NDArray[np.float32]
    kinds_intercept: NDArray[np.float32]
    made_from: str

    def judge(self, text: str) -> tuple[float, Mapping[str, float]]:
        """(alarm, odds): log-odds of an emergency; log-odds of each flag against none."""
        return _judged(self, text)

    def _judge(self, text: str) -> tuple[float, dict[str, float]]:
        found = signs(text)
        scale = np.float32(1 / np.sqrt(max(1, len(found))))
        alarm = float(self.alarm[found].sum() * scale) + self.alarm_intercept
        scores = self.kinds[found].sum(axis=0) * scale + self.kinds_intercept
        scores = scores - scores[self.flags.index(CALM)]
        return alarm, {flag: float(score) for flag, score in zip(self.flags, scores, strict=True) if flag != CALM}


# A question that is one sentence is judged as a whole and as a sentence, and again where its evidence is weighed.
@lru_cache(_TEXTS)
def _judged(learned: Learned, text: str) -> tuple[float, Mapping[str, float]]:
    return learned._judge(text)


def signs(text: str) -> NDArray[np.intp]:
    """The buckets a text has a sign in, ascending, each once."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("'", "")
    plain = _STRETCHED.sub(r"\1\1", plain)
    # How many digits a figure has is a sign ("sats 76"), which figure it is, is chance.
    words = ["0" * min(len(word), 4) if word.isdigit() else word for word in _WORD.findall(plain)]
    words = ["^", *words, "$"]
    found: set[int] = set()
    for at, word in enumerate(words):
        found |= _signs_of(word)
        for gap, other in enumerate(words[at + 1 : at + 1 + _REACH], start=1):
            found.add(_pair(word, other, gap == 1))
    return np.array(sorted(found), dtype=np.intp)


@lru_cache(_WORDS)
def _signs_of(word: str) -> frozenset[int]:
    """The buckets of a word and of its pieces."""
    pieces = [f"w{word}"]
    if len(word) > 2:
        edged = f"<{word}>"
        pieces += [f"c{edged[k : k + size]}" for size in _PIECES for k in range(len(edged) - size + 1)]
    return frozenset(map(_bucket, pieces))


@lru_cache(_WORDS)
def _pair(word: str, other: str, together: bool) -> int:
    return _bucket(f"{'b' if together else 's'}{word} {other}")


def _bucket(sign: str) -> int:
    return zlib.crc32(sign.encode()) % BUCKETS


def weights_file() -> Path:
    """Where the weights lie."""
    return Path(str(files("ldnqa.policy") / "learned.npz"))


@cache
def learned() -> Learned:
    """The weights that ship with ldnqa, read once."""
    with np.load(weights_file(), allow_pickle=False) as kept:
        return Learned(
            flags=tuple(map(str, kept["flags"])),
            alarm=kept["alarm"].astype(np.float32) * kept["alarm_scale"],
            alarm_intercept=float(kept["alarm_intercept"]),
            kinds=kept["kinds"].astype(np.float32) * kept["kinds_scale"],
            kinds_intercept=kept["kinds_intercept"],
            made_from=str(kept["made_from"]),
        )
