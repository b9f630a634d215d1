"""Which use of the drug a conversation is about: a low dose, the tablets, the injection, or none in particular.

It is the one spoken of last. Who names none speaks of the articles' own only where nothing else was spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ldnqa.asking import Kind, kind_of, regimens_asked
from ldnqa.index import Index
from ldnqa.policy import Lexicon
from ldnqa.reading import Reading
from ldnqa.text import names, names_any, sentences
from ldnqa.types import Regimen

# "I used to take LDN, now I get Vivitrol."
_CHANGED = re.compile(r"\b(?:used to|now|switch\w*|chang\w*|swap\w*|mov\w+|instead|replaced)\b", re.IGNORECASE)
_A_PRODUCT = re.compile(r"\b(?:tablet|pill|capsule|injection|shot)s?\b", re.IGNORECASE)


# "Is Vivitrol low-dose naltrexone?" is about what is named first.
_IS_IT = re.compile(r"^\W*(?:(?:so|and|but|ok(?:ay)?)\W+)*(?:is|are|isn['’]?t|aren['’]?t|does|can)\b", re.IGNORECASE)
# "Is the shot a form of LDN?" is about the shot.
_AS_WHAT = re.compile(r"\b(?:an?|the same|another) (?:form|kind|type|name|thing) (?:of|as|for) .*", re.IGNORECASE)


def use_told_of(told: str, subject: str, lexicon: Lexicon) -> str:
    """What "it" is after this: the other use of the drug that was told of last, or the drug, if no use of it is named
    but in its name; else the subject.
    """
    usual = lexicon.regimens_in(subject)
    if not usual and subject != lexicon.drug:
        return subject
    for span in reversed(sentences(told)):
        said = _AS_WHAT.sub("", told[span.start : span.end])
        uses = [use for use, _ in lexicon.regimen_words(said)]
        if uses:
            if uses[0] not in usual and _IS_IT.search(said):
                return lexicon.regimens[uses[0]][0]
            now = set(uses[-1:] if _CHANGED.search(said) else uses)
            ours = any(use in usual for use in now)
            return subject if ours else lexicon.regimens[uses[-1]][0] if len(now) == 1 else lexicon.drug
    return lexicon.drug if names(told, lexicon.drug) else subject


def use_spoken_of(readings: Sequence[Reading], subject: str, other_names: Sequence[str], lexicon: Lexicon) -> str:
    """What "it" is in a conversation: what the last reading that names the drug makes of the subject."""
    named = (
        reading.text
        for reading in reversed(readings)
        if names_any(reading.text, (subject, *other_names)) or lexicon.regimens_in(reading.text)
    )
    return use_told_of(next(named, ""), subject, lexicon)


def use_asked(reading: Reading, subject: str | None, index: Index, lexicon: Lexicon) -> tuple[Regimen, ...]:
    """The uses of the drug that are asked about: by the question, by what was told, or by the last question that was.

    Who just asked about another use than the articles are about, and names none now, asks about none of theirs; but who
    asks about a condition or "the tablets" asks anew.
    """
    own = reading.text if lexicon.regimens_in(reading.text) else f"{reading.text} {reading.told}"
    # "And the monthly depot?" is about no tablets any more, unless both are held against each other.
    if reading.bare and lexicon.regimens_in(reading.bare) and kind_of(reading.bare) is not Kind.COMPARE:
        own = reading.bare
    asked = regimens_asked(own, subject, lexicon)
    anew = _A_PRODUCT.search(own) or any(kind == "condition" for kind, _ in lexicon.things_in(reading.own))
    if not asked or anew or names_any(own, index.subject) or lexicon.regimens_in(own):
        return asked
    of_drug = (said for said in reading.earlier if names_any(said, index.subject) or lexicon.regimens_in(said))
    before = regimens_asked(next(of_drug, ""), subject, lexicon)
    usual = lexicon.regimens_in(index.subject[0]) if index.subject else []
    if not before or any(use in usual for use in before):
        return before
    return tuple(use for use in lexicon.regimens if use not in usual)
