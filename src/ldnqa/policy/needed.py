"""Words without which a pattern cannot match, read off its parse.

Reading some hundred parses takes half a second, so what came of those of the built-in policy is kept beside it, each
under its pattern's digest. A pattern that is not there is read; `python -m ldnqa.policy.keep` keeps them anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from re import _constants as _op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

# Shorter words are in nearly every text.
SHORTEST = 2
# More alternatives than this are not spelled out: the words around them tell enough.
_MOST = 128
_ASCII = 128

# Every string an expression matches, if they are few; and words of which each match has at least one, if that is known.
_Told = tuple[frozenset[str] | None, frozenset[str] | None]
_NOTHING: _Told = (frozenset({""}), None)
_UNKNOWN: _Told = (None, None)


@cache
def needed_words(pattern: str) -> frozenset[str] | None:
    """Words in lower case, at least one of which is in every text that has the pattern; None if there are no such.

    re.error if it is no pattern.
    """
    key = key_of(pattern)
    if key in kept():
        return frozenset(kept()[key]) or None
    return read_needed_words(pattern)


def read_needed_words(pattern: str) -> frozenset[str] | None:
    """The same, read off the pattern."""
    if "(?<" in pattern:
        # Nothing else can be wrong with a pattern that is read well: it has to be as long wherever it looks back.
        re.compile(pattern, re.IGNORECASE)
    every, needed = _sequence(_parser.parse(pattern, re.IGNORECASE))
    return _better(needed, every)


@cache
def kept() -> dict[str, list[str]]:
    """What is kept, by `key_of` each pattern; no words where there are none that it needs."""
    found: dict[str, list[str]] = json.loads(kept_file().read_bytes())
    return found


def kept_file() -> Path:
    """Where it is kept."""
    return Path(str(files("ldnqa.policy") / "needed.json"))


def key_of(pattern: str) -> str:
    """What a pattern is known by."""
    return hashlib.sha256(pattern.encode()).hexdigest()[:32]


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
    fit = [words for words in (one, other) if words and min(map(len, words)) >= SHORTEST]
    return max(fit, key=lambda words: (min(map(len, words)), -len(words)), default=None)
