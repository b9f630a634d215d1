"""The signs that quotes are ranked and judged by, and what each counts. `ldnqa.quotes` reads the signs.

The weights are measured, never set by hand: `ldnqa eval tune` fits them, and docs/evaluation.md says to what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Weights(NamedTuple):
    """What ranks quotes, a weight for each sign, and the logistic regression of "the articles answer this" over signs
    of the best of them. Fitted by `ldnqa eval tune`.
    """

    ranking: Mapping[str, float]
    support: Mapping[str, float]
    intercept: float


# Cosines are taken from the centre of the index where that is said.
RANKING_SIGNS = {
    "quote": "cosine of the quote to the question and what remains of the conversation, from the centre",
    "quote_own": "the same to the question by itself",
    "quote_read": "the same to the question as it is read after the conversation",
    "coverage": "share of the terms asked for that the quote has",
    "coverage_in_place": "share of the question's own terms that the quote, its heading or the title has",
    "passage": "cosine of the passage",
    "passage_coverage": "share of the terms asked for that the passage has",
    "heading_coverage": "share of the question's own terms that the heading has",
    "listed": "cosine of the nearest question that the editors say the article answers",
    "listed_own": "the same to the question by itself",
    "asked": "cosine of the likest question that readers ask for the quote, across the centre of these questions",
    "asked_own": "the same to the question by itself",
    "asked_coverage": "share of its own terms that this question, the quote, its heading or the title has",
    "cited": "how much the last answer's citing its article counts",
    "cited_passage": "how much the last answer's citing its passage counts",
    "other_regimen": "the quote is about another use of the drug than the question",
    "other_subject": "the article is about how these articles are made, and the question is not",
    "another_tier": "it is asked what a label, a guideline or a study says, and the quote is none of these",
    "editorial": "a comment must be better than what it comments on to be the answer itself",
}
SUPPORT_SIGNS = {
    "lead": "score of the leading quote",
    "ahead": "how far the best passage is ahead of the tenth",
    "in_vain": "how much liker than the leading quote's own a question is that readers ask in vain",
    "covered": "share of the question's own terms in the leading quote, its place and the question likest to it",
    "kind": "the leading quote has the dose, the number or the time that is asked for; 1 if none is",
    "unknown": "share of the question that no article has a word for",
    "about_other": "it asks of another thing what only an article on that could say",
    "passage": "cosine of the passage of the leading quote",
    "rarest": "share of the three rarest things it names that the passage nearest in meaning has",
    "agreement": "correlation, over the passages read, of their cosine and their share of the terms asked for",
    "vain": "how like it is to the likest question that readers ask in vain",
    "how_done": "it is asked how a study was done, and the leading quote says so of one",
    "no_reason": "it is asked why, and the leading quote gives no reason",
    "follows": "there were questions before it",
    "again": "the last answer was led by the leading quote's passage, and this gives nothing more that is asked for",
}
# For an index without readers' questions whose articles have a subject in common.
WITHOUT_QUESTIONS = Weights(
    ranking={
        "quote": 1.0,
        "quote_own": 1.2,
        "coverage": 0.84,
        "coverage_in_place": 0.44,
        "passage": 0.97,
        "passage_coverage": 1.4,
        "heading_coverage": 0.18,
        "listed": 0.84,
        "listed_own": 0.18,
        "other_regimen": -0.54,
        "other_subject": -0.31,
        "editorial": -0.08,
    },
    support={
        "lead": 7.6,
        "ahead": 4.6,
        "kind": 3.1,
        "unknown": -5.4,
        "about_other": -4.2,
    },
    intercept=-6.45,
)
# For one whose articles have none: there a passage's cosine tells what is about the same thing at all, while most words
# of a long letter need not stand in what answers it. Ranked as above, since no quotes are judged there.
MANY_SUBJECTS = Weights(
    ranking=WITHOUT_QUESTIONS.ranking,
    support={
        "passage": 6.1,
        "rarest": 3.2,
        "agreement": 1.8,
        "unknown": -1.5,
    },
    intercept=-3.8,
)
# For one that has readers' questions. Support: two fits weighed 2 to 3, on questions before and after rules took some
# of its work; of 2,040 turns 1,766 come out right at best, with either alone 1,759 and 1,765.
WITH_QUESTIONS = Weights(
    ranking={
        "quote": 0.24,
        "quote_own": -0.05,
        "coverage": 1.1,
        "coverage_in_place": -0.47,
        "passage": 0.48,
        "passage_coverage": 3.2,
        "heading_coverage": 0.36,
        "listed": 1.1,
        "listed_own": -0.72,
        "asked": 5.0,
        "asked_own": 5.2,
        "asked_coverage": 1.6,
        "cited": 2.0,
        "cited_passage": 0.58,
        "other_regimen": -0.65,
        "other_subject": -1.4,
        "editorial": -0.02,
        "quote_read": 1.7,
        "another_tier": -0.45,
    },
    support={
        "lead": 3.9,
        "in_vain": -4.5,
        "covered": 1.1,
        "kind": 2.5,
        "unknown": -2.9,
        "about_other": -0.91,
        "passage": 1.7,
        "vain": -13.0,
        "how_done": 1.6,
        "follows": -1.0,
        "again": -1.1,
        "listed": -2.3,
        "asked_own": 8.2,
        "quote_read": 0.47,
        "other_regimen": -1.7,
        "another_tier": 0.41,
        "comment": 0.27,
        "evidence_asked": 0.36,
        "no_reason": -2.9,
        "asks_who": -0.62,
        "cue_which": -0.59,
        "cue_how_many": -0.72,
        "cue_whether": -0.72,
        "cue_where": -0.93,
        "cue_any": 0.65,
    },
    intercept=0.55,
)
