"""A question that only puts another thing in the place of one before -> the question before, with that in it. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

from ldnqa.policy import Lexicon
from ldnqa.types import Regimen

# "And for MS?", "in Crohn's?", "MS?".
_ANOTHER = re.compile(
    r"(?:(?:and|but|or|so|ok(?:ay)?|also|then|what about|how about|same|even|only|just)\W+)*"
    # "Is that different for", "does that apply to"
    r"(?:(?:is|does|would|will) (?:that|this|it) (?:(?:also|even|any|the|be)\W+)*"
    r"(?:different|differ|the same|same|true|so|apply|hold|go|count)\W+(?:for|with|in|on|to)\W+)?"
    r"(?:(?:(?:it|that|he|she|they|i|we)['’](?:s|m|re)|(?:he|she|they|i|we) (?:is|was|are|were|am|takes?|took)"
    r"|for|in|with|on|at|if|it|is|was|were|about|of|the|a|any|my|people|patients|someone|those|who|has|have|had)\W+)*",
    re.IGNORECASE,
)
# "The ordinary 50 mg tablets" are the 50 mg tablets.
_BEFORE_A_NAME = re.compile(
    r"(?:(?:ordinary|normal|usual|regular|standard|proper|bigger|stronger|full|plain)\W+)*", re.IGNORECASE
)
_NOTHING_MORE = re.compile(
    r"\W*(?:(?:ones?|tablets?|pills?|doses?|strengths?|versions?|kinds?|sorts?|forms?|types?|stuff|instead|then|too"
    r"|as well|only|i mean|i meant)\W*)*$",
    re.IGNORECASE,
)
# "Is fentanyl one" puts nothing in the place of anything.
_NO_MORE_IS_SAID = re.compile(
    r"\W*(?:(?:instead|then|too|as well|i mean|i meant)\W*)*$"
    # "And for CRPS, that's what my sister has?"
    r"|\s*[,;–-]\s*(?:that|which|it)(?:['’]s| is| was)? (?:what )?(?:my|our|his|her|i|he|she|we)\b[^?.!,;]{0,30}\W*$",
    re.IGNORECASE,
)
# "On the low dose instead of the fifty" is on the low dose.
_INSTEAD = re.compile(r"\s+(?:instead|rather) (?:of|than) (?:\w+\W*){1,4}$", re.IGNORECASE)
# A figure or its unit is no name.
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def switched(own: str, before: str, lexicon: Lexicon) -> str | None:
    """`before` with the one thing `own` names in the place of what it names of that kind; None if there is no such."""
    own = _INSTEAD.sub("", own)
    start = _ANOTHER.match(own)
    if start and (other := _other_regimen(own[start.end() :], before, lexicon)):
        return other
    named = lexicon.things_in(own)
    if start is None or len(named) != 1:
        return None
    kind, thing = named[0]
    rest = own[start.end() :]
    if not rest.startswith(thing) or not _NO_MORE_IS_SAID.match(rest[len(thing) :]):
        return None
    things = lexicon.things_in(before)
    # The opioid of "opioid addiction" is no medicine that could be another one.
    within = {text for _, text in things if any(text != whole and text in whole for _, whole in things)}
    old = [text for other, text in things if other == kind and text not in within]
    for one, other in pairwise(old):
        # "Antabuse (disulfiram)" is one thing.
        if (twice := f"{one} ({other})") in before:
            before, old = before.replace(twice, one), [text for text in old if text != other]
    if not old or thing.lower() in (text.lower() for text in old):
        return None
    # "Is LDN an opioid?" "Tramadol too?" puts nothing in the place of the opioid.
    if kind == "medicine" and re.search(
        rf"\b(?:an?|kind of|sort of|type of) {re.escape(old[-1])}s?\s*(?:$|[?.!])", before
    ):
        return None
    return before.replace(old[-1], thing)


def _other_regimen(thing: str, before: str, lexicon: Lexicon) -> str | None:
    """`before` about another use of the drug, if `thing` is nothing but a name of one: "and the 50 mg tablets?"."""
    said = lexicon.regimen_words(thing) or _by_form(thing, lexicon)
    if len({regimen for regimen, _ in said}) != 1 or not _BEFORE_A_NAME.fullmatch(thing[: thing.index(said[0][1])]):
        return None
    regimen, words = said[-1]
    if not _NOTHING_MORE.match(thing[thing.lower().index(words.lower()) + len(words) :]):
        return None
    name = lexicon.regimens[regimen][0]
    before_named = lexicon.regimen_words(before)
    if old := [(other, span) for other, span in before_named if other is not regimen]:
        # "My naltrexone 50 mg ... with these tablets?" names one use twice.
        for span in sorted({span for other, span in old if other is old[-1][0]}, key=len, reverse=True):
            before = re.sub(rf"{re.escape(span)}(?: (?:capsules?|tablets?|pills?)\b)?", name, before)
        return before
    # "Can naltrexone harm the liver?" "At 4.5 mg too?": the drug itself was named, and of no regimen.
    drug = next((word for word in _LETTERS.findall(before) if not before_named and word.lower() in name.split()), None)
    return re.sub(rf"\b{drug}\b", name, before, count=1) if drug else None


def _by_form(thing: str, lexicon: Lexicon) -> list[tuple[Regimen, str]]:
    """The uses whose first name ends with what `thing` begins with: "and the tablets?"."""
    word = next(iter(_LETTERS.findall(thing)), "")
    return [(use, word) for use, names in lexicon.regimens.items() if names[0].split()[-1] == word.lower()]
