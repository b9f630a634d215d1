"""What a question leaves unsaid since it is asked on an article's page: "does it work?" beside what is said of
fibromyalgia asks whether it works in that. Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ldnqa.policy import Lexicon
from ldnqa.reading import Reading
from ldnqa.text import term_set

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


def view_of(title: str, lexicon: Lexicon) -> str | None:
    """The conditions or situations a page is about, as its title names them; None where it names medicines too."""
    things = lexicon.things_in(title)
    if not things or any(kind == "medicine" for kind, _ in things):
        return None
    places = [(at, at + len(said)) for _, said in things if (at := title.lower().find(said.lower())) >= 0]
    return title[min(start for start, _ in places) : max(end for _, end in places)] if places else None


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
