"""A question and the reading of the one before it -> its reading: what is meant, said so that it stands alone. Pure.

What only points gets the name of what it points to; what names nothing by itself goes behind the question before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ldnqa.asking import FIGURES, asks_for_evidence, kind_of, silent_terms
from ldnqa.leaning import (
    CLAUSE,
    THE_OTHER,
    asks_of_which_use,
    happened,
    is_fragment,
    is_of_them,
    is_of_what_was_told,
    leans,
    points,
)
from ldnqa.policy import Lexicon
from ldnqa.pronouns import COMING_OFF, name_illness, name_subject, other_medicine, use_named_before
from ldnqa.repeats import NOTHING_NEW
from ldnqa.switched import switched
from ldnqa.text import names_any, terms
from ldnqa.unsaid import WHICH_CONDITIONS, search_term, with_subject

# "For how long" asks, and says nothing of what.
_SAYS = re.compile(rf"\b(?:{CLAUSE})\b", re.IGNORECASE)
# "So it works then?" is said of what was just asked about.
_CONCLUDES = re.compile(
    r"\W*(?:(?:ok(?:ay)?|right|and|but|well)\W+)*so\b|.*\b(?:then|after all)(?:,? if (?:anything|any|at all))?\W*$",
    re.IGNORECASE,
)
# "Is that enough for them few cases": those that were just told of.
_THOSE = re.compile(
    r"\b(?:them|those|these) (?:\w+ )?(?:cases?|stud(?:y|ies)|trials?|people|patients|women|men)\b", re.IGNORECASE
)
# "What happened when they came off it?": those who took part in what was just told of.
_TOOK_PART = re.compile(
    r"\bthey (?:all |both |really )?(?:came|did|had|got|took|were|stopped|quit|felt|stayed|improved|started|finished"
    r"|went)\b"
    r"|\bhow many (?:of them |people |patients |women |men )?(?:actually |really )?"
    r"(?:took|tried|had|got|used|received|started|finished|were (?:on|given|taking)) (?:it|this|that)\b"
    r"|\b(?:did|were|had|have) they\b",
    re.IGNORECASE,
)
# "And what is 6-beta-naltrexol?" can be understood by itself, whatever stood before.
_WHAT_IS = re.compile(
    r"\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*what(?:['’]?s| is| are) (?!the\b|that\b|this\b|it\b)", re.IGNORECASE
)
# "What's it for, then?": all but the name is said by words that say nothing elsewhere.
_FOR_WHAT = re.compile(
    r"\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*what(?:['’]?s| is| was) (?:it|this) (?:\w+ )?(?:used |given |meant )?for\b",
    re.IGNORECASE,
)
_FOR_WHAT_USE = re.compile(
    r"\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*what(?:['’]?s| is| are) (?:the |a )?[\w -]{2,40}"
    r" (?:(?:used|given|meant|even|really|actually) )*for(?: then| exactly)?\W*",
    re.IGNORECASE,
)
# "What dose did they use?": who, and what for, stands in the question before.
_DOSE_OF_THOSE = re.compile(
    r"\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*(?:what|which|how much|how many)\b.{0,20}\b"
    r"(?:dos(?:e|es|age)|strength|mg)\b.{0,12}\b(?:did|were|was|had) (?:they|those|these|them)\b(?: \w+)?\W*"
    r"|\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*how much\b.{0,6}\b(?:did|were|was|had)"
    r" (?:they|those|these|them|the (?:women|ladies|people|patients|men|folks?|participants|volunteers))"
    r" (?:take|taking|get|given|on|have|use)\b(?: \w+)?\W*",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:(?:and|so|but)\W+)*(?:would|could|should|will|is|was|does|did|can|might)\b", re.IGNORECASE
)
# "And when would I feel something?": of whom, and of what, is plain.
_I = re.compile(r"\b(?:i|we|you)\b", re.IGNORECASE)
# "Is that enough to go on?" is about the last answer, "what did that one find" about what was named before.
_THAT = re.compile(r"\b(?:is|was|does|did|can|on|by) (?:that|this)\b(?! (?:one|two|trial|study|review))", re.IGNORECASE)
# "Can I trust that number?": it stands in the last answer.
_THAT_FIGURE = re.compile(
    r"\b(?:that|this|those|these) (?:numbers?|figures?|percentages?|results?|findings?)\b", re.IGNORECASE
)
# "What was the dose?": of what, is said nowhere but before.
_OF_ANYTHING = frozenset(terms("dose doses dosage mg milligrams strength amount people women men patients placebo"))
_PLURAL = re.compile(r"\b(?:they|them|those|these|both|each)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """How a question is read. `text` stands alone and is shown; `own` is the part of it that this question brings;
    `earlier` has the readings before it, newest first, and `cited` the ids of the passages that the last answer cited.
    `bare` is the question by itself where nothing better was found than to put it behind the one before it, and then
    `after` the last question that needed no other. `asks` is what a story asks, where `own` is not all of it, and
    `alone` what it asks where that points to nothing told, or said before. `short` is that put as a short question,
    which `told` goes before.
    """

    text: str
    own: str
    earlier: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    bare: str | None = None
    after: str | None = None
    asks: str | None = None
    alone: str | None = None
    short: Reading | None = None
    told: str = ""

    @property
    def brings_nothing(self) -> bool:
        """Whether it brings nothing to look up but goes on from what was said: "why not?"."""
        return self.bare is not None and bool(NOTHING_NEW.fullmatch(self.bare))

    @property
    def asked_now(self) -> str:
        """What is asked just now, without what is told or was asked before."""
        return self.bare or self.asks or self.own

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The texts it is looked up by: `own`, and `text` unless that has only more of what is told beside it."""
        return (self.own,) if self.asks == self.own else tuple(dict.fromkeys((self.own, self.text)))

    @property
    def instead(self) -> tuple[Reading, ...]:
        """How it is looked up where nothing answers it as it is read, in this order."""
        if self.bare:
            return (replace(self, text=self.bare, own=self.bare, bare=None, after=None),) if self.alone else ()
        alone = replace(self, own=self.alone) if self.alone else None
        whole = replace(self, own=self.text) if self.asks else None
        # A question that names not even the drug says less by itself than with what was told.
        tried = (alone, self.short, whole) if self.asks else (self.short, alone)
        return tuple(reading for reading in tried if reading)


