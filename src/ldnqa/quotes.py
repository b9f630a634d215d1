"""Hits -> the quotes in them that answer the question, best first, and whether the best one answers it at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ldnqa.index import Index
from ldnqa.quotable import quotable
from ldnqa.retrieve import Query, unit
from ldnqa.text import names, term_set, terms
from ldnqa.types import Hit, Quote, Tier

# What ranks quotes: the weight of each sign, fitted by `ldnqa eval tune` on tests/gold.yaml and the tuned half of
# tests/conversations.yaml. Cosines are taken from the centre of the index where that is said.
RANKING = {
    "quote": 1.0,  # cosine of the quote to the question and what remains of the conversation, from the centre
    "quote_own": 1.9,  # the same to the question by itself
    "coverage": 2.1,  # share of the terms asked for that the quote has
    "coverage_in_place": 0.8,  # share of the question's own terms that the quote, its heading or the title has
    "passage": 4.0,  # cosine of the passage
    "passage_coverage": 2.9,
    "heading_coverage": 0.8,  # share of the question's own terms that the heading has
    "listed": 2.2,  # cosine of the nearest question that the editors say the article answers
    "listed_own": 1.3,  # the same to the question by itself
    "other_regimen": -0.6,  # the quote is about another use of the drug than the question
    "other_subject": -0.06,  # the article is about how these articles are made, and the question is not
    "editorial": -0.21,  # a comment must be better than what it comments on to be the answer itself
}

# Logistic regression of "the corpus answers this", fitted by `ldnqa eval tune`: the weight of each sign.
SUPPORT = {
    "lead": 6.2,  # score of the leading quote
    "nearest": 2.6,  # cosine of the nearest quote, from the centre
    "ahead": 6.3,  # how far the best passage is ahead of the tenth
    "listed": 1.9,  # cosine of the nearest question that editors listed
    "unknown": -2.1,  # share of the question that no article has a word for
    "about_other": -3.7,  # it asks of another thing what only an article on that could say
}
SUPPORT_INTERCEPT = -5.54
# Below this probability the question is not answered. From 0.35 to 0.5 right abstentions on tests/gold.yaml rise from
# 81% to 88% and wrong ones from 3% to 6%; here they are 86% and 4%.
ANSWER_FROM = 0.4
# The passage the best one is compared with.
_TENTH = 9


@dataclass(frozen=True)
class ScoredQuote:
    """A quote, its cosine to the question, the share of the question's words it has, and the score it ranks by.

    `signs` are what the score was made of, by the names in RANKING. `other_regimen` says that it is about another use
    of the drug than the question.
    """

    quote: Quote
    signs: Mapping[str, float]
    score: float

    @property
    def cosine(self) -> float:
        """Cosine to the question, from the centre of the index."""
        return self.signs["quote"]

    @property
    def other_regimen(self) -> bool:
        """Whether it is about another use of the drug than the question."""
        return bool(self.signs["other_regimen"])


def rank_quotes(index: Index, query: Query, hits: Sequence[Hit]) -> list[ScoredQuote]:
    """Every quote of the hits' passages, best first; equal scores in the order of the hits.

    The score is the mean of the signs, weighted as RANKING says.
    """
    whole = sum(weight for weight in RANKING.values() if weight > 0)
    scored = []
    for quote, signs in read_signs(index, query, hits):
        score = sum(weight * signs[name] for name, weight in RANKING.items()) / whole
        scored.append(ScoredQuote(quote, signs, score))
    return sorted(scored, key=lambda scored: -scored.score)


def read_signs(index: Index, query: Query, hits: Sequence[Hit]) -> Iterator[tuple[Quote, dict[str, float]]]:
    """Every quote of the hits' passages, each once, with the signs that rank it.

    Cosines of quotes are taken from the centre of all quotes of the index, so that what every quote says (the drug's
    name) does not count as likeness to the question.
    """
    asked, asked_alone = unit(query.vector - index.centre), unit(query.own_vector - index.centre)
    about = subject_terms(index)
    wanted = weighted(query.term_groups, about, index)
    wanted_alone = weighted(dict.fromkeys(query.own_groups, 1.0), about | query.generic, index)
    near, near_alone = nearest_questions(index, query.vector), nearest_questions(index, query.own_vector)
    seen: set[tuple[str, str, int, int]] = set()
    # Most articles have their subject in common, and naming it has nothing to do with the passage.
    named: dict[tuple[str, ...], bool] = {}
    for hit in hits:
        passage = hit.passage
        article = index.articles[passage.article_id]
        section = article.section(passage.section_id)
        parts = quotable(index, passage)
        heading = term_set(section.heading)
        around = heading | term_set(article.title)
        if article.subject not in named:
            named[article.subject] = any(names(query.text, name) for name in article.subject)
        ours = named[article.subject] or not set(article.subject).isdisjoint(index.subject)
        shared = {
            "passage": hit.cosine,
            "passage_coverage": share(wanted, parts.terms),
            "heading_coverage": share(wanted_alone, heading),
            "listed": near.get(article.id, 0.0),
            "listed_own": near_alone.get(article.id, 0.0),
            "other_regimen": float(bool(query.regimens and section.regimen and section.regimen not in query.regimens)),
            "other_subject": float(bool(index.subject) and not ours),
            "editorial": float(section.tier is Tier.EDITORIAL),
        }
        cosines = ((parts.vectors @ asked) / parts.lengths).tolist()
        cosines_alone = ((parts.vectors @ asked_alone) / parts.lengths).tolist()
        for row, (quote, found) in enumerate(parts.quotes):
            place = (article.id, section.id, quote.start, quote.end)
            if place in seen:
                continue
            seen.add(place)
            yield (
                quote,
                {
                    "quote": cosines[row],
                    "quote_own": cosines_alone[row],
                    "coverage": share(wanted, found),
                    "coverage_in_place": share(wanted_alone, found | around),
                    **shared,
                },
            )


def nearest_questions(index: Index, vector: NDArray[np.float32]) -> dict[str, float]:
    """For each article, the cosine of a unit vector to the nearest of the questions its editors say it answers."""
    near: dict[str, float] = {}
    for (article_id, _), cosine in zip(index.questions, (index.question_vectors @ vector).tolist(), strict=True):
        if cosine > near.setdefault(article_id, 0.0):
            near[article_id] = cosine
    return near


def support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    """The probability, 0 to 1, that the articles answer the question rather than merely resemble it."""
    if not ranked:
        return 0.0
    signs = read_support(index, query, hits, ranked)
    return 1 / (1 + math.exp(-SUPPORT_INTERCEPT - sum(weight * signs[name] for name, weight in SUPPORT.items())))


def read_support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> dict[str, float]:
    """The signs of SUPPORT for a question, its hits and their quotes, of which there is at least one."""
    listed = index.question_vectors @ query.own_vector
    return {
        "lead": ranked[0].score,
        "nearest": max(scored.cosine for scored in ranked),
        "ahead": hits[0].score - hits[min(_TENTH, len(hits) - 1)].score,
        "listed": float(listed.max()) if len(listed) else 0.0,
        "unknown": unknown(query, subject_terms(index), index),
        "about_other": float(query.about_other is not None and bool(index.subject)),
    }


Weighted = tuple[tuple[frozenset[str], float], ...]


def weighted(groups: Mapping[frozenset[str], float], leave_out: frozenset[str], index: Index) -> Weighted:
    """What a text is to have: the groups that name anything but `leave_out`, each counting as much as it is rare."""
    named = ((group - leave_out, weight) for group, weight in groups.items() if not group <= leave_out)
    return tuple((group, weight * min(map(index.rarity, group))) for group, weight in named)


def share(wanted: Weighted, present: frozenset[str]) -> float:
    """Share of what is wanted that is present, 0 to 1; nothing wanted is nothing found."""
    whole = sum([weight for _, weight in wanted])
    return sum([weight for group, weight in wanted if not group.isdisjoint(present)]) / whole if whole else 0.0


def unknown(query: Query, about: frozenset[str], index: Index) -> float:
    """Share of the question, 0 to 1 and weighted by rarity, for which no passage of the index has a word.

    Words that only ask do not count: an article need not say "work" or "expect" to answer.
    """
    wanted = weighted(dict.fromkeys(query.own_groups, 1.0), about | query.generic, index)
    return 1 - share(wanted, frozenset(t for group, _ in wanted for t in group if index.has_term(t))) if wanted else 0.0


def subject_terms(index: Index) -> frozenset[str]:
    """Terms of the names of what most articles are about."""
    return frozenset(term for name in index.subject for term in terms(name))
