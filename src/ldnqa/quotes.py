"""Hits -> the quotes in them that answer the question, best lead first, and whether that one answers it at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ldnqa.asking import FIGURES, Kind, answers_kind, meets
from ldnqa.index import Index
from ldnqa.leading import SIGNS, leading
from ldnqa.quotable import quotable
from ldnqa.retrieve import Query
from ldnqa.signs import read_signs
from ldnqa.text import names
from ldnqa.types import Hit, Quote
from ldnqa.wanted import share
from ldnqa.weights import MANY_SUBJECTS, WITH_QUESTIONS, WITHOUT_QUESTIONS, Weights

# Below this probability the question is not answered. Of 2,040 questions and turns 86% come out right from 0.25 to 0.5;
# at 0.3 4% of what the articles answer is met with silence and 15% of what they do not is answered, here 6% and 11%, at
# 0.6 11% and 8%.
ANSWER_FROM = 0.4
# A further quote must score at least this share of the best one's, or it is padding. Of the tuned questions answered,
# 2% have no right quote at all at 0.82, and here, 4% at 0.9, and an answer has 1.1, 1.0 and 0.6 further quotes.
KEEP_RATIO = 0.84
# Nor may it lead so much worse. Of the further quotes at that ratio 47% are right ones for 400 of the tuned questions;
# this leaves out 11% of all and 5% of these, 3 would leave out 24% and 14%.
KEEP_BEHIND = 4.0
# So near is what may lead where nothing good has what is asked for: "Depression ... have been reported" where it is
# asked whether naltrexone causes any, behind what is said of its treatment. Farther ones only share what is demanded.
NEARLY_RATIO = 0.8
NEARLY_BEHIND = 6.0
# The passage the best one is compared with.
_TENTH = 9
# Below this a spread is rounding.
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class ScoredQuote:
    """A quote, its signs by the names in RANKING_SIGNS and LEAD_SIGNS, and what they come to.

    `score` says how near it is to the question, 1 at most: what is worth reading beside the lead. `lead` says how well
    it leads, beside the other quotes of the same question.
    """

    quote: Quote
    signs: Mapping[str, float]
    score: float
    lead: float = 0.0

    @property
    def cosine(self) -> float:
        """Cosine to the question, from the centre of the index."""
        return self.signs["quote"]

    @property
    def other_regimen(self) -> bool:
        """Whether it is about another use of the drug than the question."""
        return bool(self.signs["other_regimen"])


def weights_of(index: Index) -> Weights:
    """What ranks and decides in this index."""
    if index.bank:
        return WITH_QUESTIONS
    return WITHOUT_QUESTIONS if index.subject else MANY_SUBJECTS


def rank_quotes(index: Index, query: Query, hits: Sequence[Hit]) -> list[ScoredQuote]:
    """Every quote of the hits' passages, the best lead first; equally good ones in the order of the hits.

    The score is the mean of the ranking signs, weighted by `weights_of`; who leads is for the networks of `leading`.
    """
    found, rows = read_signs(index, query, hits)
    if not found:
        return []
    weights = weights_of(index).ranking
    counts = np.array([weights.get(name, 0.0) for name in SIGNS])
    scores = np.vecdot(rows, counts / counts[counts > 0].sum())
    leads = leading("with" if index.bank else "without").scores(rows.astype(np.float32))
    scored = [
        ScoredQuote(quote, dict(zip(SIGNS, signs, strict=True)), score, lead)
        for quote, signs, score, lead in zip(found, rows.tolist(), scores.tolist(), leads.tolist(), strict=True)
    ]
    return sorted(scored, key=lambda scored: -scored.lead)


def good_ones(ranked: Sequence[ScoredQuote]) -> list[ScoredQuote]:
    """The quotes worth reading, in their order: the best lead, and what is nearly as near to the question as any and
    would not lead much worse.
    """
    nearest = max((scored.score for scored in ranked), default=0.0)

    def is_good(scored: ScoredQuote) -> bool:
        return scored.score >= KEEP_RATIO * nearest and scored.lead >= ranked[0].lead - KEEP_BEHIND

    return [scored for scored in ranked if scored is ranked[0] or is_good(scored)]


def _nearly_good(ranked: Sequence[ScoredQuote]) -> list[ScoredQuote]:
    """Those that may lead where nothing better has what is asked for."""
    nearest = max(scored.score for scored in ranked)
    return [s for s in ranked if s.score >= NEARLY_RATIO * nearest and s.lead >= ranked[0].lead - NEARLY_BEHIND]


def lead_of(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> ScoredQuote | None:
    """The quote that leads the answer; None if the articles do not answer the question."""
    return able_to_lead(index, query, ranked) if support(index, query, hits, ranked) >= ANSWER_FROM else None


def able_to_lead(index: Index, query: Query, ranked: Sequence[ScoredQuote]) -> ScoredQuote | None:
    """The quote that leads if the question is answered at all; None if none may.

    None may if a figure is asked for one use of the drug or one condition and found for another, or if the question is
    about people or another thing of which nothing there speaks: what is said of others might be taken for the answer.
    Nor may what has not what is asked for, a time or a harm.
    """
    if not ranked:
        return None
    good = good_ones(ranked)
    if not any(_has_what_is_asked(index, query, scored) for scored in good):
        good = [scored for scored in _nearly_good(ranked) if _has_what_is_asked(index, query, scored)] or good
    lead = leading_one(index, query, good)
    if _is_of_others(index, query, lead.quote) or not _has_what_is_asked(index, query, lead):
        return None
    if _leaves_out_the_other(index, query, lead.quote):
        return None
    if query.kind in FIGURES:
        other_use = lead.other_regimen and query.lexicon.regimens_in(query.text)
        return None if other_use or _is_of_another_condition(index, query, lead.quote) else lead
    return lead


def _has_what_is_asked(index: Index, query: Query, scored: ScoredQuote) -> bool:
    """Whether a quote meets what the question demands. Of many subjects nothing is demanded: there "what causes gout?"
    asks of no harm that a medicine does.
    """
    return not index.subject or meets(query.text, scored.quote.text)


def _is_of_another_condition(index: Index, query: Query, quote: Quote) -> bool:
    """Whether a quote names other conditions than the question, and neither it nor its place one of these."""
    asked = query.lexicon.first_names_in(query.text, "condition")
    named = query.lexicon.first_names_in(quote.text, "condition") if asked else ()
    return bool(named) and not _is_of_its_condition(index, query, quote)


def _is_of_its_condition(index: Index, query: Query, quote: Quote) -> bool:
    """Whether a quote or its place names a condition that the question names."""
    asked = query.lexicon.first_names_in(query.text, "condition")
    return bool(asked & query.lexicon.first_names_in(_in_place(index, quote), "condition"))


def _in_place(index: Index, quote: Quote) -> str:
    """A quote with its heading and the title of its article."""
    article = index.articles[quote.article_id]
    return "\n".join((quote.text, article.section(quote.section_id).heading, article.title))


def _is_of_others(index: Index, query: Query, quote: Quote) -> bool:
    """Whether people are asked about of whom neither a quote nor its heading nor its title speaks."""
    if not query.people or not index.subject:
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


def leading_one(index: Index, query: Query, good: Sequence[ScoredQuote]) -> ScoredQuote:
    """The quote that leads: the first, but for rules that are not left to learning.

    What does not speak of the people asked about, or has not what is asked for (`asking.meets`), leads only if nothing
    does. What is about another use of the drug leads only if all is, where the question names the drug or asks for a
    figure; so does a figure for another condition, and what gives no reason where it is asked why. And who asks for the
    evidence is first told that it is disputed or thin, if a quote says so of what is asked about.
    """
    strict = query.kind in FIGURES or any(names(query.text, name) for name in index.subject)
    most = max(scored.signs["named"] for scored in good)

    def falls_short(scored: ScoredQuote) -> tuple[bool, ...]:
        weighs = scored.signs["sums_up"] and scored.signs["named"] == most
        return (
            _is_of_others(index, query, scored.quote),
            not _has_what_is_asked(index, query, scored),
            strict and scored.other_regimen,
            query.kind is Kind.WHY and not answers_kind(Kind.WHY, scored.quote.text),
            bool(scored.signs["evidence_asked"]) and not weighs,
        )

    lead = min(good, key=falls_short)
    if query.kind in FIGURES and _is_of_another_condition(index, query, lead.quote):
        able = (scored for scored in good if answers_kind(query.kind, scored.quote.text))
        return next((scored for scored in able if _is_of_its_condition(index, query, scored.quote)), lead)
    return lead


def support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    """The probability, 0 to 1, that the articles answer the question rather than merely resemble it."""
    if not ranked:
        return 0.0
    signs = read_support(index, query, hits, ranked)
    weights = weights_of(index)
    return 1 / (
        1 + math.exp(-weights.intercept - sum(weight * signs[name] for name, weight in weights.support.items()))
    )


def read_support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> dict[str, float]:
    """The signs of SUPPORT_SIGNS for a question, its hits and their quotes, of which there is at least one."""
    lead = ranked[0]
    passages = {scored.quote.passage_id: scored.signs for scored in ranked}
    nearest = max(hits, key=lambda hit: hit.cosine).passage
    return {
        "lead": lead.score,
        "ahead": hits[0].score - hits[min(_TENTH, len(hits) - 1)].score,
        "in_vain": query.near_own.vain - max(lead.signs["asked"], lead.signs["asked_own"]),
        "covered": lead.signs["asked_coverage"],
        "kind": float(not lead.signs["figure_asked"] or lead.signs["fits_kind"]),
        "unknown": query.wanted.unknown,
        "about_other": float(query.about_other is not None and bool(index.subject)),
        "passage": lead.signs["passage"],
        "rarest": share(query.wanted.rarest, quotable(index, nearest).terms),
        "agreement": correlation([(signs["passage"], signs["passage_coverage"]) for signs in passages.values()]),
    }


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's coefficient of the pairs, -1 to 1; 0 where either side never varies."""
    count = len(pairs)
    mean_x, mean_y = (sum(side) / count for side in zip(*pairs, strict=True))
    apart = [(x - mean_x, y - mean_y) for x, y in pairs]
    spread = math.sqrt(sum([x * x for x, _ in apart]) * sum([y * y for _, y in apart]))
    return sum([x * y for x, y in apart]) / spread if spread > _NO_SPREAD else 0.0