def read_one(
    own: str,
    before: Reading | None,
    subject: str | None,
    other_names: Sequence[str],
    lexicon: Lexicon,
    *,
    corrects: bool = False,
) -> Reading:
    """The reading of one question, given the reading of the one before it, which it may correct."""
    for said in (before.after, _in_short(before, lexicon), before.text) if before is not None else ():
        if said and (other := switched(own, said, lexicon)):
            return Reading(other, other)
    said_before = before.text if before is not None else None
    own = name_illness(own, said_before, lexicon)
    if before is not None and asks_of_which_use(own, lexicon):
        text = _together(before.text, own)
        return Reading(text, _together(before.own, own), bare=own, after=before.after or before.text)
    meant = use_named_before(own, lexicon) or other_medicine(own, said_before, subject, other_names, lexicon) or subject
    if meant and not names_any(own, (meant, *(other_names if meant == subject else ()))):
        named = own if before is not None and happened(own, lexicon) else name_subject(own, meant)
        for_what = bool(_FOR_WHAT.match(own))
        if named != own and (for_what or set(terms(named)) - set(terms(meant))):
            # "Off it for how long": off another medicine, and before what, stands in the question before.
            of_the_last = not for_what and (
                before is not None and (_concludes(own, before, lexicon) or _says_nothing(own, meant, before, lexicon))
            )
            if not of_the_last and (not COMING_OFF.search(own) or _SAYS.search(own)):
                return Reading(named, named)
            own, corrects = named, True
    ours_named = names_any(own, (*other_names, *([subject] if subject else ())))
    if subject and not ours_named and (on_it := with_subject(own, subject, lexicon)):
        return Reading(on_it, on_it)
    term = search_term(own, lexicon) if subject and not ours_named else None
    if term and (before is None or WHICH_CONDITIONS.search(before.text)):
        return Reading(f"{subject}: {term}", f"{subject}: {term}")
    fragment = not ours_named and is_fragment(own)
    if _WHAT_IS.match(own) and [text for _, text in lexicon.things_in(own)] == [_WHAT_IS.sub("", own).strip(" ?.!")]:
        return Reading(own, own)
    # "What's the shot for?" names what it asks of.
    if _FOR_WHAT_USE.fullmatch(own) and lexicon.regimens_in(own):
        return Reading(own, own)
    goes_on = fragment or corrects or leans(own, lexicon) or is_of_them(own, lexicon) or NOTHING_NEW.fullmatch(own)
    if before is None or not (goes_on or is_of_what_was_told(own, before.text, lexicon)):
        return Reading(own, own)
    # What stands by itself, and the last step from there: more would drown the question.
    after = before.after or _in_short(before, lexicon)
    last = before.bare if before.bare and set(terms(before.bare)) - lexicon.generic_terms else None
    # Who was in it, and then whether that is proven, are two questions on the same.
    if last and _asks_about_it(last, lexicon) and _asks_about_it(own, lexicon):
        last = None
    steps = [after, *([last] if last else ())]
    text = _together(*steps, own)
    if meant and not happened(own, lexicon) and not names_any(text, (meant, *other_names)):
        text = name_subject(text, meant)
    # "Is there any proof it was the LDN?" names nothing but what everything is about.
    ours = terms(" ".join((*other_names, subject or "")))
    silent = silent_terms(lexicon.generic_terms, frozenset(ours))
    told_apart = set(terms(own)) - silent or (_I.search(own) and lexicon.other_names(own))
    of_the_told = THE_OTHER.search(own) or _THAT_FIGURE.search(own) or _DOSE_OF_THOSE.fullmatch(own)
    of_its_own = told_apart and not of_the_told
    # Of two steps what asks nothing of its own goes on from the last.
    at_the_last = steps[1:] and _THAT.search(own) and not _PLURAL.search(own)
    # "Fibromyalgia?" alone might ask what that is.
    itself = f"{subject}: {term}" if term and term == own else own
    brings = itself if of_its_own else _together(steps[-1], own) if at_the_last else text
    # What names all it needs, though it is short: "how long is one tablet in me for".
    alone = None if points(own) or set(terms(own)) <= lexicon.generic_terms | _OF_ANYTHING else own
    return Reading(text, before.own if NOTHING_NEW.fullmatch(own) else brings, bare=own, after=after, alone=alone)


