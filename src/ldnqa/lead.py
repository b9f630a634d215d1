"""Which quote leads the answer, and when none may, by rules that are not left to learning."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ldnqa.answerable import support
from ldnqa.asking import FIGURES, HOW_DONE, Kind, answers_kind, meets, sums_up
from ldnqa.index import Index
from ldnqa.query import Query
from ldnqa.quotes import ScoredQuote, good_ones
from ldnqa.requoted import any_of, conditions_asked, figure_of_the_told, use_of_the_told
from ldnqa.text import names, names_any, sentences, term_set
from ldnqa.told import may_take
from ldnqa.types import Hit, Quote

# Below this probability the question is not answered. Of 4,386 questions and turns, each set judged by what the others
# taught, 3% of what the articles answer is met with silence here and 11% of what they do not is answered; at 0.45 4%
# and 10%.
ANSWER_FROM = 0.35
# What may lead where nothing good has what is asked for ("Depression ... have been reported" where it is asked whether
# naltrexone causes any, behind what is said of its treatment): it has so much of the nearest one's likeness, and stands
# no farther behind the first. Farther ones only share what is demanded, and a figure may be another study's.
NEARLY = (0.8, 6.0)
NEARLY_WITHOUT_FIGURES = (0.75, 3.0)
# So far behind the first may stand what gives a reason where it is only asked why, and a figure of the condition asked
# about where the first ones have another's.
SOME_BEHIND = 3.0
# "Does the injection help pain?" "No study used the injection": what a product is for, said of it as a whole.
_FOR_WHAT = re.compile(r"\b(?:for|help\w*|treat\w*|works?|use[ds]?|good|try)\b", re.IGNORECASE)
_OF_USES = re.compile(r"\b(?:ties|labelled for|named? (?:\w+ )?uses?|among the uses|no study)\b", re.IGNORECASE)
# Which of two is the other one, what tells of both leaves to nobody.
_THE_OTHER = re.compile(r"\bthe other (?:one|trial|study|review)\b", re.IGNORECASE)
# "Was it against placebo?": whatever was told of before, if that was a study.
_HOW_IT_WAS_TESTED = re.compile(
    r"\b(?:was|were|is) (?:it|that|this|they|those)\b.{0,30}\b(?:placebo|blind\w*|randomi[sz]\w+|control (?:group|arm)"
    r"|(?:dummy|sugar|sham|fake) \w+)\b",
    re.IGNORECASE,
)
# "The trial with 31 women" is none of ten.
_PEOPLE = r"(?:women|people|patients|men|participants|cases)\b"
_SIZE_ASKED = re.compile(
    rf"\b(?:study|trial|pilot|series|review|one) (?:with|of|in|on) (?:the )?(\d+) (?:[a-z]+ )?{_PEOPLE}", re.IGNORECASE
)
_SIZES = re.compile(rf"\b(\d+) (?:[a-z]+ )?{_PEOPLE}|\b\d+ of (\d+)\b", re.IGNORECASE)
# "Why?" is not answered by what was just quoted, if that gives no reason.
_BARE_WHY = re.compile(r"(?:^|[.?!]\s+)\W*(?:(?:and|but|so|ok(?:ay)?)\W+)*why(?: not| so| is that)?\W*$", re.IGNORECASE)


def lead_of(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> ScoredQuote | None:
    """The quote that leads the answer; None if the articles do not answer the question."""
    lead = able_to_lead(index, query, ranked)
    if lead is None or lead is _told(index, query, ranked):
        return lead
    return lead if support(index, query, hits, ranked, lead) >= ANSWER_FROM else None


def able_to_lead(index: Index, query: Query, ranked: Sequence[ScoredQuote]) -> ScoredQuote | None:
    """The quote that leads if the question is answered at all; None if none may.

    None may if a figure is asked for one use of the drug or one condition and found for another, or if the question is
    about people or another thing of which nothing there speaks: what is said of others might be taken for the answer.
    Nor may what has not what is asked for, a time or a harm, or where it is asked why what was just quoted.
    """
    if not ranked:
        return None
    good = good_ones(ranked)
    if not any(_has_what_is_asked(index, query, scored) for scored in good):
        good = [scored for scored in _nearly_good(query, ranked) if _has_what_is_asked(index, query, scored)] or good
    if _BARE_WHY.search(query.text) and not any(answers_kind(Kind.WHY, scored.quote.text) for scored in good):
        good = [scored for scored in ranked if scored.lead >= ranked[0].lead - SOME_BEHIND]
    lead: ScoredQuote | None = _told(index, query, ranked) or leading_one(index, query, good)
    figure_of_a_use = query.kind in FIGURES and query.lexicon.regimens_in(query.text)
    if lead and lead.other_regimen and figure_of_a_use:
        # "No opioid-free time specific to LDN could be verified" may lead where only the tablets have a figure.
        near = (scored for scored in _nearly_good(query, ranked) if not scored.other_regimen)
        lead = next((scored for scored in near if _has_what_is_asked(index, query, scored)), None)
    if lead and _is_of_its_study(query) and _is_of_another_condition(index, query, lead.quote):
        near = (s for s in ranked if not s.other_regimen and s.lead >= ranked[0].lead - SOME_BEHIND)
        able = (scored for scored in near if _tells_of_its_condition(index, query, scored.quote))
        lead = next((scored for scored in able if _has_what_is_asked(index, query, scored)), None)
    if lead is None or _is_of_others(index, query, lead.quote) or not _has_what_is_asked(index, query, lead):
        return None
    if _leaves_out_the_other(index, query, lead.quote):
        return None
    if _BARE_WHY.search(query.text) and lead.sign("cited_passage") and not answers_kind(Kind.WHY, lead.quote.text):
        return None
    if _is_of_another_size(query, lead.quote.text) or _is_of_another_study(index, query, lead):
        return None
    return lead


def leading_one(index: Index, query: Query, good: Sequence[ScoredQuote]) -> ScoredQuote:
    """The quote that leads: the first, but for rules that are not left to learning.

    What does not speak of the people asked about, or has not what is asked for (`asking.meets`), leads only if nothing
    does. What is about another use of the drug leads only if all is, where the question names the drug or asks for a
    figure; so does a figure for another condition, and what gives no reason where it is asked why. And who asks for the
    evidence is first told that it is disputed or thin, if a quote says so of what is asked about; and who asks for "the
    other one" is told of both; and who asks if they may take it hears the rule before a comment on it.
    """
    strict = query.kind in FIGURES or any(names(query.text, name) for name in index.subject)
    most = max(scored.sign("named") for scored in good)
    of_two = bool(_THE_OTHER.search(query.text))
    may = may_take(query.reading.asked_now)

    def falls_short(scored: ScoredQuote) -> tuple[bool, ...]:
        weighs = scored.sign("sums_up") and scored.sign("named") == most
        return (
            _is_of_others(index, query, scored.quote),
            not _has_what_is_asked(index, query, scored),
            strict and scored.other_regimen,
            query.kind is Kind.WHY and not answers_kind(Kind.WHY, scored.quote.text),
            bool(scored.sign("evidence_asked")) and not weighs,
            of_two and not sums_up(scored.quote.text),
            may and bool(scored.sign("comment")),
        )

    # Most often the first falls short of nothing.
    lead = next((scored for scored in good if not any(falls_short(scored))), None) or min(good, key=falls_short)
    if _is_of_its_study(query) and _is_of_another_condition(index, query, lead.quote):
        return next((scored for scored in good if _tells_of_its_condition(index, query, scored.quote)), lead)
    return lead


def _told(index: Index, query: Query, ranked: Sequence[ScoredQuote]) -> ScoredQuote | None:
    """What the last answer quoted, where nothing but its figure or its use of the drug is asked for."""
    able = (scored for scored in ranked if _has_what_is_asked(index, query, scored))
    return use_of_the_told(query, ranked) or figure_of_the_told(index, query, able)


def _nearly_good(query: Query, ranked: Sequence[ScoredQuote]) -> list[ScoredQuote]:
    """Those that may lead where nothing better has what is asked for."""
    nearest = max(scored.score for scored in ranked)
    of_a_study = query.kind in FIGURES or HOW_DONE.search(query.reading.asked_now)
    able = (NEARLY,) if of_a_study else (NEARLY, NEARLY_WITHOUT_FIGURES)
    first = ranked[0].lead
    return [s for s in ranked if any(s.score >= share * nearest and s.lead >= first - far for share, far in able)]


def _has_what_is_asked(index: Index, query: Query, scored: ScoredQuote) -> bool:
    """Whether a quote meets what the question demands. Of many subjects nothing is demanded: there "what causes gout?"
    asks of no harm that a medicine does.
    """
    if not index.subject:
        return True
    return meets(query.kind, query.demanded, scored.quote.text, query.lexicon) and _is_of_the_use(index, query, scored)


def _is_of_the_use(index: Index, query: Query, scored: ScoredQuote) -> bool:
    """Whether a quote may be said of a use of the drug that is not the one the articles are about.

    What is known of higher doses may warn who takes a low one, but not the other way round; and that a quote names the
    product asked about is no answer yet: it must name something else that is asked about, or say what that use is.
    """
    if not query.regimens:
        return True
    usual = query.lexicon.regimens_in(index.subject[0])
    if any(regimen in usual for regimen in query.regimens):
        return True
    if scored.other_regimen:
        return False
    text = scored.quote.text
    if not any(regimen in query.regimens for regimen in query.lexicon.regimens_in(text)):
        return True
    if _FOR_WHAT.search(query.text) and _OF_USES.search(text):
        return True
    product = query.lexicon.regimen_terms(query.text)
    # Only what the lexicon knows by several names is missed: side effects, alcohol, a nursing mother; not a knee.
    topics = (group for group, _ in query.wanted.topics.groups)
    asked = [group for group in topics if len(group) > 1 and group.isdisjoint(product)]
    return not asked or any(not group.isdisjoint(term_set(_in_place(index, scored.quote))) for group in asked)


def _is_of_its_study(query: Query) -> bool:
    """Whether a figure is asked for, or how a study was done: either is another one in another study."""
    return query.kind in FIGURES or bool(query.cited and HOW_DONE.search(query.reading.asked_now))


def _is_of_another_study(index: Index, query: Query, lead: ScoredQuote) -> bool:
    """Whether it is asked how what was told was tested, which is of no condition, and a quote is of something else."""
    bare = query.reading.bare
    if not (bare and query.cited and _HOW_IT_WAS_TESTED.search(bare)) or lead.sign("cited_passage"):
        return False
    return not conditions_asked(index, query)


def _is_of_another_size(query: Query, text: str) -> bool:
    """Whether a study is asked about by how many were in it, and a text counts only others."""
    asked = _SIZE_ASKED.search(query.reading.asked_now)
    counted = {number for found in _SIZES.findall(text) for number in found if number} if asked else set()
    return bool(asked and counted and asked[1] not in counted)


def _tells_of_its_condition(index: Index, query: Query, quote: Quote) -> bool:
    """Whether a quote has such a figure, or says how a study was done, for a condition that the question names."""
    tells = answers_kind(query.kind, quote.text) if query.kind in FIGURES else HOW_DONE.search(quote.text)
    return (
        bool(tells) and _is_of_its_condition(index, query, quote) and not _is_of_another_condition(index, query, quote)
    )


def _is_of_another_condition(index: Index, query: Query, quote: Quote) -> bool:
    """Whether a quote names other conditions than the question, and neither it nor its place one of these."""
    asked = conditions_asked(index, query)
    named = query.lexicon.first_names_in(quote.text, "condition") if asked else frozenset()
    if named and not _is_of_its_condition(index, query, quote):
        return True
    # A comment tells of two studies: the figure may be the other one's.
    parts = [quote.text[span.start : span.end] for span in sentences(quote.text)] if len(named) > 1 else []
    of_figure = [query.lexicon.first_names_in(part, "condition") for part in parts if answers_kind(query.kind, part)]
    return bool(of_figure) and all(of and not any_of(asked, of) for of in of_figure)


def _is_of_its_condition(index: Index, query: Query, quote: Quote) -> bool:
    """Whether a quote or its place names a condition that the question names."""
    asked = conditions_asked(index, query)
    return any_of(asked, query.lexicon.first_names_in(_in_place(index, quote), "condition"))


def _in_place(index: Index, quote: Quote) -> str:
    """A quote with its heading and the title of its article."""
    article = index.articles[quote.article_id]
    return "\n".join((quote.text, article.section(quote.section_id).heading, article.title))


def _is_of_others(index: Index, query: Query, quote: Quote) -> bool:
    """Whether people are asked about of whom neither a quote nor its heading nor its title speaks. How these articles
    are made is the same for everybody.
    """
    if not query.people or not index.subject:
        return False
    if set(index.articles[quote.article_id].subject).isdisjoint(index.subject) and not names_any(
        query.text, index.subject
    ):
        return False
    return not query.people & {group for _, group in query.lexicon.people_in(_in_place(index, quote))}


def _leaves_out_the_other(index: Index, query: Query, quote: Quote) -> bool:
    """Whether the question is about another thing than the articles, and a quote and its place do not name it."""
    if query.about_other is None or not index.subject:
        return False
    asked, place, lexicon = query.about_other, _in_place(index, quote), query.lexicon
    return not any(lexicon.first_names_in(asked, kind) & lexicon.first_names_in(place, kind) for kind in lexicon.kinds)


def unspoken_of(index: Index, query: Query, hits: Sequence[Hit]) -> list[str]:
    """The groups of people that a question is about and no hit speaks of."""
    places = [f"{hit.passage.text}\n{index.articles[hit.passage.article_id].title}" for hit in hits if query.people]
    return sorted(query.people - {group for place in places for _, group in query.lexicon.people_in(place)})
