"""A sentence -> what it says, token by token, so that two sentences can be compared: names, figures and words.

A name that only resembles another, a figure with another unit and a word of another kind are different tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ldnqa.corpus.figures import Figure, figures, number_words
from ldnqa.policy import Lexicon
from ldnqa.text import sentences, terms
from ldnqa.wordclasses import CLASSES, POINTING, Weight

_NOT = re.compile(r"\b(?:can(?:not|['’]t)|wo(?=n['’]t)n['’]t|(?P<verb>\w+?)n['’]t)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\W_]+")
_AFTER = re.compile(r"[\s-]+([^\W\d_]+)")
# "1.5 mg to 4.5 mg": kept or lost as one.
_RANGE = re.compile(r"\s*(?:mg|mcg|µg|g|ml|%)?\s*(?:to|through|-|–|—)\s*", re.IGNORECASE)
_SIGN = re.compile(r"(?:^|[\s(])[-−]$")
# "Raised by 3 mg" is not "raised to 3 mg".
_LEADS = re.compile(r"\b(by|to|from)\s+$", re.IGNORECASE)
_YEARS = range(1900, 2100)
_PART = re.compile(r";\s")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, name or figure as it is compared; `line` counts the sentences of its text from 0."""

    weight: Weight
    said: str
    line: int = 0

    @property
    def key(self) -> tuple[Weight, str]:
        """What two tokens that say the same have in common."""
        return self.weight, self.said


@dataclass(frozen=True)
class Names:
    """Names that must be told apart: a row has the names of one thing. The longest name at a place counts.

    Beside these, everything that the lexicon knows as a thing of some kind (a medicine, a condition) is a name.
    """

    rows: tuple[tuple[str, ...], ...]
    lexicon: Lexicon

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds every name of the rows."""
        return _alternation(name for row in self.rows for name in row)

    @cached_property
    def first_names(self) -> dict[str, str]:
        """For every name of the rows the first one of its row, both in small letters and without hyphens."""
        return {_bare(name): _bare(row[0]) for row in reversed(self.rows) for name in row}


def names_of(subject: Iterable[str], look_alikes: Iterable[Iterable[str]], lexicon: Lexicon) -> Names:
    """The names of what the articles are about, of the drugs with look-alike names, and of each use of the drug.

    The bare name of a drug ("naltrexone") is no other name of one use of it ("low-dose naltrexone").
    """
    first, *others = tuple(subject) or ("",)
    bare = [name for name in others if name.lower() in first.lower() or first.lower() in name.lower()]
    about = (first, *(name for name in others if name not in bare)) if first else ()
    plain = {name.lower(): (name,) for name in (*bare, *first.split()[1:][-1:])}
    uses = [name for names in lexicon.regimens.values() for name in names if not any(sign.isdigit() for sign in name)]
    rows = [about, *(tuple(row) for row in look_alikes), *plain.values(), *((name,) for name in uses)]
    return Names(tuple(row for row in rows if row), lexicon)


def read_tokens(text: str, names: Names) -> list[Token]:
    """The tokens of a text in their order. Words without a topic, or that only point at the article, are none."""
    found: list[Token] = []
    line = 0
    for span in sentences(text):
        for part in _PART.split(text[span.start : span.end]):
            found += [Token(weight, said, line) for weight, said in _read(part, names)]
            line += 1
    return found


def _read(text: str, names: Names) -> Iterator[tuple[Weight, str]]:
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("•", " ")
    plain = _NOT.sub(lambda match: f"{match['verb'] or 'can'} not", plain)
    found: list[tuple[int, int, Weight, str]] = []

    def add(start: int, end: int, weight: Weight, said: str) -> None:
        if all(end <= s or e <= start for s, e, _, _ in found):
            found.append((start, end, weight, said))

    for match in names.pattern.finditer(plain):
        add(match.start(), match.end(), Weight.NAME, names.first_names[_bare(match[0])])
    for start, end, said in _figures(plain):
        add(start, end, Weight.FIGURE, said)
    for start, _, named in names.lexicon.places_of_things(plain):
        add(start, start + len(named), Weight.NAME, CLASSES.get(named.lower(), (0, " ".join(terms(named))))[1])
    for match in _PHRASES.finditer(plain):
        add(match.start(), match.end(), *CLASSES[_PHRASE_KEYS[_bare(match[0])]])
    for match in _WORD.finditer(plain):
        low = match[0].lower()
        if low in CLASSES:
            add(match.start(), match.end(), *CLASSES[low])
        elif low not in POINTING and (stems := terms(low)):
            add(match.start(), match.end(), Weight.TOPIC, " ".join(stems))
    yield from ((weight, said) for _, _, weight, said in sorted(found))


def _figures(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, how it is read) of each figure, with its sign and unit or what is counted; a range is one."""
    written = sorted([*figures(text), *number_words(text)], key=lambda figure: figure.start)
    group: list[Figure] = []
    for figure in written:
        before = text[group[-1].start + len(group[-1].text) : figure.start] if group else ""
        if group and not _RANGE.fullmatch(before):
            yield _told(group, text)
            group = []
        group.append(figure)
    if group:
        yield _told(group, text)


def _told(group: list[Figure], text: str) -> tuple[int, int, str]:
    end = group[-1].start + len(group[-1].text)
    lead = _LEADS.search(text[: group[0].start])
    said = [lead[1].lower()] if lead else []
    for figure in group:
        sign = "-" if _SIGN.search(text[: figure.start]) else ""
        said.append(f"{sign}{figure.value.normalize():f} {figure.unit or ''}".strip())
    counted = _AFTER.match(text, end)
    if group[-1].unit is None and counted and group[-1].value not in _YEARS:
        low = counted[1].lower()
        said.append(CLASSES[low][1] if low in CLASSES else " ".join(terms(low)))
    return group[0].start, end, " ".join(part for part in said if part)


def _bare(name: str) -> str:
    return re.sub(r"[\s-]+", " ", name.lower())


def _alternation(names: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(set(names), key=lambda name: (-len(name), name))
    parts = [r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", name))) for name in longest]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


_PHRASES = _alternation(name for name in CLASSES if " " in name or "-" in name)
_PHRASE_KEYS = {_bare(name): name for name in CLASSES}
