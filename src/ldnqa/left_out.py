"""A question that names several things of which the articles know some -> the question about those, and the rest.

"Does LDN help lupus and fibromyalgia?" still asks about fibromyalgia. Only a thing of a list is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from ldnqa.text import words

# A thing of a list is a few words; more are a clause that says something of its own.
_MOST_WORDS = 4
_BETWEEN = re.compile(r"(\s*,\s*(?:(?:and|or|plus)\s+)?|\s+(?:and|or|plus|as well as|and also|&|/)\s+)", re.IGNORECASE)
_WITH = r"(?:with|for|in|of|on|to|about|against|by|from|at)"
_PREPOSITION = re.compile(rf"{_WITH}\s+", re.IGNORECASE)
_ENDS_SO = re.compile(rf"\b{_WITH}\s*$", re.IGNORECASE)
# "Is it lupus or ...", "I'm hesitant, and ...": no thing of a list stands there.
_IS = re.compile(r"(?:\b(?:am|is|are|was|were|be|been|an?|the|my|our|this|that)|['’](?:m|s|re))\s*$", re.IGNORECASE)
# One thing beside another: without it nothing is compared, nor taken together.
_COMPARES = re.compile(
    r"\btogether\b|\b(?:mix|combin)\w*\b|\bcompar\w+|\bversus\b|\bvs\b"
    r"|\b(?:better|worse|safer|stronger|weaker|milder|cheaper) than\b"
    r"|\b(?:which|what|who)\b.{0,40}\b(?:better|best|ahead|on top|won|wins?|safer|safest|stronger|strongest|worse"
    r"|superior|milder|cheaper|faster|more|less|fewer)\b",
    re.IGNORECASE,
)
# What it goes on from says what is asked of these things, and is not here.
_GOES_ON = re.compile(r"\W*(?:and|but|or|so|also|(?:what|how) about)\b", re.IGNORECASE)
# "Lupus or is it": what says something is no thing.
_SAYS = re.compile(
    r"\b(?:what|which|how|when|where|who|why|is|are|was|were|am|can|could|do|does|did|should|will|would|may|might|must|has"
    r"|have|had|i|we|you|he|she|they|it|not|no|if|because|but)\b|['’](?:m|s|re|ve|d|ll|t)\b",
    re.IGNORECASE,
)


class LeftOut(NamedTuple):
    """A question without some of the things it names, and these, in the reader's words."""

    rest: str
    things: tuple[str, ...]


def without(question: str, missing: Collection[str]) -> LeftOut | None:
    """The question without each thing of its lists that has a word of `missing`; None if there is one outside a list,
    or if the things are compared.

    `missing` are words in small letters, as `text.words` gives them.
    """
    pieces = _BETWEEN.split(question)
    things, between = pieces[::2], pieces[1::2]
    if not missing or len(things) < 2 or _GOES_ON.match(question) or _COMPARES.search(question):
        return None
    kept: list[str] = []
    left: list[str] = []
    known = 0
    for number, thing in enumerate(things):
        bare = thing.rstrip("?.! ")
        unknown = [word for word in words(bare) if word in missing]
        join = between[number - 1] if number else ""
        if not unknown:
            known += 1
            kept.append(thing if not kept else _joined(kept[-1], join, thing))
        elif len(words(bare)) <= _MOST_WORDS and number and not _SAYS.search(bare):
            left.append(_PREPOSITION.sub("", bare, count=1) if _PREPOSITION.match(bare) else bare)
            if number == len(things) - 1 and kept:
                kept.append(thing[len(bare) :])
        elif number < len(things) - 1 and (cut := _before_list(bare, unknown, things[number + 1])):
            left.append(bare[cut:])
            kept.append((join if kept else "") + bare[:cut])
        else:
            return None
    # "Do they have lactose or gluten in them?": of what is asked about nothing is known.
    if not known:
        return None
    rest = "".join(kept).strip()
    return LeftOut(rest, tuple(left)) if left and not _ENDS_SO.search(rest.rstrip("?.! ")) else None


def _joined(before: str, join: str, thing: str) -> str:
    """A thing behind what was kept: without what stood between if the thing before was left out."""
    if not before.endswith(" "):
        return join + thing
    # "... with (gabapentin) and with tramadol"
    ends = _ENDS_SO.search(before)
    again = _PREPOSITION.match(thing)
    return thing[again.end() :] if ends and again else thing


def _before_list(said: str, unknown: list[str], after: str) -> int | None:
    """Where the last thing of a clause begins, if that is nothing but words that are not known, and a thing follows."""
    if _SAYS.search(after) or len(words(after)) > _MOST_WORDS:
        return None
    places = [match.start() for match in re.finditer(r"\S+", said)]
    own = words(said)
    last = 0
    while last < len(own) and own[-1 - last] in unknown:
        last += 1
    if not last or last > len(places) or any(word in unknown for word in own[: len(own) - last]):
        return None
    return None if _IS.search(said[: places[-last]]) else places[-last]
