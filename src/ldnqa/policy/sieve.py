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
# A question's texts come again with every list of patterns, the articles' quotes with every question, and of these only
# what was found is kept. Nearly all words of a question were written in others before.
_TEXTS, _FOUND, _WORDS = 64, 1_024, 4_096
# What is longer is no word, and nobody writes it again.
_LONGEST = 32

# A word that patterns need, and the number of one of them; and what is told by one word of a text: the patterns that
# are able to be in it, and what of several words may stand around it.
_Needed = tuple[str, int]
_Told = tuple[frozenset[int], tuple[_Needed, ...]]


class Sieve:
    """Patterns in the order they were given, case ignored; re.error if one is none."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._remembered: dict[str, tuple[int, ...]] = {}
        self._matches = lru_cache(_TEXTS)(self._matches_in)
        self._told: dict[str, _Told] = {}
        self._told_nothing: set[str] = set()
        always: set[int] = set()
        # What has a space in it is looked up by the longest of its parts; a part of one letter tells nothing.
        self._around: list[_Needed] = []
        self._by_gram: dict[str, list[tuple[str, _Needed]]] = {}
        for number, pattern in enumerate(self.patterns):
            needed = needed_words(pattern)
            if needed is None:
                always.add(number)
            for word in needed or ():
                part = max(word.split(), key=len, default="")
                if len(part) < SHORTEST:
                    self._around.append((word, number))
                else:
                    # The last letters: beginnings ("over", "under", "non") are shared by more words.
                    self._by_gram.setdefault(part[-_GRAM:], []).append((part, (word, number)))
        self._always = frozenset(always)
        self._grams = frozenset(self._by_gram)

    def possible(self, text: str) -> list[int]:
        """The numbers of the patterns that may be in `text`, in their order; all others are not in it."""
        plain, written = _seen(text)
        able = set(self._always)
        around = self._around
        for word in written - self._told_nothing:
            alone, among_others = self._told.get(word) or self._told_by(word)
            able |= alone
            if among_others:
                around = [*around, *among_others]
        for needed, number in around:
            if number not in able and needed in plain:
                able.add(number)
        return sorted(able)

    def _told_by(self, word: str) -> _Told:
        near = [each for gram in self._grams & _grams(word) for each in self._by_gram[gram] if each[0] in word]
        told = (
            frozenset(number for part, (needed, number) in near if part == needed),
            tuple(one for part, one in near if part != one[0]),
        )
        if len(word) <= _LONGEST:
            if len(self._told) + len(self._told_nothing) >= _WORDS:
                self._told.clear()
                self._told_nothing.clear()
            if near:
                self._told[word] = told
            else:
                self._told_nothing.add(word)
        return told

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
    """The text in plain case, and what stands between its spaces."""
    plain = plain_case(text)
    return plain, frozenset(plain.split())


@lru_cache(_WORDS)
def _grams(word: str) -> frozenset[str]:
    return frozenset(word[at : at + size] for size in (_GRAM, SHORTEST) for at in range(len(word) - size + 1))
