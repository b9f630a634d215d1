"""Reference numbers printed into running text: which figures are marks, and which are figures.

A saved page prints "as 2017 1, which" and "in such conditions 3, 4, 5"; it also prints "type 2 diabetes" and "a
score of 5." Taking a figure for a mark would change what the article says, so a number is taken only where nothing
else fits; what is in doubt stays in the text and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ldnqa.corpus.pieces import SUP_CLOSE, SUP_OPEN

# No article we know of cites more; a larger number is a figure.
_MOST_REFERENCES = 200
# Two words are looked at before a number; this many characters hold them.
_LOOK_BACK = 80
_RUN = r"\d{1,3}(?:(?:\s*,\s*|\s+)\d{1,3})*+"
_BARE = re.compile(rf"(?<=\S)\s+(?P<run>{_RUN})(?=\s*$|[.,;:!?)](?:\s|$)|\s*[\[{SUP_OPEN}])")
_LIST = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
_MARKED = re.compile(rf"\s*(?:\[(?P<bracket>{_LIST})\]|{SUP_OPEN}\s*\[?(?P<sup>{_LIST})\]?\s*{SUP_CLOSE})")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_ENDS_A_WORD = re.compile(r"(?:[^\W\d_]{2,}|\d%|[)\]\"”’'])$")

# Words that a figure belongs to when it follows them: "phase 3", "a score of 5", "below 7".
_TAKE_A_FIGURE = frozenset(
    """
    type phase stage grade class group arm cohort category level step table figure fig figs appendix chapter section
    part page pages day week month year hour minute visit cycle line tier score scores factor vitamin omega interleukin
    il covid sars hpv cyp number numbers no nos nr version question item ratio odds mean median total
    of to in by at for from than with about around approximately approx roughly nearly almost over under above below
    up between versus vs and or plus minus least most only every each per is was were are be been equals equal
    totaling totalling reached had has have scored averaged aged age ages until till into within after before on
    not just exactly some any the a an this these those all both then another other more less fewer
    enrolled enrols enrolls included includes include recruited involved randomized randomised received receive lasted
    lasts lost gained took take rose fell dropped increased decreased improved scored showed found remained became
    give given gave
    """.split()
)
# Plurals that a figure may belong to ("at weeks 4, 8"), unless they have been counted already ("several weeks 3").
_PLURALS = frozenset(
    """
    types phases stages grades classes groups arms cohorts categories levels steps tables figures days weeks months
    years hours minutes visits cycles lines parts items versions
    """.split()
)
_COUNTED = frozenset(
    """
    several few many both all two three four five six seven eight nine ten twelve various multiple different other
    some recent first last past
    """.split()
)
_LABELS = frozenset({"Study", "Trial", "Experiment", "Case", "Patient"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """`text[start:end]` may be a mark with these numbers; `sure` if the page itself marks it as one."""

    start: int
    end: int
    numbers: tuple[int, ...]
    sure: bool = False


def candidates(text: str) -> list[Candidate]:
    """Where reference numbers may stand in `text`, in order."""
    found = [
        Candidate(match.start(), match.end(), numbers, sure=True)
        for match in _MARKED.finditer(text)
        if match.start() > 0 and (numbers := _numbers(match["bracket"] or match["sup"]))
    ]
    for match in _BARE.finditer(text):
        numbers = _numbers(match["run"])
        at_the_end = not text[match.end() :].strip()
        if numbers and _follows_words(text[max(0, match.start() - _LOOK_BACK) : match.start()].split(), at_the_end):
            found.append(Candidate(match.start(), match.end(), numbers))
    return sorted(found, key=lambda candidate: candidate.start)


def _numbers(run: str) -> tuple[int, ...]:
    """The numbers of a run, each once; none if they cannot be reference numbers."""
    if re.search(r",\d{3}", run):
        return ()
    numbers: list[int] = []
    for part in re.split(r"[,;]|(?<=\d)\s+(?=\d)", run):
        ends = [end.strip() for end in re.split(r"[–-]", part)]
        if any(end.startswith("0") for end in ends):
            return ()
        numbers.extend(range(int(ends[0]), int(ends[-1]) + 1))
    if not numbers or max(numbers) > _MOST_REFERENCES:
        return ()
    return tuple(dict.fromkeys(numbers))


def _follows_words(before: list[str], at_the_end: bool) -> bool:
    """Whether a number after these words can be a mark: they end a sentence or a noun, and ask for no figure."""
    last = before[-1]
    bare = last.strip(".,;:!?()[]\"'“”‘’")
    if bare.lower() in _TAKE_A_FIGURE or bare in _LABELS:
        return False
    if bare.lower() in _PLURALS:
        counted = before[-2].lower().strip(",") if len(before) > 1 else ""
        return counted in _COUNTED or counted.isdigit()
    if last[-1] in ".!?":
        return at_the_end and len(bare) > 1
    return bool(_YEAR.fullmatch(bare) or _ENDS_A_WORD.search(last))


def reference_numbers(texts: Iterable[str], listed: Iterable[int] = ()) -> frozenset[int]:
    """The numbers that are references on a page with these texts.

    Those of its reference list and those it marks itself, and else 1 to n without a gap: a lone "31" on a page
    that mentions no 30 is a figure.
    """
    sure, maybe = set(listed), set[int]()
    for text in texts:
        for candidate in candidates(text):
            (sure if candidate.sure else maybe).update(candidate.numbers)
    if not sure:
        while len(sure) + 1 in maybe:
            sure.add(len(sure) + 1)
    return frozenset(sure)


def take_marks(text: str, known: frozenset[int]) -> tuple[str, tuple[tuple[int, tuple[int, ...]], ...], list[str]]:
    """`text` without its marks, the marks as (offset, numbers), and the numbers left in it that were in doubt."""
    kept, at = "", 0
    marks: list[tuple[int, tuple[int, ...]]] = []
    doubts: list[str] = []
    for candidate in candidates(text):
        if not set(candidate.numbers) <= known:
            doubts.append(text[candidate.start : candidate.end].strip())
            continue
        kept += text[at : candidate.start]
        at = candidate.end
        if marks and marks[-1][0] == len(kept):
            marks[-1] = (len(kept), tuple(dict.fromkeys(marks[-1][1] + candidate.numbers)))
        else:
            marks.append((len(kept), candidate.numbers))
    return kept + text[at:], tuple(marks), doubts
