"""What stands about a question and is no part of it: thanks, "got it", "another topic", "no, I meant". Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from ldnqa.stories import ASKS

# "Back to the dose: ..." leaves what was asked since behind, and goes on from what it names.
_BACK_TO = re.compile(
    r"\W*(?:(?:ok(?:ay)?|so|and|now|going|coming|can we go|let['’]?s go)\W+)*back (?:to|on)"
    r" (?=(?:the |my )?(?!that |those )[^:,.?]{2,40}[:,.–-]\s)",
    re.IGNORECASE,
)
_R = re.compile(r"^\W*r(?=\s+(?:they|them|these|those|there|the|you|u|we)\b)", re.IGNORECASE)
_N = re.compile(r"^\W*n(?=\s+(?:for|in|with|what|how|if|why|when|the|on|is|does|do|did|can)\b)", re.IGNORECASE)
# "Why tho", "at a low dose even, lol": it is said to be friendly.
_TRAILING = re.compile(
    r"(?<=[\w?!.,])(?:[\s,.?!]+(?:tho(?:ugh)?|lol|lmao|haha+|btw|by the way|pls|plz|please|thanks|thank you|thx|ty|tia"
    r"|cheers|mate|bro|hun|innit|eh|if i may(?: ask)?|if you don['’]t mind"
    r"|i(?: can)? never (?:know|remember|can (?:tell|remember))|i (?:always|keep) forget(?:ting)?|i forget"
    r"|i(?:['’]ve| have) no idea|i(?:['’]m| am) (?:never|not) sure|i (?:don['’]?t|do not) know))+(?P<mark>\W*)$",
    re.IGNORECASE,
)
# What says that the answer before was understood.
_TAKEN = (
    r"(?:thanks|thank you|thx|cheers|great|grand|cool|nice|perfect|brilliant|lovely|wonderful|fair enough|noted"
    r"|understood|makes sense|good to know|(?:so|very) much|a lot|very helpful|for (?:that|this|your help|the help|all)"
    r"|(?:that|it|this)(?:['’]s| is| was)? (?:helps?|helped|makes sense|helpful|useful|clear|good|great)"
    r"|(?:i|we) (?:see|understand|get)(?: (?:it|that))?(?: now)?|got (?:it|that)(?: now)?)"
)
# "Hmm. Did they ...", "k. and ...": a sound says nothing; "n for MS" is "and", "r they" "are".
_SOUNDS = re.compile(
    r"\W*(?:(?:h+m+|m+h*m+|huh|a+h+|aha|o+h+|wow|u+gh|ooh|phew|gosh|blimey|k(?=[.,])|ok(?:ay)?(?=\s*[.!]))\b\W*)+(?=\w)",
    re.IGNORECASE,
)
# Thanks and greetings ask nothing and lean on nothing.
_COURTESY = re.compile(
    rf"\W*(?:(?:{_TAKEN}|bye|goodbye|hi|hello|hey|then|ok(?:ay)?)\b\W*)+",
    re.IGNORECASE,
)
# "Got it. And someone on ...", "ok so I see now, why ...": "it" and "I" are nobody that is asked about.
_UNDERSTOOD = re.compile(
    rf"\W*(?:(?:ok(?:ay)?|ah|oh|right|yes|so)\W+)*{_TAKEN}(?:[ ,]+{_TAKEN})*\s*[.,;:!–-]+\s*(?=\w)", re.IGNORECASE
)
# "Another thing: ..." asks nothing; "a different topic" also leaves what was asked before behind.
_ONE_MORE = re.compile(
    r"\W*(?:(?:ok(?:ay)?|k|right|so|and|now|well|sorry)\W+)*"
    r"(?:(?P<new>(?:an? |on an? )?(?:different|new|unrelated|separate|other) (?:topic|thing|subject|question|matter)"
    r"|(?:an?|one) (?:other|more|further|last|quick)(?: (?:thing|question))?,? not (?:about|on) [\w'’ -]{2,30}(?=:)"
    r"|(?:leave|forget|drop) (?:that|it)(?=\s*[.,;:!])"
    r"|something (?:else|different)(?: entirely| altogether)?|chang(?:e|ing) (?:of |the )?(?:topic|subject))"
    r"|(?:an?|one) (?:other|more|further|last|quick) (?:thing|question)|another (?:thing|question)"
    r"|quick question)\W+(?=\w)",
    re.IGNORECASE,
)
# "No, I meant ...", "sorry, I was asking about ...": the question before again, with another thing in it.
_CORRECTS = re.compile(
    r"\W*(?:(?:no(?:pe)?|sorry|oops|wait|hang on|actually|ah|oh|but|and|my (?:mistake|bad)|apologies)\b\W*)*"
    r"(?:(?:what )?i (?:really |actually |only )?"
    r"(?:meant?|was (?:asking|talking|thinking)|should have (?:said|written))"
    r"(?: (?:to (?:say|ask|write|type)|about|of|was|is))*|i(?:['’]m| am) (?:asking|talking) about"
    r"|make that|not that(?: one)?|correction)\b\W*(?=\w)",
    re.IGNORECASE,
)
_SORRY = re.compile(
    r"\W*(?:no(?:pe)?\s*[,;.:!–-]"
    r"|(?:no(?:pe)?\W+)?(?:sorry|oops|my (?:mistake|bad)|apologies)\b(?! (?:to|for|but|if|that)\b))\W*(?=\w)",
    re.IGNORECASE,
)
# "Not fibromyalgia, CRPS"; "CRPS, not fibromyalgia".
_NOT_THAT = re.compile(
    r"^(?:no\W+)?not (?:[\w'’-]+ ){0,4}[\w'’-]+(?:[,;:.]+|,? but\b|\s[–-]+)\s*(?=\w)"
    r"|(?:[,;(]\s*(?:and )?not|\s(?:rather than|instead of)|\snot(?= (?:\d|the|for|in|on|with)\b))"
    r" (?:[\w'’-]+ ){0,4}[\w'’-]+\W*$",
    re.IGNORECASE,
)
# "It is", "they don't": what stood behind was no name to be taken back.
_UNFINISHED = re.compile(
    r"(?:\b(?:is|are|was|were|am|do|does|did|has|have|had|can|could|should|would|will|may|might|must|but|or)"
    r"|['’](?:m|re|ve|d|ll|t)|\b(?:it|that|he|she|there)['’]s)\W*$",
    re.IGNORECASE,
)
# What takes something back is a name and hardly more; a longer sentence says something of its own.
_MOST_MEANT = 8
# "Sorry, she is on the injection": which is to take the place of what was named before.
_TAKES = re.compile(
    r"^(?:i|we|he|she|it|they)(?:['’](?:m|s|re)| am| is| are)? (?:takes?|taking|on|uses?|using)\b\W*", re.IGNORECASE
)


class Opened(NamedTuple):
    """A question without what stood before it, and whether that left what was asked before behind, or corrected it."""

    question: str
    new_topic: bool = False
    corrects: bool = False


def opened(question: str, *, goes_on: bool) -> Opened:
    """A question without its opening; only what `goes_on` from another question can correct it."""
    if asks_nothing(question):
        return Opened(question)
    new = False
    if sounds := _SOUNDS.match(question):
        question = question[sounds.end() :]
    question = _TRAILING.sub(r"\g<mark>", _R.sub("are", _N.sub("and", question, count=1), count=1), count=1)
    if back := _BACK_TO.match(question):
        return Opened(question[back.end() :], new_topic=True)
    if understood := _UNDERSTOOD.match(question):
        question = question[understood.end() :]
    if more := _ONE_MORE.match(question):
        question, new = question[more.end() :], more["new"] is not None
    if new or not goes_on:
        return Opened(question, new)
    corrects = _CORRECTS.match(question) or _SORRY.match(question)
    meant = question[corrects.end() :] if corrects else question
    if ASKS.match(meant):
        return Opened(meant)
    rest = _NOT_THAT.sub("", meant, count=1).strip()
    if len(meant.split()) > _MOST_MEANT or _UNFINISHED.search(rest) or (not corrects and rest in (meant, "")):
        return Opened(question)
    return Opened(_TAKES.sub("", rest or meant, count=1) or meant, corrects=True)


def asks_nothing(question: str) -> bool:
    """Whether these are thanks or a greeting; "ok?" alone may ask."""
    return bool(_COURTESY.fullmatch(question)) and not re.fullmatch(r"\W*ok(?:ay)?\W*", question, re.IGNORECASE)
