"""How common a word is in English: the word list of the package wordfreq, read without its code.

The package keeps its list as 320,000 strings in a dictionary, 40 MB of every process that serves; here a word is eight
bytes of a row of numbers.
"""

from __future__ import annotations

import gzip
import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgpack
import numpy as np
from numpy.typing import NDArray

# The list has for each word how rare it is in centibels: 300 is once in a thousand words. On the Zipf scale of van
# Heuven and others (2014) that is 6: powers of ten, counted from once in a thousand million words.
_LIST = Path("data", "large_en.msgpack.gz")
_ZIPF_OF_ALL = 9
_CENTIBELS = 100


class _List(NamedTuple):
    """The numbers of words, in order, and how rare each is in centibels."""

    words: NDArray[np.int64]
    rare: NDArray[np.uint16]

    def share(self, word: str) -> float:
        """Which share of all words it is; 0 for one that is not listed."""
        number = hash(word)
        at = int(self.words.searchsorted(number))
        known = at < len(self.words) and self.words[at] == number
        return float(10 ** (-int(self.rare[at]) / _CENTIBELS)) if known else 0.0


@cache
def _listed() -> _List:
    """Takes a tenth of a second, and is read when a question first has a word that no article has."""
    package = find_spec("wordfreq")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("the word list is not installed; `pip install wordfreq` brings it")
    with gzip.open(Path(package.submodule_search_locations[0]) / _LIST) as file:
        unpacker = msgpack.Unpacker(file)
        # A header, then the words of each rarity, one after the other: all of them at once are 25 MB.
        parts = unpacker.read_array_header()
        unpacker.skip()
        numbers = [np.fromiter(map(hash, unpacker.unpack()), np.int64) for _ in range(parts - 1)]
    words = np.concatenate(numbers)
    rare = np.repeat(np.arange(len(numbers), dtype=np.uint16), [len(some) for some in numbers])
    order = words.argsort()
    return _List(words[order], rare[order])


def frequency(word: str) -> float:
    """The Zipf frequency of a word in lower case: 3 is once in a million words, 0 is unheard of.

    Of one with hyphens it is what its parts come to, which is less than that of any of them.
    """
    shares = [_listed().share(part) for part in word.split("-")]
    if not all(shares):
        return 0.0
    # In three digits, as wordfreq has it, so that a word is on the same side of a border.
    together = float(f"{1 / sum(1 / share for share in shares):.3g}")
    return round(_ZIPF_OF_ALL + math.log10(together), 2)
