"""What the last answer quoted, where nothing is asked but a figure of it, or of which use of the drug it was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ldnqa.asking import FIGURES, HOW_DONE, Kind, answers_kind, kind_of, points_away
from ldnqa.index import Index
from ldnqa.leaning import asks_of_which_use
from ldnqa.query import Query
from ldnqa.quotes import ScoredQuote
from ldnqa.text import term_set, terms
from ldnqa.wanted import subject_terms

_PEOPLE = r"(?:women|people|patients|men|participants|cases)\b"
# "How many mg did they take in it?": of those who were just told of.
_OF_THE_STUDY = re.compile(
    r"\b(?:that|this|the) (?:one|study|trial|review|series|pilot)\b"
    r"|\b(?:did|were|had|was|gave|given to) (?:they|them|those|these)\b"
    r"|\bthey (?:did|were|had|got|take|took|gave|given|used)\b|\bin (?:it|there)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?:[\w-]+ ){{0,2}}{_PEOPLE}|\b\d+ of \d+\b", re.IGNORECASE
)
# The dose that somebody starts on, and the most that anybody took, are others.
_ONE_OF_SEVERAL = re.compile(
    r"\b(?:start\w*|beg[iau]n\w*|first|last|end|highest|lowest|max\w*|most|least|smallest|largest|average|mean|usual\w*)\b",
    re.IGNORECASE,
)
_HOW_MANY_WERE = re.compile(
    r"\b(?:sample|study) size\b"
    rf"|\bhow many (?:{_PEOPLE}|(?:was|were|are) (?:that|it|they|there|in)\b|(?:took|take) part\b|in (?:it|that)\b"
    r"|(?:of them )?(?:actually |really )?(?:took|tried|had|got|used|received|were (?:on|given|taking))"
    r" (?:it|this|that|ldn|low|naltrexone)\b)",
    re.IGNORECASE,
)
# "What dose was that?", "over how many weeks?": beside the figure these name nothing.
_OF_FIGURES = frozenset(
    terms("dose dosage mg milligrams women men over trial study sample size that given took tried used received")
)
_OF_ALL_DOSES = re.compile(r"\b(?:oral naltrexone|(?:any|all|other) doses?)\b", re.IGNORECASE)


def figure_of_the_told(index: Index, query: Query, ranked: Iterable[ScoredQuote]) -> ScoredQuote | None:
    """What the last answer led with, where nothing but a figure is asked for that stands there: "how many people was
    that in?". Any other study has another one. `ranked` has only quotes that meet what else the question demands.
    """
    bare = query.reading.bare or ""
    kind = kind_of(bare)
    if kind not in FIGURES or not term_set(bare) <= query.lexicon.generic_terms | _OF_FIGURES | subject_terms(index):
        return None
    if _ONE_OF_SEVERAL.search(bare):
        return None
    if kind is Kind.HOW_MANY and not _HOW_MANY_WERE.search(bare):
        return None
    led = next((id_ for id_ in query.cited if index.has_passage(id_)), None)
    asked = conditions_asked(index, query)
    for scored in (s for s in ranked if s.quote.passage_id == led and not s.sign("comment")):
        text = scored.quote.text
        figure = _COUNTED.search(text) if kind is Kind.HOW_MANY else answers_kind(kind, text)
        named = query.lexicon.first_names_in(text, "condition")
        of_another = points_away(text) or (asked and named and not any_of(asked, named))
        if figure and not of_another:
            return scored
    return None


def use_of_the_told(query: Query, ranked: Sequence[ScoredQuote]) -> ScoredQuote | None:
    """What was quoted just now, or else stands in the same article, and names a use of the drug, where nothing but that
    is asked: "is that about the full dose or about LDN?".
    """
    if not (query.reading.bare and asks_of_which_use(query.reading.bare, query.lexicon)):
        return None
    asked = query.lexicon.regimens_in(query.reading.bare)

    def tells(scored: ScoredQuote) -> int:
        of = query.lexicon.regimens_in(scored.quote.text)
        return 2 if any(use in asked for use in of) else int(bool(of or _OF_ALL_DOSES.search(scored.quote.text)))

    for place in ("passage_id", "article_id"):
        told = [scored for scored in ranked if getattr(scored.quote, place) in query.cited and tells(scored)]
        if told:
            return max(told, key=tells)
    return None


def conditions_asked(index: Index, query: Query) -> frozenset[str]:
    """The conditions a question names, or, where it only points to a study, those that the last answer led with."""
    named = query.lexicon.first_names_in(query.text, "condition")
    if named or not (_OF_THE_STUDY.search(query.text) or HOW_DONE.search(query.reading.asked_now)):
        return named
    led = next((index.passage(id_) for id_ in query.cited if index.has_passage(id_)), None)
    return query.lexicon.first_names_in(led.text, "condition") if led else named


def any_of(asked: frozenset[str], named: frozenset[str]) -> bool:
    """Whether a condition asked about is among those named, or one of these is a form of it, as that of diabetes is."""
    return bool(asked & named) or any(term_set(one) <= term_set(other) for one in asked for other in named)
