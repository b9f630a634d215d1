"""What brings nothing to look up: a nod, a doubt, a figure said again, or the wish for other words. Pure."""

from __future__ import annotations

import re

# "Nearly three quarters? ...": a figure of the answer, said again.
_FIGURE = (
    r"(?:(?:nearly|almost|over|about|only|just)\W+)*(?:(?:three|two)[ -](?:quarters?|thirds?)"
    r"|(?:(?:a|one)[ -])?(?:half|third|quarter)|\d[\d.]*(?: ?%| per ?cent)?)\W+"
)
# "Explain that more simply, please": the answer before, in other words.
_AGAIN = (
    r"(?:(?:(?:can|could|would|will) you )?(?:please )?"
    r"(?:say|explain|put|word|repeat|rephrase|simplify|summari[sz]e|clarify)(?: (?:it|that|this|all|to me|for me|me))*"
    r"|in (?:a nutshell|brief|summary|one sentence|(?:plain|simpler?|easy|easier|normal|lay|other|fewer|everyday"
    r"|layman['’]?s) (?:english|words|terms|language))"
    r"|again|once more|more (?:simply|clearly|briefly)|simply(?: put)?|simpler|shorter|briefly|differently|another way"
    r"|tl;?dr|eli5|like i['’]?m (?:five|5)"
    r"|what (?:do|did|does) (?:you|that|it) mean(?: by that)?"
    r"|i (?:don['’]?t|do not|didn['’]?t|did not|can['’]?t) (?:really |quite )?(?:understand|follow|get)"
    r"(?: (?:it|that|this))?"
    r"|(?:that['’]?s |too |so )+complicated)"
)
# These bring nothing to look up, doubts of the answer among them.
NOTHING_NEW = re.compile(
    rf"\W*(?:{_FIGURE})?"
    rf"(?:(?:{_AGAIN}|and|but|so|ok(?:ay)?|please|yes|no|why|not|really|basically|essentially|in short"
    r"|(?:tell me |say )?more|go on|(?:are )?you sure|surely(?: not)?|seriously|honestly|for real|no way"
    r"|(?:that|it|this)? ?(?:sounds?|seems?|looks?)(?: (?:a bit|rather|very|far|way|just))? (?:too good(?: to be true)?"
    r"|(?:a|an awful) lot|high|low|odd|strange|unlikely|much|far-?fetched))\b\W*)+",
    re.IGNORECASE,
)
