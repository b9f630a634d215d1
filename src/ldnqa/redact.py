"""Takes out of a question what could say who asked it. What is left is for editors: which question, not whose.

When in doubt it goes. A question that is more blanks than words is not worth keeping, and `redacted` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable

BLANK = "[…]"
MAX_REDACTED_CHARS = 300
# Of the words left, as many at least must be words for the question to say anything.
_MIN_WORDS = 2

_SHAPES = [
    # An address of a page or of a mailbox, a handle.
    re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"\S+@\S+"),
    re.compile(r"(?<!\w)@\w+"),
    # What follows is a name, whatever it looks like.
    re.compile(
        r"(?<=\bmy name is )[^,.;!?]+|(?<=\bi am called )[^,.;!?]+|(?<=\bname's )[^,.;!?]+|(?<=\bsigned )[^,.;!?]+",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:mr|mrs|ms|miss|dr|doctor|prof|nurse|sister)\b\.?\s+[^\W\d_][\w'’-]*", re.IGNORECASE),
    # Dates, in figures and in words.
    re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"),
    re.compile(
        r"\b(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:january|february|march|april|june|july|august|september|october|"
        r"november|december)\b(?:\s+\d{1,2}(?:st|nd|rd|th)?\b)?(?:,?\s+\d{4})?",
        re.IGNORECASE,
    ),
    # Telephone, insurance and record numbers, years of birth, post codes. Doses have three digits at most.
    re.compile(r"\+?\d(?:[\d\s()./-]{2,}\d)+|\d{4,}"),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b"),
    # An age is no name, but with a day, a site and a rare disease it might do.
    re.compile(r"\b\d{1,3}[\s-]*(?:years?|yrs?|months?|weeks?)[\s-]*old\b|\baged?\s+\d{1,3}\b", re.IGNORECASE),
]
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def redacted(question: str, is_known: Callable[[str], bool]) -> str | None:
    """The question without names, numbers, dates and addresses; None if too little is left to be of use.

    `is_known` tells whether a word is one of the articles' own: only such words may keep a capital inside a
    sentence, since any other is likely somebody's name. Abbreviations of up to five capitals stay.
    """
    text = question
    for shape in _SHAPES:
        text = shape.sub(BLANK, text)

    def blank(match: re.Match[str]) -> str:
        word = match.group()
        before = text[: match.start()].rstrip()
        begins = not before or before[-1] in ".!?:"
        abbreviation = word.isupper() and len(word) <= 5
        if not word[0].isupper() or abbreviation or is_known(word) or (begins and word.lower() in _OPENERS):
            return word
        return BLANK

    text = " ".join(_WORD.sub(blank, text).split())
    text = re.sub(rf"(?:{re.escape(BLANK)}[\s,]*){{2,}}", f"{BLANK} ", text).strip()[:MAX_REDACTED_CHARS]
    words = _WORD.findall(text)
    return text.lower() if len(words) >= max(_MIN_WORDS, text.count(BLANK)) else None


# Words that begin a question with a capital and are nobody's name.
_OPENERS = frozenset(
    "a about after all also am an and any are as at because before but by can could did do does for from give had has "
    "have help hello hi how i if in instead is it its just low may maybe might my need no not of on or please shall "
    "should since so tell than thank thanks that the their then there these they this to too under until was we were "
    "what what's when where whether which while who whom whose why will with without would yes you your".split()
)
