"""What a question leaves unsaid since it is asked on an article's page: "does it work?" beside what is said of
fibromyalgia asks whether it works in that. Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ldnqa.people import KIN
from ldnqa.policy import Lexicon
from ldnqa.reading import Reading
from ldnqa.text import names_any, term_set

# What it does, how well that is known, and what was studied is another matter in another condition.
_OF_A_CONDITION = re.compile(
    r"\b(?:does|do|did|can|could|will|would|might|is|are)\b.{1,40}\b(?:works?|help(?:s|ful)?|effective|any good|useful"
    r"|worth (?:it|trying|a try)|beneficial|proven|do (?:anything|something))\b"
    r"|\b(?:bigger|biggest|larger|largest|smaller|smallest|newer|older|main) (?:one|trial|study)\b"
    r"|\bhow (?:well|good|strong|solid|effective|certain|sure|reliable|convincing)\b|\b(?:evidence|proof|prove[ns]?)\b"
    r"|\b(?:stud(?:y|ies)|trials?|research|reviews?|(?:the|any|what|their|main) (?:results?|findings?))\b"
    r"|\bhow many (?:people|patients|women|participants)\b|\bbenefits?\b",
    re.IGNORECASE,
)
# How it works, whether it is safe, and how it is taken is asked of it wherever it is asked.
_OF_ALL = re.compile(
    r"\bhow (?:does|do|is|might|could|would)\b.{1,40}\b(?:work|act|thought)|\bmechanism"
    r"|\b(?:safe|safety|side.?effects?|adverse|risks?|harm\w*|(?<!low.)dos(?:e|es|age|ing)|interact\w*|approv\w+|label|cost|animals?"
    r"|rats?|mice|articles?|page|site)\b",
    re.IGNORECASE,
)
_SUMMARY = (
    r"(?:summar(?:y|i[sz]e)|tl;?dr|gist|overview|bottom line|conclusions?|(?:main |key )?(?:take-?aways?|findings)"
    r"|(?:main|key) (?:points?|facts?|messages?)|in (?:short|brief|a nutshell))"
)
_PLEASE = r"(?:(?:please|can you|could you|give|tell|me|what(?:['’]?s| is| are)|an?|the|quick|short|brief)\W+)*"
# "Key points?", "summarise this article", "what is this page about?"
_IN_SHORT = re.compile(rf"\W*{_PLEASE}{_SUMMARY}(?:\W+(?:please|here))*\W*", re.IGNORECASE)
_OF_THE_ARTICLE = re.compile(
    rf"\W*{_PLEASE}(?:{_SUMMARY} (?:of |from |in )?(?:this|the) (?:article|page|text)"
    r"|what(?:['’]?s| is| does| are) (?:this|the) (?:article|page|text) (?:(?:all )?about|say)"
    rf"|(?:this|the) (?:article|page|text)(?:['’]s)? {_SUMMARY})(?:\W+(?:please|for me|in short))*\W*",
    re.IGNORECASE,
)
# "Who must not have them?"; "why do they prescribe them?" speaks of somebody first.
_THEM = re.compile(r"\bthem\b", re.IGNORECASE)
_THEY = re.compile(
    r"\bthey\b(?! (?:\w+ )?(?:know|says?|said|think|find|found|give|gave|prescribe\w*|tell|told|test|recommend|take"
    r"|took|mean|want|make|sell|call|use|study|look)\b)",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    rf"\b(?:people|patients|doctors|studies|trials|sources|articles|women|men|parents|kids|children|{KIN}s?)\b",
    re.IGNORECASE,
)


def view_of(title: str, lexicon: Lexicon) -> str | None:
    """The conditions or situations a page is about, as its title names them; None where it names medicines too."""
    things = lexicon.things_in(title)
    if not things or any(kind == "medicine" for kind, _ in things):
        return None
    places = [(at, at + len(said)) for _, said in things if (at := title.lower().find(said.lower())) >= 0]
    return title[min(start for start, _ in places) : max(end for _, end in places)] if places else None


def in_words(own: str, title: str, subject: str | None, *, opens: bool) -> str:
    """What is asked on a page of this title, which is what the whole of it is asked for by: "summarise this article",
    and "key points?" where that opens the conversation. "They" are the subject then, if it is several and nobody else
    is spoken of.
    """
    if _OF_THE_ARTICLE.fullmatch(own) or (opens and _IN_SHORT.fullmatch(own)):
        return title
    if not (opens and subject and subject.endswith("s")) or names_any(own, (subject,)) or _SOMEBODY.search(own):
        return own
    pointing = _THEM if _THEM.search(own) else _THEY
    return pointing.sub(subject, own, count=1)


def in_view(reading: Reading, view: str, lexicon: Lexicon) -> Reading:
    """The reading with what the page is about, where that decides what is asked and is not named."""
    asked = reading.own
    if not term_set(asked).isdisjoint(term_set(view)):
        return reading
    if (
        reading.asks
        or reading.bare
        or not _OF_A_CONDITION.search(asked)
        or _OF_ALL.search(asked)
        or lexicon.things_in(reading.text)
    ):
        return reading
    text = f"{asked.rstrip(' ?.!')} in {view}?"
    return replace(reading, text=text, own=text)


def of_one(reading: Reading, view: str, lexicon: Lexicon) -> Reading:
    """The reading with the first thing that the page is about in the place of all of them, so that "and for MS?" behind
    it takes the place of all.
    """
    first = lexicon.things_in(view)[0][1]
    return replace(reading, text=reading.text.replace(view, first), own=reading.own.replace(view, first))
