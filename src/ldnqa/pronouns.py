"""What "it", "this" and "the illness" stand for in a question, and where they stand for nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ldnqa.policy import Lexicon
from ldnqa.text import names_any

_SUBJECT_PRONOUN = re.compile(
    r"\b(?:(?:this|that|the|my) (?:drug|medicine|medication|treatment|pill)|(?<!\bin )(?<!\bout of )(?<!\bwas )it"
    r"|(?<!\bany of )(?<!\bsome of )(?<!\ball of )(?<!\bnone of )this(?! [\"'“‘])"
    r"(?! (?:article|page|study|library|site|website|box|trial|review|paper|combination|mix|figure|number|result"
    r"|claim|question|topic|dose|strength|amount|way|group|test|effect|schedule|method|approach|advice|combo|order"
    r"|disease|condition|illness|disorder|syndrome|complaint|problem|pain|kind|sort|type"
    r"|mornings?|afternoon|evening|week|weekend|month|year|spring|summer|autumn|fall|winter|time|far|long|late|early"
    r"|much|many)\b))\b(?!['’]s\b)",
    re.IGNORECASE,
)
# "What did the trial find, and how many were in it?": the pronoun stands for something named before it.
_NAMED_BEFORE = re.compile(
    r"\b(?:trial|study|review|paper|article|analysis|report|label|page|claim|statement)\b", re.IGNORECASE
)
# "Does it slow the illness down?", after one was named.
_THE_ILLNESS = re.compile(
    r"\b(?:the|this|that) (?:illness|disease|condition|disorder)\b(?! (?:of|that|which)\b)"
    # What stays away, or comes back, is no medicine.
    r"|(?<=\bdoes )it(?= (?:\w+ )?(?:stay away|come back|return|recur|relapse|flare|go away)\b)"
    r"|(?<=\bwill )it(?= (?:\w+ )?(?:stay away|come back|return|recur|relapse|flare|go away)\b)",
    re.IGNORECASE,
)
COMING_OFF = re.compile(r"\b(?:off|stop(?:ped|ping)?|without|quit) (?:of )?it\b", re.IGNORECASE)
# "Is it true that ...", "does it matter", "who wrote this": the pronoun stands for nothing, or for the page.
EMPTY_PRONOUN = re.compile(
    r"\bdoes it matter\b|\b(?:does|did) (?:it|this|that) come (?:straight|directly|right) (?:from|out of)\b|"
    r"\b(?:could|can|might|may|was|is) (?:it|this|that)(?: \w+){0,3} (?:chance|luck|coincidence|a fluke)\b"
    r"|\bend it all\b|\bget (?:it|this) over with\b|\b(?:take|stand|bear) (?:it|this) any ?more\b|"
    r"\b(?:wrote|writes?|written|read|review(?:ed|s)?|check(?:ed|s)?|edit(?:ed|s)?|trust|believe|rely on)"
    r" (?:it|this)\b|"
    r"\b(?:is|was|has|are|were) (?:it|this|that)(?: \w+)? (?:reliable|trustworthy|accurate|solid|robust|hearsay"
    r"|(?:been )?(?:peer[ -])?reviewed|(?:been )?(?:updated|written|checked|edited|published)|up[ -]to[ -]date"
    r"|current|out of date"
    r"|medical advice|advice|from an? \w+|written by|sourced)\b|"
    r"\b(?:is|was|isn['’]t) it (?:true|possible|right|normal|a fact|the case|known|common|ok(?:ay)?|safe|best|better|"
    r"dangerous|bad|good|necessary|enough|wrong|legal|likely|normal|important) (?:that|to|if|when)\b|"
    r"\b(?:is|was|isn['’]t) (?:it|this|that) (?:really |actually )?(?:true|right|correct|so)\W*$|"
    r"\b(?:has|was|is) (?:it|this) (?:ever )?(?:been )?(?:shown|proven|proved|found)(?:, ?\w+,)?"
    r" (?:that|whether|to be \w+ to)\b|"
    r"\b(?:says?|said|thinks?|believes?|claims?|found|shows?) (?:that )?(?:it|this|that) (?:is|was|does|did|works?)"
    r"\W*$|"
    # "If it was the 50 mg": what was taken.
    r"\b(?:if|when|as) (?:it|this|that) (?:is|was|were)(?: (?:the|my|on|a))?"
    r" (?:normal|ordinary|full|standard|regular|usual|50|tablets?|injection)\b|"
    # "He may use again. Is it more dangerous now?": what he may do.
    r"\b(?:is|was|would) (?:it|this|that)(?: be)? (?:any )?(?:more|less) \w+ (?:now|than (?:before|ever))\b|"
    # "My heart races. Is it listed?": what was felt.
    r"\b(?:could|can|might|may) (?:it|this|that) (?:just |really )?be"
    r" (?:from|due to|because of|caused|the|my|that)\b|"
    r"\b(?:is|was|isn['’]t) (?:it|this|that)(?: (?:also|just|quite|very|really))?"
    r" (?:something (?:others|other people|people)\b|listed(?: at all| then)?\W*$"
    r"|(?:an? )?(?:known|common|usual|expected|reported|recogni[sz]ed|typical|normal)"
    r"(?: (?:side )?(?:effect|reaction|thing))?\W*$)|"
    # What hurts or itches is the body, and what rains is the sky.
    r"\bit (?:just |really |always |only |still )?"
    r"(?:hurts?(?! (?:the|my|his|her|your)\b)|burns?|itch(?:es)?|stings?|aches?|rains?|snows?"
    r"|(?:is|was) (?:raining|snowing|late|night|morning|summer|winter|cold|hot|dark))\b|"
    r"\bhow (?:does|did|would|will) (?:it|this) feel\b|\bwhat (?:does|is|would) it (?:feel )?(?:like )?(?:to|having)\b|"
    r"\bit (?:depends|seems|sounds|turns out|says)\b|"
    r"\b(?:is|was) this (?:an? )?(?:scam|joke|hoax|legit\w*|spam|advert\w*|ad|for real|real|robot|bot|ai)\b|"
    r"\b(?:made|runs?|funds?|funded|owns?|paid for|sponsor(?:s|ed)?|publish(?:es|ed)?|behind) (?:it|this)\b",
    re.IGNORECASE,
)


def other_medicine(
    own: str, before: str | None, subject: str | None, other_names: Sequence[str], lexicon: Lexicon
) -> str | None:
    """The medicine "it" is, if not the subject: one that the question `before` names alone or that is to be stopped."""
    if before is None:
        return None
    named = [text for kind, text in lexicon.things_in(before) if kind == "medicine"]
    # An opioid receptor is no medicine, nor is what an opioid blocker blocks.
    no_medicine = r"\W+(?:receptor|block|antagonist)"
    other = next((text for text in named if not re.search(rf"{re.escape(text)}{no_medicine}", before)), None)
    ours = subject is not None and names_any(before, (subject, *other_names))
    alone = not (ours or lexicon.regimens_in(before))
    return other if alone or COMING_OFF.search(own) else None


def use_named_before(own: str, lexicon: Lexicon) -> str | None:
    """The use of the drug that a question names before it says "it": "I'm on Vivitrol. Does it cause nausea?"."""
    pronoun = _SUBJECT_PRONOUN.search(own)
    uses = lexicon.regimen_words(own) if pronoun else []
    if not pronoun or not uses or own.index(uses[0][1]) > pronoun.start() or len({use for use, _ in uses}) > 1:
        return None
    return lexicon.regimens[uses[0][0]][0]


def name_illness(own: str, before: str | None, lexicon: Lexicon) -> str:
    """`own` with the one condition that the question `before` names in the place of "the illness"."""
    if before is None or not _THE_ILLNESS.search(own):
        return own
    named = [thing for kind, thing in lexicon.things_in(before) if kind == "condition"]
    return _THE_ILLNESS.sub(named[0], own, count=1) if len(named) == 1 else own


def name_subject(text: str, subject: str) -> str:
    """`text` with its first pronoun read as the subject, unless it stands for something `text` has named."""
    empty = [found.span() for found in EMPTY_PRONOUN.finditer(text)]
    # What stands before one that stands for nothing mostly does so, too: "who wrote all this, and is it sourced?".
    pronouns = _SUBJECT_PRONOUN.finditer(text, empty[0][1] if empty else 0)
    pronoun = next((it for it in pronouns if not any(a <= it.start() < b for a, b in empty)), None)
    if pronoun is None or _NAMED_BEFORE.search(text, 0, pronoun.start()):
        return text
    return text[: pronoun.start()] + subject + text[pronoun.end() :]
