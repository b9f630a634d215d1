"""Hits -> the quotes in them that answer the question, best first, and whether the best one answers it at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import FIGURES, answers_kind, kind_of
from ldnqa.chunk import call_by_first_name, embedded_text
from ldnqa.index import Index
from ldnqa.retrieve import Query, unit
from ldnqa.text import names, terms
from ldnqa.types import Hit, Quote, Tier

# What ranks quotes: the weight of each sign, fitted by `ldnqa eval tune` on tests/gold.yaml and the tuned half of
# tests/conversations.yaml. Cosines are taken from the centre of the index where that is said.
RANKING = {
    "quote": 1.0,  # cosine of the quote to the question and what remains of the conversation, from the centre
    "quote_own": 0.5,  # the same to the question by itself
    "coverage": 1.8,  # share of the terms asked for that the quote has
    "coverage_in_place": -0.7,  # share of the question's own terms that the quote, its heading or the title has
    "passage": 2.2,  # cosine of the passage
    "passage_coverage": 2.6,
    "heading_coverage": 0.7,  # share of the question's own terms that the heading has
    "listed": 1.8,  # cosine of the nearest question that the editors say the article answers
    "listed_own": 0.5,  # the same to the question by itself
    "asked": 3.9,  # cosine of the likest question that readers ask for the quote
    "asked_own": 3.6,  # the same to the question by itself
    "asked_coverage": 2.3,  # share of its own terms that this question, the quote, its heading or the title has
    "other_regimen": -0.26,  # the quote is about another use of the drug than the question
    "other_subject": -0.03,  # the article is about how these articles are made, and the question is not
    "editorial": -0.16,  # a comment must be better than what it comments on to be the answer itself
}

# A quote that no reader's question is tied to: the likeness such a question would have, from the quote's own. The line
# through all quotes of the default articles that have questions, on the tuned questions.
STAND_IN = 0.24
STAND_IN_SLOPE = 0.62

# Logistic regression of "the corpus answers this", fitted by `ldnqa eval tune`: the weight of each sign, in an index
# without readers' questions and in one that has them.
SUPPORT = {
    "lead": 6.2,  # score of the leading quote
    "nearest": 2.6,  # cosine of the nearest quote, from the centre
    "ahead": 6.3,  # how far the best passage is ahead of the tenth
    "listed": 1.9,  # cosine of the nearest question that editors listed
    "unknown": -2.1,  # share of the question that no article has a word for
    "about_other": -3.7,  # it asks of another thing what only an article on that could say
}
SUPPORT_INTERCEPT = -5.54
SUPPORT_ASKED = {
    "lead": 2.9,
    "in_vain": -9.9,  # how much liker than the leading quote's own a question is that readers ask in vain
    "covered": 1.4,  # share of the question's own terms in the leading quote, its place and the question likest to it
    "kind": 3.6,  # the leading quote has the dose, the number or the time that is asked for; 1 if none is
    "unknown": -4.3,
    "about_other": -3.2,
}
SUPPORT_ASKED_INTERCEPT = -3.96
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
    for hit in hits:
        passage = hit.passage
        article = index.articles[passage.article_id]
        section = article.section(passage.section_id)
        heading = term_set(section.heading)
        around = heading | term_set(article.title)
        other_subject = bool(index.subject) and not (
            set(article.subject) & set(index.subject) or any(names(query.text, name) for name in article.subject)
        )
        shared = {
            "passage": hit.cosine,
            "passage_coverage": share(wanted, term_set(embedded_text(article, passage))),
            "heading_coverage": share(wanted_alone, heading),
            "listed": near.get(article.id, 0.0),
            "listed_own": near_alone.get(article.id, 0.0),
            "other_regimen": float(bool(query.regimens and section.regimen and section.regimen not in query.regimens)),
            "other_subject": float(other_subject),
            "editorial": float(section.tier is Tier.EDITORIAL),
        }
        vectors = index.quote_vectors(passage.id) - index.centre
        lengths = np.linalg.norm(vectors, axis=1)
        lengths[lengths == 0] = 1
        cosines, cosines_alone = (vectors @ asked) / lengths, (vectors @ asked_alone) / lengths
        places = index.asked_in(passage)
        for row, span in enumerate(passage.quotes):
            place = (article.id, section.id, span.start, span.end)
            if place in seen:
                continue
            seen.add(place)
            text = section.text[span.start : span.end]
            found = term_set(text)
            quote = Quote(
                passage_id=passage.id,
                article_id=article.id,
                section_id=section.id,
                start=span.start,
                end=span.end,
                text=text,
            )
            yield (
                quote,
                {
                    "quote": float(cosines[row]),
                    "quote_own": float(cosines_alone[row]),
                    "coverage": share(wanted, found),
                    "coverage_in_place": share(wanted_alone, found | around),
                    "asked": query.near.at(places[row]) if places[row] else _stand_in(cosines[row]),
                    "asked_own": query.near_own.at(places[row]) if places[row] else _stand_in(cosines_alone[row]),
                    "asked_coverage": share(wanted_alone, found | around | asked_terms(index, query, places[row])),
                    **shared,
                },
            )


def _stand_in(cosine: float) -> float:
    return STAND_IN + STAND_IN_SLOPE * float(cosine)


def asked_terms(index: Index, query: Query, places: Sequence[int]) -> frozenset[str]:
    """Terms of the likest question that readers ask for some places; none if there are no places."""
    if not places:
        return frozenset()
    place = max(places, key=lambda each: float(query.near_own.best[each]))
    question = index.bank.questions[query.near_own.nearest[place]]
    return term_set(call_by_first_name(question.text, index.articles[question.article_id].subject))


def nearest_questions(index: Index, vector: NDArray[np.float32]) -> dict[str, float]:
    """For each article, the cosine of a unit vector to the nearest of the questions its editors say it answers."""
    near: dict[str, float] = {}
    for (article_id, _), cosine in zip(index.questions, index.question_vectors @ vector, strict=True):
        near[article_id] = max(near.get(article_id, 0.0), float(cosine))
    return near


def support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    """The probability, 0 to 1, that the articles answer the question rather than merely resemble it."""
    if not ranked:
        return 0.0
    signs = read_support(index, query, hits, ranked)
    weights, intercept = (SUPPORT_ASKED, SUPPORT_ASKED_INTERCEPT) if index.bank else (SUPPORT, SUPPORT_INTERCEPT)
    return 1 / (1 + math.exp(-intercept - sum(weight * signs[name] for name, weight in weights.items())))


def read_support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> dict[str, float]:
    """The signs of both tables for a question, its hits and their quotes, of which there is at least one."""
    listed = index.question_vectors @ query.own_vector
    lead = ranked[0]
    kind = kind_of(query.text)
    return {
        "lead": lead.score,
        "nearest": max(scored.cosine for scored in ranked),
        "ahead": hits[0].score - hits[min(_TENTH, len(hits) - 1)].score,
        "listed": float(listed.max()) if len(listed) else 0.0,
        "in_vain": query.near_own.vain - max(lead.signs["asked"], lead.signs["asked_own"]),
        "covered": lead.signs["asked_coverage"],
        "kind": float(kind not in FIGURES or answers_kind(kind, lead.quote.text)),
        "unknown": unknown(query, subject_terms(index), index),
        "about_other": float(query.about_other is not None and bool(index.subject)),
    }


Weighted = tuple[tuple[frozenset[str], float], ...]


def weighted(groups: Mapping[frozenset[str], float], leave_out: frozenset[str], index: Index) -> Weighted:
    """What a text is to have: the groups that name anything but `leave_out`, each counting as much as it is rare."""
    named = ((group - leave_out, weight) for group, weight in groups.items() if not group <= leave_out)
    return tuple((group, weight * min(index.rarity(term) for term in group)) for group, weight in named)


def share(wanted: Weighted, present: frozenset[str]) -> float:
    """Share of what is wanted that is present, 0 to 1; nothing wanted is nothing found."""
    whole = sum(weight for _, weight in wanted)
    return sum(weight for group, weight in wanted if group & present) / whole if whole else 0.0


def unknown(query: Query, about: frozenset[str], index: Index) -> float:
    """Share of the question, 0 to 1 and weighted by rarity, for which no passage of the index has a word.

    Words that only ask do not count: an article need not say "work" or "expect" to answer.
    """
    wanted = weighted(dict.fromkeys(query.own_groups, 1.0), about | query.generic, index)
    return 1 - share(wanted, frozenset(t for group, _ in wanted for t in group if index.has_term(t))) if wanted else 0.0


def subject_terms(index: Index) -> frozenset[str]:
    """Terms of the names of what most articles are about."""
    return frozenset(term for name in index.subject for term in terms(name))


# The articles' texts come again with every question; stemming them each time took most of the time of ranking.
@lru_cache(maxsize=50_000)
def term_set(text: str) -> frozenset[str]:
    """The terms of a text, each once."""
    return frozenset(terms(text))
