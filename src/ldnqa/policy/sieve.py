"""Which of many patterns can be in a text at all, told by words that each of them must have.

A pattern is passed over only if the text has none of the words without which it cannot match, so what is found is what
every pattern would find by itself; see Cox, "Regular Expression Matching with a Trigram Index", 2012, for the idea. A
pattern is compiled for the first text that may have it: most never meet one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from ldnqa.policy.needed import SHORTEST, needed_words
from ldnqa.text import plain_case

# Words are looked up by three of their letters, shorter ones by two; one letter is in nearly every text.
_GRAM = 3
# A question's texts come again with every list of patterns; what is kept of one takes 30 kB. The articles' quotes come
# again with every question, and of these only what was found is kept.
_TEXTS, _FOUND = 64, 1024


class Sieve:
    """Patterns in the order they were given, case ignored; re.error if one is none."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._remembered: dict[str, tuple[int, ...]] = {}
        self._matches = lru_cache(_TEXTS)(self._matches_in)
        self._always: list[int] = []
        self._by_gram: dict[str, list[tuple[str, int]]] = {}
        for number, pattern in enumerate(self.patterns):
            needed = needed_words(pattern)
            if needed is None:
                self._always.append(number)
            for word in needed or ():
                # The last letters: beginnings ("over", "under", "non") are shared by more words.
                self._by_gram.setdefault(word[-_GRAM:], []).append((word, number))
        self._grams = frozenset(self._by_gram)

    def possible(self, text: str) -> list[int]:
        """The numbers of the patterns that may be in `text`, in their order; all others are not in it."""
        plain, grams = _seen(text)
        able = set(self._always)
        for gram in self._grams & grams:
            for word, number in self._by_gram[gram]:
                if number not in able and word in plain:
                    able.add(number)
        return sorted(able)

    def all_in(self, text: str) -> tuple[int, ...]:
        """The numbers of the patterns that are in `text`, in their order."""
        found = self._remembered.get(text)
        if found is None:
            found = tuple(number for number in self.possible(text) if compiled(self.patterns[number]).search(text))
            if len(self._remembered) >= _FOUND:
                self._remembered.clear()
            self._remembered[text] = found
        return found

    def found(self, text: str) -> bool:
        """Whether one of the patterns is in `text`."""
        return any(compiled(self.patterns[number]).search(text) for number in self.possible(text))

    def matches(self, text: str) -> tuple[tuple[int, re.Match[str]], ...]:
        """(number of the pattern, match) for every match in `text`, pattern by pattern."""
        return self._matches(text)

    def _matches_in(self, text: str) -> tuple[tuple[int, re.Match[str]], ...]:
        return tuple(
            (number, match)
            for number in self.possible(text)
            for match in compiled(self.patterns[number]).finditer(text)
        )


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a sieve, compiled when it is first met."""
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(_TEXTS)
def _seen(text: str) -> tuple[str, frozenset[str]]:
    plain = plain_case(text)
    grams = {plain[at : at + size] for size in (_GRAM, SHORTEST) for at in range(len(plain) - size + 1)}
    return plain, frozenset(grams)
