"""The figures of a text with their units, so that "4.5mg", "4.50 mg" and "4.5 milligrams" are the same figure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

_SMALL = "one two three four five six seven eight nine ten eleven twelve".split()
_UNITS = {
    "mg": r"mgs?|milligrams?|milligrammes?",
    "µg": r"[µμ]g|mcg|micrograms?|microgrammes?",
    "g": r"g|grams?|grammes?",
    "kg": r"kg|kilograms?|kilos?",
    "ml": r"mls?|millilit(?:re|er)s?",
    "%": r"%|per ?cent|percent|(?:\w+ )?(?:out of|of|in) (?:every )?100(?![\d.,]*\d)",
    "minute": r"min|minutes?",
    "hour": r"h|hrs?|hours?",
    "day": r"days?|nights?",
    "week": r"weeks?",
    "month": r"months?",
    "year": r"years?",
}
# A figure inside a name ("COVID-19", "TLR4") is no quantity: no letter stands before it, nor a letter and a hyphen.
_VALUE = r"(?<![A-Za-z\d])(?<![A-Za-z][-‐–])(?<!\d[.,])(\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_UNIT = "|".join(f"(?P<u{number}>(?:{names})(?!\\w))" for number, names in enumerate(_UNITS.values()))
_FIGURE = re.compile(rf"{_VALUE}(?:(?:\s|-)?(?:{_UNIT})(?P<per>/(?:kg|dl|ml|l)\b)?)?", re.IGNORECASE)
_WORD = re.compile(rf"\b(?:{'|'.join(_SMALL)})\b", re.IGNORECASE)
# In "7 to 10 days" the first figure has the unit of the second.
_JOIN = re.compile(r"\s*(?:to|or|and|-|–|—|/)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """A number and its unit, None where the text gives none; `text` is how it is written, from `start` on."""

    value: Decimal
    unit: str | None
    text: str
    start: int = field(default=0, compare=False)

    def is_like(self, other: Figure) -> bool:
        """Whether both can be the same quantity: the same number, and not two different units."""
        return self.value == other.value and (None in (self.unit, other.unit) or self.unit == other.unit)


def figures(text: str) -> list[Figure]:
    """The numbers of `text` written in digits, in their order."""
    return list(_figures(text))


# Every claim of every answer is held against its quotes, and the articles have few thousand of these.
@lru_cache(4096)
def _figures(text: str) -> tuple[Figure, ...]:
    found: list[Figure] = []
    before = 0
    for match in _FIGURE.finditer(text):
        unit = next((name for number, name in enumerate(_UNITS) if match[f"u{number}"]), None)
        if unit and match["per"]:
            unit += match["per"].lower()
        if found and unit and found[-1].unit is None and _JOIN.fullmatch(text, before, match.start()):
            found[-1] = replace(found[-1], unit=unit)
        found.append(Figure(Decimal(match[1].replace(",", "")), unit, match[0], match.start()))
        before = match.end()
    return tuple(found)


def number_words(text: str) -> list[Figure]:
    """The numbers one to twelve written as words. "One" is often no number, so these count only as figures found."""
    return [
        Figure(Decimal(_SMALL.index(match[0].lower()) + 1), None, match[0], match.start())
        for match in _WORD.finditer(text)
    ]


def missing_figures(wanted: str, given: str) -> list[Figure]:
    """The figures of `wanted` that `given` has neither in digits nor in words."""
    there = [*figures(given), *number_words(given)]
    missing = [figure for figure in figures(wanted) if not any(figure.is_like(other) for other in there)]
    return list({(figure.value, figure.unit): figure for figure in missing}.values())
