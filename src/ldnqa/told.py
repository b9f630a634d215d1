"""What readers tell of themselves, or of those they ask for: in a question, and in every one before it.

It is told by a statement ("I take methadone", "my child is 9"), also by one inside a question, and not by asking ("can
I take codeine?"). What was told stays told: only a question about somebody else leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ldnqa.people import KIN
from ldnqa.text import sentences, terms

# Clauses kept; the turns of a conversation come again with every question.
_TEXTS = 1_024

_WHO = (
    r"(?:i|we|he|she|they|who|mum|mom|dad|mother|father|gran(?:ny|dad|ma|pa)?"
    rf"|(?:my|our|her|his|the|an?) (?:[\w-]+ ){{0,2}}{KIN}s?|patient|client|pt|(?:my|our|her|his) (?:liver|kidneys?))"
    r"(?:,[^,.?!;]{1,25},|\s\(\w+\))?"
)
_ADVERBS = (
    r"(?:(?:still|also|now|currently|just|sometimes|occasionally|daily|already|recently|regularly|often|usually|both|always"
    r"|only|do|did|have|has|had|am|is|was|been|being|used to|no longer|currently|has to|have to)\s+){0,3}"
)
_DOES = (
    r"(?:am|is|are|was|were|be|been|have|has|had|got|gets?|takes?|taking|took|uses?|used|using|needs?|wears?|stopped|quit"
    r"|came off|finished|injects?|smokes?|smoked|drinks?|drinking|drank|suffers?|lives?|started"
    r"|swallowed|receives?|receiving|gave|prescribed"
    r"|on|with)"
)
# "I am wondering about codeine", "I have heard of methadone", "I am not pregnant", "I have no liver disease".
_NOT_SO = (
    r"(?!\s*(?:not|never|no|none|nobody|n['’]t)\b)"
    r"(?!(?:\s+[\w'’]+){0,3}\s+(?:wonder|ask|question|curious|think|interested|heard|read|told|seen|confus|unsure|sure|look"
    r"|worried|afraid|scared|doing research|research)\w*)"
)
_TELLS = re.compile(
    rf"\b{_WHO}(?:\s+{_ADVERBS}{_DOES}|['’](?:m|s|re|ve|d)|m"
    rf"|s(?= (?:on|taking|using|having|pregnant|been)\b))\b{_NOT_SO}"
    # "On methadone since May. ...", "34 weeks pregnant, ..."
    r"|^\W*(?:(?:hi|hello|so|and|ok|currently|already|still|now|am)\W+)*"
    r"(?:on|taking|using|pregnant|breastfeeding|nursing|\d+ (?:weeks|months) pregnant"
    r"|(?:had|took|taken|finished|stopped|been on|came off) (?:an?|one|two|some|half|the|my|\d+))\b"
    r"(?! of (?:us|you|them)\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:do|does|did|can|could|should|shall|will|would|may|might|must|is|are|am|was|were|have|has)(?:n['’]t)?\s+$",
    re.IGNORECASE,
)
# "If he ever used heroin again" tells of nothing that is.
_SUPPOSED = re.compile(
    r"\b(?:if|in case|should) (?:i|we|you|he|she|they|one|some(?:one|body))\b[^,.;?!]{0,40}\bagain\b", re.IGNORECASE
)
# Where the telling ends and the asking begins.
_ASKS = re.compile(
    r"\b(?:what|how|can|could|should|would|does|did|will|may|whether)\b"
    r"|(?:[,;:]|\band|\bbut|\bso)\s+(?:do|when|which|who|why|where|(?:is|are|am|was)"
    # "She is on LDN and is having an operation", and not "... and is it safe?".
    r"(?!\s+(?:(?:now|also|still|currently)\s+)?(?:on|due|pregnant|\w{2,}ing|\w{2,}ed)\b))\b"
    r"|\b(?:is|are|do) (?:it|ldn|naltrexone|low|there|i|we|you|this|that|they)\b",
    re.IGNORECASE,
)
# "I won't have opioids in the house"; who does not "have them often" has them.
_DENIED = re.compile(
    r"(?:\b(?:no(?! longer)|never|without|not)|n['’]t)\s+(?:on |any |the |taken |taking )*"
    r"(?:(?:have|keep|touch) (?:any )?[\w-]+"
    r"(?! (?:of|to|today|now|yet|left|this|often|much|every|daily|usually|always|except|unless)\b)"
    r"|[\w-]+)"
    # "Takes it to stay off heroin", "in recovery from opioids for years"; who has been so for days may have some left.
    r"|\b(?:in recovery from|recover(?:ed|ing) from|clean (?:from|of|off)"
    r"|(?:stay|keep)(?:s|ed|ing)? (?:\w+ )?(?:off|away from|clean of)|for (?:an? |his |her |my |their )?"
    r"(?=[\w-]+ (?:addiction|dependen(?:ce|cy)|use disorder|misuse)\b))"
    r" ?(?:the |all )?[\w-]+(?!.{0,30}\b(?:days?|weeks?|yesterday|today|hours?)\b)"
    # "I'm terrified he'll use heroin again" tells of no heroin.
    rf"|\b(?:scared|afraid|frightened|terrified|worried|nervous|anxious|fear(?:ing)?|dread(?:ing)?) (?:that )?"
    rf"(?:i|we|he|she|they|(?:my|our) {KIN})(?:['’]ll| will| may| might| could| would)\b"
    r".*?(?=[,.;]|\b(?:as|because|since|and|but|when|while|who|if)\b|$)",
    re.IGNORECASE,
)
_OF_SELF = re.compile(r"\b(?:i|i['’]?m|me|myself|mine|we|us)\b", re.IGNORECASE)
_OF_KIN = re.compile(
    rf"\b(?:for|about|to|does|do|can|could|should|would|may|is|has|give) (?:my|our|her|his) (?P<asked>{KIN})\b"
    rf"|\b(?:my|our) (?P<told>{KIN})\b"
    r"(?=['’]s|,| \(| (?:is|was|has|had|have|takes?|took|wants?|needs?|uses?|gets?|suffers?)\b)",
    re.IGNORECASE,
)

_MAY_TAKE = re.compile(
    rf"\b(?:can|could|may|might|shall|should|would|will|must) (?:i|we|he|she|(?:my|our) {KIN}) (?:\w+ ){{0,2}}?"
    r"(?:start|begin|take|try|have|use|go on|get)\b",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """What is told in the question itself, and before it, of those the question may be about."""

    now: str = ""
    before: str = ""

    @property
    def all(self) -> str:
        """Both, the question first."""
        return f"{self.now}\n{self.before}".strip()


def told_in(question: str, earlier: Sequence[str] = ()) -> Told:
    """What a question and the `earlier` ones, oldest first, tell; of two people that are told apart, of the one meant.

    A question that names nobody is about whoever the one before it was about, and "I" may be asking for anybody.
    """
    before: list[tuple[frozenset[str], str]] = []
    meant: frozenset[str] = frozenset()
    for text in (*earlier, question):
        kin = _kin_in(text)
        if _OF_SELF.search(text):
            meant = frozenset()
        elif kin:
            meant = kin
        if text is not question:
            before += [(kin or meant, clause) for clause in _clauses(text)]
    told = [clause for of, clause in before if not meant or of & meant]
    return Told(" \n".join(_clauses(question)), "\n".join(dict.fromkeys(told)))


def may_take(question: str) -> bool:
    """Whether it is asked if, or when, somebody may take something: "so could I start it next week?"."""
    return bool(_MAY_TAKE.search(question))


def only_tells(text: str) -> bool:
    """Whether a text tells something and asks nothing."""
    told = _clauses(text)
    return bool(told) and len(terms(" ".join(told))) == len(terms(text))


def asked_beside(text: str) -> str:
    """The sentences of a text that do more than tell; all of it if none does."""
    said = (text[span.start : span.end] for span in sentences(text))
    return " ".join(sentence for sentence in said if not only_tells(sentence)) or text


@lru_cache(_TEXTS)
def _clauses(text: str) -> tuple[str, ...]:
    """The parts of a text that tell something of somebody, each from whom it tells of to where it ends or asks."""
    found: list[str] = []
    for span in sentences(text):
        said = _SUPPOSED.sub(" ", text[span.start : span.end])
        end = 0
        for match in _TELLS.finditer(said):
            if match.start() < end or _ASKED.search(said[: match.start()]):
                continue
            asks = _ASKS.search(said, match.end())
            end = asks.start() if asks else len(said)
            found.append(_DENIED.sub("", said[match.start() : end]).strip())
    return tuple(found)


def _kin_in(text: str) -> frozenset[str]:
    return frozenset((match["asked"] or match["told"]).lower() for match in _OF_KIN.finditer(text))