def _asks_about_it(question: str, lexicon: Lexicon) -> bool:
    """Whether a question names nothing, and demands some fact or the evidence of what was spoken of."""
    if lexicon.things_in(question):
        return False
    return asks_for_evidence(question) or kind_of(question) in FIGURES or bool(lexicon.demanded_by(question))


def _concludes(own: str, before: Reading, lexicon: Lexicon) -> bool:
    """Whether a question draws a conclusion or asks of those who took part, and names nothing, where the one before it
    names what it is about.
    """
    goes_on = _CONCLUDES.match(own) or _THOSE.search(own) or _TOOK_PART.search(own)
    return bool(goes_on and not lexicon.things_in(own) and (before.bare or lexicon.things_in(before.text)))


def _says_nothing(own: str, meant: str, before: Reading, lexicon: Lexicon) -> bool:
    """Whether a question says nothing but "it" ("would it be the first thing to try?"), after one on a condition."""
    named = {kind for kind, _ in lexicon.things_in(before.text)}
    return (
        "condition" in named
        and bool(_YES_OR_NO.match(own))
        and set(terms(own)) <= lexicon.generic_terms | set(terms(meant))
    )


def _in_short(before: Reading, lexicon: Lexicon) -> str:
    """What a story asks as a short question, if that names a condition and a situation where the story does; else all
    of it.
    """
    if before.short is None:
        return before.text
    told, kept = (
        {kind for kind, _ in lexicon.told_of(text)} & {"condition", "situation"}
        for text in (before.text, before.short.text)
    )
    return before.short.text if told and told <= kept else before.text


def _together(*steps: str) -> str:
    """Questions one behind the other."""
    return " ".join([*(step if step.endswith(("?", ".", "!")) else f"{step}?" for step in steps[:-1]), steps[-1]])
