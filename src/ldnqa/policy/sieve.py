"""Which of many patterns can be in a text at all, told by words that each of them must have.

A pattern is passed over only if the text has none of the words without which it cannot match, so what is found is what
every pattern would find by itself. The words are read off a pattern's parse; see Cox, "Regular Expression Matching with
a Trigram Index", 2012, for the idea. A pattern is compiled for the first text that may have it: most never meet one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from re import _constants as _op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from ldnqa.text import plain_case

_LOOKS_BACK = "(?<"
# More alternatives than this are not spelled out: the words around them tell enough.
_MOST = 128
_ASCII = 128
# Words are looked up by three of their letters, shorter ones by two; one letter is in nearly every text.
_GRAM, _SHORTEST = 3, 2
# A question's texts come again with every list of patterns; what is kept of one takes 30 kB. The articles' quotes come
# again with every question, and of these only what was found is kept.
_TEXTS, _FOUND = 64, 1024

# Every string an expression matches, if they are few; and words of which each match has at least one, if that is known.
_Told = tuple[frozenset[str] | None, frozenset[str] | None]
_NOTHING: _Told = (frozenset({""}), None)
_UNKNOWN: _Told = (None, None)


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
            found = tuple(number for number in self.possible(text) if _compiled(self.patterns[number]).search(text))
            if len(self._remembered) >= _FOUND:
                self._remembered.clear()
            self._remembered[text] = found
        return found

    def found(self, text: str) -> bool:
        """Whether one of the patterns is in `text`."""
        return any(_compiled(self.patterns[number]).search(text) for number in self.possible(text))

    def matches(self, text: str) -> tuple[tuple[int, re.Match[str]], ...]:
        """(number of the pattern, match) for every match in `text`, pattern by pattern."""
        return self._matches(text)

    def _matches_in(self, text: str) -> tuple[tuple[int, re.Match[str]], ...]:
        return tuple(
            (number, match)
            for number in self.possible(text)
            for match in _compiled(self.patterns[number]).finditer(text)
        )


@cache
def needed_words(pattern: str) -> frozenset[str] | None:
    """Words in lower case, at least one of which is in every text that has the pattern; None if there are no such.

    re.error if it is no pattern.
    """
    if _LOOKS_BACK in pattern:
        # Nothing else can be wrong with a pattern that is read well: it has to be as long wherever it looks back.
        _compiled(pattern)
    every, needed = _sequence(_parser.parse(pattern, re.IGNORECASE))
    return _better(needed, every)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(_TEXTS)
def _seen(text: str) -> tuple[str, frozenset[str]]:
    plain = plain_case(text)
    grams = {plain[at : at + size] for size in (_GRAM, _SHORTEST) for at in range(len(plain) - size + 1)}
    return plain, frozenset(grams)


def _sequence(items: Iterable[tuple[Any, Any]]) -> _Told:
    """What is told by expressions one after the other."""
    whole = True
    run: frozenset[str] = frozenset({""})
    best: frozenset[str] | None = None
    letters = ""
    for operation, what in items:
        # Most of a pattern is plain letters; they are put on the run together.
        if operation is _op.LITERAL and what < _ASCII:
            letters += chr(what)
            continue
        run, letters = _followed(run, letters), ""
        every, needed = _told(operation, what)
        best = _better(best, needed)
        if every is not None and len(run) * len(every) <= _MOST:
            run = frozenset(before + after for before in run for after in every)
            continue
        best, whole = _better(best, run), False
        run = every if every is not None else frozenset({""})
    run = _followed(run, letters)
    return (run, best) if whole else (None, _better(best, run))


def _followed(run: frozenset[str], letters: str) -> frozenset[str]:
    return frozenset(before + letters.lower() for before in run) if letters else run


def _told(operation: Any, what: Any) -> _Told:
    """What is told by one expression; anything that is not known here tells nothing."""
    match operation:
        case _op.IN:
            plain = all(kind is _op.LITERAL and sign < _ASCII for kind, sign in what)
            return (frozenset(chr(sign).lower() for _, sign in what), None) if plain else _UNKNOWN
        case _op.AT | _op.ASSERT_NOT:
            return _NOTHING
        case _op.ASSERT:
            every, needed = _sequence(what[1])
            # A look back may end before this place, a look ahead begins at it: either way the words are in the text.
            return frozenset({""}), _better(needed, every)
        case _op.SUBPATTERN:
            return _sequence(what[3])
        case _op.BRANCH:
            return _either([_sequence(branch) for branch in what[1]])
        case _op.MAX_REPEAT | _op.MIN_REPEAT:
            least, most, inner = what
            every, needed = _sequence(inner)
            if least == 0:
                return (every | {""} if every is not None and most == 1 else None), None
            return (every if least == most == 1 else None), _better(needed, every)
    return _UNKNOWN


def _either(branches: list[_Told]) -> _Told:
    every: frozenset[str] | None = frozenset()
    needed: frozenset[str] | None = frozenset()
    for all_of_it, words in branches:
        every = every | all_of_it if every is not None and all_of_it is not None else None
        words = _better(words, all_of_it)
        needed = needed | words if needed is not None and words is not None else None
    return (every if every is not None and len(every) <= _MOST else None), needed


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The set that tells more: without short words, then with longer ones, then with fewer; None is worst."""
    fit = [words for words in (one, other) if words and min(map(len, words)) >= _SHORTEST]
    return max(fit, key=lambda words: (min(map(len, words)), -len(words)), default=None)
