"""A long message -> what it tells, what it asks, and what that is looked up by.

All of it would drown the question: a sentence of a hundred words is near to everything and to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ldnqa.people import CHILDREN, asks_of_illness, people_told_of
from ldnqa.policy import Lexicon
from ldnqa.text import names_any, sentences

# A message of more words is a story with a question in it.
STORY_WORDS = 20

QUESTION_WORD = (
    r"(?:what|which|how|when|where|who|why|is|are|was|were|can|could|do|does|did|should|will|would|may|must)\b"
)
ASKS = re.compile(rf"(?:(?:and|so|but|also|hi|hello|please|ok(?:ay)?)\W+)*{QUESTION_WORD}", re.IGNORECASE)
# Without a mark or a line's end before something else there is one sentence.
_GOES_ON = re.compile(r"[.!?…][\W_]*\s\S|\n")
_BIDS = re.compile(
    rf"{ASKS.pattern}|(?:please\W+)?(?:tell|name|give|show|list|explain|describe|summari[sz]e|remind)\b", re.IGNORECASE
)
# What is asked of somebody or something that only the story names.
_OF_THE_STORY = re.compile(r"\b(?:he|him|his|she|her|they|them|these|those|that|this|it)\b", re.IGNORECASE)
_POINTS = re.compile(rf"{_OF_THE_STORY.pattern}|\b(?:then|one|ones|mine|like me|my kind)\b", re.IGNORECASE)
_IT = re.compile(r"\bit\b", re.IGNORECASE)
# A medicine that was told of matters to whether one may, and not to what happened to others.
_MAY = re.compile(
    r"\b(?:safe\w*|ok(?:ay)?|all ?right|allowed|interact\w*|harm\w*|danger\w*|risk\w*|can|could|should|may|problem\w*"
    r"|clash\w*|react\w*|avoid\w*|affect\w*|need\w*|has to|have to|must)\b",
    re.IGNORECASE,
)
_COMBINES = re.compile(r"\b(?:as well|too|also|together|both|either|add|adding|combine|mix|on top)\b", re.IGNORECASE)


class Story(NamedTuple):
    """The sentences that tell, and those that ask."""

    told: str
    asks: str


def story_in(message: str, longer_than: int = STORY_WORDS) -> Story | None:
    """What is told and asked in a message of more words that tells something before it asks; else None."""
    spans = sentences(message) if _GOES_ON.search(message) and len(message.split()) > longer_than else []
    if len(spans) < 2:
        return None
    said = [message[span.start : span.end] for span in spans]
    asking = [text for text in said if text.endswith("?")] or [text for text in said[-1:] if _BIDS.match(text)]
    told = [text for text in said if text not in asking]
    return Story(" ".join(told), " ".join(asking)) if told and asking else None


def looked_up(message: str, told: str, asked: str, subject: Sequence[str], lexicon: Lexicon) -> tuple[str, str | None]:
    """What a story is looked up by, and, if nothing answers that, its question alone where that points to nothing told,
    or without the medicines told of where it asks what was found in others.

    It is the question, if that is about the subject, with the conditions, medicines and people told of where it names
    none itself; else all of it.
    """
    if not subject:
        return message, None
    ours = names_any(asked, subject)
    points = _COMBINES.search(asked) or _POINTS.search(_IT.sub("", asked) if ours else asked)
    alone = None if points else asked
    if not ours:
        return message, alone
    kinds = {thing: kind for kind, thing in lexicon.things_in(told) if not names_any(thing, subject)}
    named = list(kinds)
    if any(not names_any(thing, subject) for _, thing in lexicon.things_in(asked)):
        return asked, None
    # Who speaks of children may just have some; `people_told_of` goes by their age.
    groups = {thing: {group for _, group in lexicon.people_in(thing)} for thing in named}
    named = [thing for thing in groups if CHILDREN not in groups[thing]]
    people = [] if asks_of_illness(asked, lexicon) else people_told_of(told, lexicon)
    named += [group for group in people if not any(group in groups[thing] for thing in groups)]
    # Of whom, or with what: the story may say it in words we do not know, a dog's or a new medicine's name.
    unknown = not named or (
        _COMBINES.search(asked) and not any(kind == "medicine" for kind, _ in lexicon.things_in(told))
    )
    if unknown and (_OF_THE_STORY.search(asked) or _COMBINES.search(asked)):
        return message, None
    if not named:
        return asked, None
    if alone is None and not (_MAY.search(asked) or _COMBINES.search(asked)):
        of_whom = [thing for thing in named if kinds.get(thing) != "medicine"]
        alone = f"{asked} ({', '.join(of_whom)})" if of_whom else None
    return f"{asked} ({', '.join(named)})", alone
