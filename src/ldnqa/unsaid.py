"""Questions that leave unsaid what everything is about: "anything on ME/CFS?", "multiple sclerosis?". Pure."""

from __future__ import annotations

import re

from ldnqa.leaning import SENTENCE
from ldnqa.policy import Lexicon
from ldnqa.text import terms

# "Anything on ME/CFS?", "what is the evidence in it?": of the articles it is asked what they say of the subject.
_ANYTHING_ON = re.compile(
    r"^\W*(?:(?:so|and|but|ok(?:ay)?|hi|hello|is|are|was|there|do|have|you|got|been|has)\W+)*"
    r"(?:any(?:thing)?(?: (?:info\w*|data|research|evidence|studies|trials|news|papers?|more|here|known|else))*"
    r"|(?:what(?:['’]?s| is| are)|how (?:good|strong|solid) (?:is|are)) the (?:\w+ )?"
    r"(?:data|research|evidence|studies|trials))"
    r" (?:on|about|for|in|re) ",
    re.IGNORECASE,
)
# "Diabetic nerve pain in both feet. Any good?": what may be good for it is the subject.
_ANY_GOOD = re.compile(
    r"(?<=\W )(?:any (?:good|use|help|point|luck|joy|evidence|data|research|studies|trials|proof)"
    r"|worth (?:it|a (?:try|go|shot|thought)|trying)"
    r"|what (?:evidence|data|research|studies|trials|proof|results)(?: (?:exists?|(?:is|are) there|(?:is|are) known))?"
    r"(?: so far| to date)?)\W*$",
    re.IGNORECASE,
)
# More words than these say what is asked of what they name.
SEARCH_TERM = 3
_WHAT_ABOUT = re.compile(r"^\W*(?:(?:and|but|ok(?:ay)?|(?:what|how) about)\W+)*(?:(?:in|for|with) )?", re.IGNORECASE)
# "Which conditions has it been tried in?" is answered by a list, and "MS?" behind it asks what is said of that one.
WHICH_CONDITIONS = re.compile(
    r"\b(?:what|which)\b.{0,30}\b(?:conditions?|diseases?|illness(?:es)?|disorders?|complaints?|indications?|uses"
    r"|(?:used|studied|tried|tested|prescribed|given|good) (?:for|in))\b",
    re.IGNORECASE,
)


# "My doctor mentioned 4.5": half a milligram is told by no other measure in these words.
_BARE_DOSE = re.compile(
    r"(?<![\w.,£$€<>=-])(?:\d\.(?:5|25|75)|0\.\d)(?![\w%])(?!\.\d)(?! ?(?:m(?:g|cg|l|illi\w+)|mc?g|micro\w*|per ?cent|%"
    r"|points?|years?|months?|weeks?|days?|hours?|times|fold|stone|kg|kilos?|lbs?|pounds?|million|people|out of"
    r"|to\b|or\b|and\b|[-\u2013/]))",
    re.IGNORECASE,
)


# "Pain fell from 6.5": a score is no dose.
_SCORED = re.compile(
    r"\b(?:pain|scores?|scored|scale|points?|fatigue|nrs|vas|cdai|ages?|aged|ph|bmi|p|ratio|risk)\b", re.IGNORECASE
)


def with_unit(own: str) -> str:
    """The question with the unit of a low dose behind its figure: "my doctor mentioned 4.5"."""
    return own if _SCORED.search(own) else _BARE_DOSE.sub(r"\g<0> mg", own)


def with_subject(own: str, subject: str, lexicon: Lexicon) -> str | None:
    """The question "anything on ME/CFS?" with the subject before the condition; None for any other."""
    start = _ANYTHING_ON.match(own)
    if start is None:
        good = _ANY_GOOD.search(own)
        if good is None or {kind for kind, _ in lexicon.things_in(own)} != {"condition"}:
            return None
        return f"{own[: good.start()]}{subject} {good.group()}"
    kinds = lexicon.things_in(own[start.end() :])
    if len(kinds) != 1 or kinds[0][0] != "condition" or set(terms(own[start.end() :])) > set(terms(kinds[0][1])):
        return None
    return f"{own[: start.end()]}{subject} for {own[start.end() :]}"


def search_term(own: str, lexicon: Lexicon) -> str | None:
    """A condition or a situation that is named as in a search box: "multiple sclerosis?"; None for more than that."""
    term = _WHAT_ABOUT.sub("", own)
    kinds = {kind for kind, _ in lexicon.things_in(term)}
    if not kinds & {"condition", "situation"} or "medicine" in kinds or lexicon.regimens_in(term):
        return None
    return term if len(term.split()) <= SEARCH_TERM and not SENTENCE.search(term) else None
