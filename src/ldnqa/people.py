"""Who a question is about, and whom a text tells of. Pure: it reads the words and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ldnqa.policy import Lexicon
from ldnqa.text import sentences

# Ages from which people are called adults, and older people.
ADULT = 18
OLDER = 65
CHILDREN, OLDER_PEOPLE = "children", "older people"
# People one asks for.
KIN = (
    r"(?:mum|mummy|mom|mother|dad|father|sister|brother|son|daughter|wife|husband|partner|girlfriend|boyfriend|child|kid"
    r"|aunt|uncle|cousin|niece|nephew|grand(?:ma|pa|mother|father|son|daughter|child)|mother-in-law|father-in-law|friend"
    r"|mate|neighbou?r|colleague|patient|client|nana?|gran(?:ny|dad)?)"
)
_WHO = rf"(?:he|she|who|boy|girl|baby|{KIN})"
# "He is 9 mg better", "I am 8 out of 10": no ages.
_NOT_A_MEASURE = (
    r"(?![\w-]|\.\d| ?(?:/|%|(?:mg|mcg|µg|g|ml|percent|weeks?|months?|days?|hours?|times|capsules?|tablets?|people"
    r"|patients|better|worse|more|less|than|too|to|or|of|out|the|enough)\b))"
)
# Looking first whether there is a figure at all within a few letters takes half of the time.
_NEAR_A_FIGURE = r"(?=[^\W\d]\D{0,19}\d)"
_AGE = re.compile(
    rf"\b(?:{_NEAR_A_FIGURE}"
    rf"(?:(?:i am|aged?|turned|{_WHO} (?:is|was)|(?:i['’]?m|{_WHO}['’]?s)) (\d{{1,3}})\b{_NOT_A_MEASURE}"
    # "My daughter 23 has", "my sister (41)", "41 years old", "41 y/o".
    rf"|{KIN},? (\d{{1,3}})(?=,| (?:has|is|was|with|who|had)\b))"
    r"|(\d{1,3})[ -]?(?:(?:years?|yrs?)[ -]old|y/?o)\b)|\((\d{1,3}) ?(?:[fm]|yo|years?)\)|\((\d{2,3})\)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
# "Since my second child", "I have two children", "I'm not pregnant" and "as a paediatric nurse" ask about nobody of
# that kind, nor does "we want children".
_NOT_ASKED_OF = re.compile(
    r"(?:\b(?:since|after|until|had|have|has|got|having|unborn|not|no|never|two|three|four"
    r"|as an?)|n['’]t)(?: \w+){0,2} ?$"
    r"|\b(?:wants?|wanting|would (?:like|love)|['’]d (?:like|love)|plan(?:s|ning)?|hop(?:e|es|ing)(?: for)?"
    r"|try(?:ing)? for)"
    r"(?: (?:to have|having|an?|another|more|any|some|first|second|third|two|three))* ?$",
    re.IGNORECASE,
)
# Somebody told of before: "would he need less?", "in boys his age".
HE_OR_SHE = r"he|him|his|she|hers?"
_POINTS = re.compile(rf"\b(?:{HE_OR_SHE}|(?:that|this|their) age)\b", re.IGNORECASE)
# "Does LDN bring it into remission?" asks of the illness that was told of, whoever has it.
_OF_ILLNESS = re.compile(
    r"\b(?:bring|brought|puts?|keeps?|gets?|calms?|settles?|controls?|eases?|heals?|cures?|treats?|for|in|against|slows?|stops?)"
    r" (?:it|this|that|the (?:disease|illness|condition|pain))\b",
    re.IGNORECASE,
)
# "What share responded?", "did it beat placebo?" ask what was found in others.
_OF_OTHERS = re.compile(
    r"\b(?:what|which) (?:share|percent\w*|proportion|fraction)\b"
    r"|\bhow many (?:of (?:them|those|the) ?)?(?:people|patients|others|adults|women|men)?\b.{0,20}"
    r"\b(?:got better|improved?|responded|respond|benefit(?:ed)?|felt better|were helped|reported|went into)\b"
    r"|\b(?:beat\w*|better than|outperform\w*|superior to) (?:an? |the )?(?:placebo|dummy|sugar|sham|control)"
    r"|\b(?:has|have|did|was|is)"
    r" (?:anyone|anybody|someone|they|researchers|doctors|it|this|that|ldn|(?:low.dose )?naltrexone)"
    r" (?:ever |really |actually )?(?:been )?(?:tested|test|tried|try|studied|study|looked at)\b"
    r"|\b(?:any|what) (?:stud(?:y|ies)|trials?|research)\b",
    re.IGNORECASE,
)
# How much, and whether one may, is another matter in a child.
_MAY = re.compile(
    r"\b(?:dos\w+|how (?:much|many)|mg|safe\w*|ok(?:ay)?|can|could|should|may|allowed|give|start|take)\b", re.IGNORECASE
)


def ages_in(text: str) -> dict[str, str | None]:
    """The ages a text gives, and what people of that age are called: no article need name the very year."""
    return dict(_ages_in(text))


# A question is looked at for an age by whoever reads it.
@lru_cache(64)
def _ages_in(text: str) -> Mapping[str, str | None]:
    ages = (next(filter(None, found.groups())) for found in (_AGE.finditer(text) if _FIGURE.search(text) else ()))
    return {age: CHILDREN if int(age) < ADULT else OLDER_PEOPLE if int(age) >= OLDER else None for age in ages}


def people_asked(question: str, lexicon: Lexicon, told: str = "", earlier: Sequence[str] = ()) -> frozenset[str]:
    """The groups of people that a question is about: those it names, and children where it gives such an age, or what
    is `told` beside it, unless an illness is asked about and not who has it; or, where it points to somebody, the last
    of the `earlier` questions, newest first, that gives an age.
    """
    named = {group for start, group in lexicon.people_in(question) if not _NOT_ASKED_OF.search(question[:start])}
    ages = ages_in(question if told in question else f"{question}\n{told}")
    if not ages and earlier and _POINTS.search(question):
        ages = next(filter(None, map(ages_in, earlier)), {})
    elif CHILDREN in ages.values():
        last = sentences(question)[-1]
        asks = question[last.start : last.end]
        ages = ages_in(asks) if asks_of_illness(asks, lexicon, told) else ages
    return frozenset(named | ({CHILDREN} if CHILDREN in ages.values() else set()))


def asks_of_others(question: str) -> bool:
    """Whether it is asked what was found in those who were studied."""
    return bool(_OF_OTHERS.search(question))


def asks_of_illness(question: str, lexicon: Lexicon, told: str = "") -> bool:
    """Whether a question asks what is known of an illness, and of nobody who has it, nor what one may.

    What was found in others it may ask of an illness that is only `told` of.
    """
    if _POINTS.search(question):
        return False
    if asks_of_others(question) and any(kind == "condition" for kind, _ in lexicon.things_in(told)):
        return True
    if _MAY.search(question):
        return False
    return bool(_OF_ILLNESS.search(question)) or any(kind == "condition" for kind, _ in lexicon.things_in(question))


def people_told_of(text: str, lexicon: Lexicon) -> list[str]:
    """The groups of people that somebody is in of whom a text tells. Who speaks of children may just have some."""
    named = [group for start, group in lexicon.people_in(text) if not _NOT_ASKED_OF.search(text[:start])]
    by_age = [group for group in ages_in(text).values() if group]
    return list(dict.fromkeys([*(group for group in named if group != CHILDREN), *by_age]))
