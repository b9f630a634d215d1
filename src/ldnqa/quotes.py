"""Hits -> the quotes in them that answer the question, best first, and whether the best one answers it at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


from ldnqa.chunk import embedded_text
from ldnqa.index import Index
from ldnqa.retrieve import Query, unit
from ldnqa.text import names, terms
from ldnqa.types import Hit, Quote, Tier

# What ranks quotes: weights of each sign beside the quote's own cosine, which counts 1. Fitted by coordinate search on
# tests/gold.yaml (114 questions with an answer): the right quote comes first for 76% and is among the first three for
# 92%, against 70% and 87% with the cosine and a coverage weight of 0.3 alone.
PASSAGE_WEIGHT = 0.3
COVERAGE_WEIGHT = 0.5
PASSAGE_COVERAGE_WEIGHT = 0.3
ARTICLE_WEIGHT = 0.5
# A quote about another regimen than the one asked about must be this much better to come before one that is.
OTHER_REGIMEN_PENALTY = 0.1
# An article about something else than the others (how these articles are made) is for questions that name its subject.
OTHER_SUBJECT_PENALTY = 0.6
# An editor's comment must be this much better than what it comments on to be the answer itself.
EDITORIAL_PENALTY = 0.1

# Logistic regression, classes weighted alike, of "the corpus answers this" on four signs. Trained on the 156 questions
# of tests/gold.yaml asked of all shipped articles, of each article alone and of random threes and sixes of them; area
# under the ROC curve on questions left out (8 folds): 0.92 with all articles, 0.97 with one.
SUPPORT_INTERCEPT = -4.07
SUPPORT_QUOTE_COSINE = 6.36
SUPPORT_PASSAGE_COSINE = 6.49
SUPPORT_COVERAGE = 0.87
SUPPORT_UNKNOWN = -3.4
# Below this probability the question is not answered. On tests/gold.yaml 97% of the answerable and 24% of the
# unanswerable questions are answered from 0.65 on, 91% and 12% from 0.75 on, 84% and 5% from 0.85 on.
ANSWER_FROM = 0.75


@dataclass(frozen=True)
class ScoredQuote:
    """A quote, its cosine to the question, the share of the question's words it has, and the score it ranks by.

    `other_regimen` says that it is about another use of the drug than the question.
    """

    quote: Quote
    cosine: float
    coverage: float
    score: float
    other_regimen: bool


def rank_quotes(index: Index, query: Query, hits: Sequence[Hit]) -> list[ScoredQuote]:
    """Every quote of the hits' passages, best first; equal scores in the order of the hits.

    Cosines are taken from the centre of all quotes of the index, so that what every quote says (the drug's name)
    does not count as likeness to the question.
    """
    asked = unit(query.vector - index.centre)
    about = subject_terms(index)
    near = nearest_questions(index, query)
    found: dict[tuple[str, str, int, int], ScoredQuote] = {}
    for hit in hits:
        passage = hit.passage
        article = index.articles[passage.article_id]
        section = article.section(passage.section_id)
        other_regimen = bool(query.regimens and section.regimen and section.regimen not in query.regimens)
        other_subject = bool(index.subject) and not (
            set(article.subject) & set(index.subject) or any(names(query.text, name) for name in article.subject)
        )
        shared = (
            PASSAGE_WEIGHT * hit.cosine
            + PASSAGE_COVERAGE_WEIGHT * covered(query, terms(embedded_text(article, passage)), about, index)
            + ARTICLE_WEIGHT * near.get(article.id, 0.0)
            - OTHER_REGIMEN_PENALTY * other_regimen
            - OTHER_SUBJECT_PENALTY * other_subject
            - EDITORIAL_PENALTY * (section.tier is Tier.EDITORIAL)
        )
        for span, vector in zip(passage.quotes, index.quote_vectors(passage.id), strict=True):
            place = (article.id, section.id, span.start, span.end)
            if place in found:
                continue
            text = section.text[span.start : span.end]
            cosine = float(unit(vector - index.centre) @ asked)
            coverage = covered(query, terms(text), about, index)
            quote = Quote(
                passage_id=passage.id,
                article_id=article.id,
                section_id=section.id,
                start=span.start,
                end=span.end,
                text=text,
            )
            found[place] = ScoredQuote(
                quote, cosine, coverage, cosine + COVERAGE_WEIGHT * coverage + shared, other_regimen
            )
    return sorted(found.values(), key=lambda scored: -scored.score)


def nearest_questions(index: Index, query: Query) -> dict[str, float]:
    """For each article, the cosine of the question to the nearest of the questions its editors say it answers."""
    near: dict[str, float] = {}
    for (article_id, _), cosine in zip(index.questions, index.question_vectors @ query.vector, strict=True):
        near[article_id] = max(near.get(article_id, 0.0), float(cosine))
    return near


def support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    """The probability, 0 to 1, that the articles answer the question rather than merely resemble it.

    It looks at how near the nearest quote and passage are, how much of the question the leading quote has, and how
    much of the question no article has a word for.
    """
    if not ranked:
        return 0.0
    about = subject_terms(index)
    evidence = (
        SUPPORT_INTERCEPT
        + SUPPORT_QUOTE_COSINE * max(scored.cosine for scored in ranked)
        + SUPPORT_PASSAGE_COSINE * max(hit.cosine for hit in hits)
        + SUPPORT_COVERAGE * ranked[0].coverage
        + SUPPORT_UNKNOWN * unknown(query, about, index)
    )
    return 1 / (1 + math.exp(-evidence))


def covered(query: Query, text_terms: Sequence[str], about: frozenset[str], index: Index) -> float:
    """Share of the question's terms that stand in a text, 0 to 1, each counting as much as it is rare in the index.

    Terms naming what all articles are about (`about`) do not count: they stand everywhere. A term for which the
    lexicon knows other names is there if one of those is. A question that names nothing else has nothing covered.
    """
    present = frozenset(text_terms)
    wanted = [(group - about, weight) for group, weight in query.term_groups.items() if not group <= about]
    weights = [weight * min(index.rarity(term) for term in group) for group, weight in wanted]
    found = [weight for weight, (group, _) in zip(weights, wanted, strict=True) if group & present]
    return sum(found) / sum(weights) if wanted else 0.0


def unknown(query: Query, about: frozenset[str], index: Index) -> float:
    """Share of the question, 0 to 1 and weighted as in `covered`, for which no passage of the index has a word.

    Words that only ask do not count: an article need not say "work" or "expect" to answer.
    """
    wanted = [group - about for group in query.own_groups if not group <= about | query.generic]
    weights = [min(index.rarity(term) for term in group) for group in wanted]
    missing = [weight for weight, group in zip(weights, wanted, strict=True) if not any(map(index.has_term, group))]
    return sum(missing) / sum(weights) if wanted else 0.0


def subject_terms(index: Index) -> frozenset[str]:
    """Terms of the names of what most articles are about."""
    return frozenset(term for name in index.subject for term in terms(name))
