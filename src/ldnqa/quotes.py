"""Hits -> the quotes in them that answer the question, best lead first, and whether that one answers it at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import FIGURES, Kind, answers_kind, asks_for_evidence, kind_of, meets, silent_terms, tiers_asked
from ldnqa.chunk import call_by_first_name
from ldnqa.encode import products
from ldnqa.index import Index
from ldnqa.leading import SIGNS, leading
from ldnqa.quotable import Quotable, quotable
from ldnqa.retrieve import READ, Query, unit
from ldnqa.text import names, term_set, terms
from ldnqa.types import Hit, Quote, Regimen, Tier
from ldnqa.weights import MANY_SUBJECTS, WITH_QUESTIONS, WITHOUT_QUESTIONS, Weights

# A quote that no reader's question is tied to: the likeness such a question would have, from the quote's own. The line
# through all quotes of the default articles that have questions, on the tuned questions.
STAND_IN = 0.24
STAND_IN_SLOPE = 0.62
# Below this probability the question is not answered. Of 1,450 questions and turns 85% come out right from 0.25 to
# here, and 84% at 0.5; at 0.45 8% of what the articles answer is met with silence and 12% of what they do not is
# answered, here 6% and 15%.
ANSWER_FROM = 0.35
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
# A long letter names much that no article needs to say; what it is about is among its rarest words.
_RAREST = 3
# Below this a spread is rounding.
_NO_SPREAD = 1e-9
_in_order = itemgetter(*SIGNS)


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
    found = list(read_signs(index, query, hits))
    if not found:
        return []
    weights = weights_of(index).ranking
    counts = np.array([weights.get(name, 0.0) for name in SIGNS])
    rows = np.array([_in_order(signs) for _, signs in found])
    scores = np.vecdot(rows, counts / counts[counts > 0].sum())
    leads = leading("with" if index.bank else "without").scores(rows.astype(np.float32))
    scored = [
        ScoredQuote(quote, signs, score, lead)
        for (quote, signs), score, lead in zip(found, scores.tolist(), leads.tolist(), strict=True)
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
    """The quote that leads the answer; None if the articles do not answer the question.

    They do not if a figure is asked for one use of the drug or one condition and found for another, or if the
    question is about people of whom nothing there speaks: what is said of others might be taken for the answer. Nor
    does what has not what is asked for, a time or a harm.
    """
    if support(index, query, hits, ranked) < ANSWER_FROM:
        return None
    good = good_ones(ranked)
    if not any(meets(query.text, scored.quote.text) for scored in good):
        good = [scored for scored in _nearly_good(ranked) if meets(query.text, scored.quote.text)] or good
    lead = leading_one(index, query, good)
    if _is_of_others(index, query, lead.quote) or not meets(query.text, lead.quote.text):
        return None
    if kind_of(query.text) in FIGURES:
        other_use = lead.other_regimen and query.lexicon.regimens_in(query.text)
        return None if other_use or _is_of_another_condition(index, query, lead.quote) else lead
    return lead


def _is_of_another_condition(index: Index, query: Query, quote: Quote) -> bool:
    """Whether a quote names other conditions than the question, and neither it nor its place one of these."""
    asked = query.lexicon.first_names_in(query.text, "condition")
    named = query.lexicon.first_names_in(quote.text, "condition") if asked else ()
    return bool(named) and not asked & query.lexicon.first_names_in(_in_place(index, quote), "condition")


def _in_place(index: Index, quote: Quote) -> str:
    """A quote with its heading and the title of its article."""
    article = index.articles[quote.article_id]
    return "\n".join((quote.text, article.section(quote.section_id).heading, article.title))


def _is_of_others(index: Index, query: Query, quote: Quote) -> bool:
    """Whether people are asked about of whom neither a quote nor its heading nor its title speaks."""
    if not query.people or not index.subject:
        return False
    return not query.people & {group for _, group in query.lexicon.people_in(_in_place(index, quote))}


def unspoken_of(index: Index, query: Query, hits: Sequence[Hit]) -> list[str]:
    """The groups of people that a question is about and no hit speaks of."""
    places = [f"{hit.passage.text}\n{index.articles[hit.passage.article_id].title}" for hit in hits if query.people]
    return sorted(query.people - {group for place in places for _, group in query.lexicon.people_in(place)})


def leading_one(index: Index, query: Query, good: Sequence[ScoredQuote]) -> ScoredQuote:
    """The quote that leads: the first, but for four rules that are not left to learning.

    What does not speak of the people asked about, or has not what is asked for (`asking.meets`), leads only if nothing
    does. What is about another use of the drug leads only if all is, where the question names the drug or asks for a
    figure. And who asks for the evidence is first told that it is disputed or thin, if a quote says so of what is asked
    about.
    """
    strict = kind_of(query.text) in FIGURES or any(names(query.text, name) for name in index.subject)
    most = max(scored.signs["named"] for scored in good)

    def falls_short(scored: ScoredQuote) -> tuple[bool, bool, bool, bool]:
        weighs = scored.signs["sums_up"] and scored.signs["named"] == most
        return (
            _is_of_others(index, query, scored.quote),
            not meets(query.text, scored.quote.text),
            strict and scored.other_regimen,
            bool(scored.signs["evidence_asked"]) and not weighs,
        )

    return min(good, key=falls_short)


def read_signs(index: Index, query: Query, hits: Sequence[Hit]) -> Iterator[tuple[Quote, dict[str, float]]]:
    """Every quote of the hits' passages, each once, with the signs that rank it.

    Cosines of quotes are taken from the centre of all quotes of the index, so that what every quote says (the drug's
    name) does not count as likeness to the question.
    """
    if not hits:
        return
    passages = [quotable(index, hit.passage) for hit in hits]
    cosines, cosines_alone, cosines_read = cosines_of(passages, query, index)
    tiers = tiers_asked(query.text)
    kind = kind_of(query.text)
    evidence_asked = float(asks_for_evidence(query.text))
    about = subject_terms(index)
    topics = topics_of(query, index)
    wanted = weighted(query.term_groups, about, index)
    wanted_alone = weighted(dict.fromkeys(query.own_groups, 1.0), about | query.generic, index)
    near = nearest_questions(index, query.vector)
    near_alone = near if query.own_vector is query.vector else nearest_questions(index, query.own_vector)
    seen: set[tuple[str, str, int, int]] = set()
    numbers = count()
    # Most articles have their subject in common, and naming it has nothing to do with the passage.
    named: dict[tuple[str, ...], bool] = {}
    for back, (hit, parts) in enumerate(zip(hits, passages, strict=True)):
        passage = hit.passage
        article = index.articles[passage.article_id]
        section = article.section(passage.section_id)
        if article.subject not in named:
            named[article.subject] = any(names(query.text, name) for name in article.subject)
        ours = named[article.subject] or not set(article.subject).isdisjoint(index.subject)
        shared = {
            "passage": hit.cosine,
            "passage_coverage": share(wanted, parts.terms),
            "heading_coverage": share(wanted_alone, parts.heading),
            "listed": near.get(article.id, 0.0),
            "listed_own": near_alone.get(article.id, 0.0),
            "cited": query.cited.get(article.id, 0.0),
            "cited_passage": query.cited.get(passage.id, 0.0),
            "other_subject": float(bool(index.subject) and not ours),
            "another_tier": float(bool(tiers) and section.tier not in tiers),
            "editorial": float(section.tier is Tier.EDITORIAL),
            "figure_asked": float(kind in FIGURES),
            "yes_no": float(kind is Kind.YES_NO),
            "place": back / READ,
            "evidence_asked": evidence_asked,
        }
        places = index.asked_in(passage)
        for (quote, found, in_place, own), of_quote, row in zip(parts.quotes, places, numbers, strict=False):
            place = (article.id, section.id, quote.start, quote.end)
            if place in seen:
                continue
            seen.add(place)
            yield (
                quote,
                {
                    "quote": cosines[row],
                    "quote_own": cosines_alone[row],
                    "quote_read": cosines_read[row],
                    "other_regimen": float(_is_other_use(quote.text, section.regimen, query)),
                    "coverage": share(wanted, found),
                    "coverage_in_place": share(wanted_alone, in_place),
                    "asked": query.near.at(of_quote) if of_quote else _stand_in(cosines[row]),
                    "asked_own": query.near_own.at(of_quote) if of_quote else _stand_in(cosines_alone[row]),
                    "asked_coverage": share(wanted_alone, in_place | asked_terms(index, query, of_quote)),
                    "fits_kind": float(answers_kind(kind, quote.text)),
                    "named": share_named(quote.text, topics),
                    **own,
                    **shared,
                },
            )


def cosines_of(passages: Sequence[Quotable], query: Query, index: Index) -> tuple[list[float], ...]:
    """For each quote of the passages in turn its cosine, from the centre of the index, to the three vectors of a query:
    with what remains of the conversation, by itself, and as it is read.
    """
    rows = np.concatenate([parts.vectors for parts in passages])
    lengths = np.concatenate([parts.lengths for parts in passages])
    known: dict[int, list[float]] = {}
    for vector in (query.vector, query.own_vector, query.read_vector):
        # A question that stands by itself has one vector for all three.
        if id(vector) not in known:
            known[id(vector)] = (products(rows, unit(vector - index.centre)) / lengths).tolist()
    return tuple(known[id(vector)] for vector in (query.vector, query.own_vector, query.read_vector))


def _is_other_use(text: str, regimen: Regimen | None, query: Query) -> bool:
    """Whether a quote, by its own words or else by its section, is about no use of the drug that the question names."""
    if not query.regimens:
        return False
    about = query.lexicon.regimens_in(text) or ([regimen] if regimen else [])
    return bool(about) and not {*about} & {*query.regimens}


def _stand_in(cosine: float) -> float:
    return STAND_IN + STAND_IN_SLOPE * float(cosine)


def topics_of(query: Query, index: Index) -> list[frozenset[str]]:
    """The terms of each thing that a question names itself, with those of its other names."""
    silent = silent_terms(query.generic, subject_terms(index))
    return [group for group in query.own_groups if not group & silent]


def share_named(text: str, topics: Sequence[frozenset[str]]) -> float:
    """The share of what the question names that a text names too."""
    if not topics:
        return 0.0
    # "FDA-approved" names the FDA, too.
    present = term_set(text) | term_set(text.replace("-", " ")) if "-" in text else term_set(text)
    return sum(bool(group & present) for group in topics) / len(topics)


def asked_terms(index: Index, query: Query, places: Sequence[int]) -> frozenset[str]:
    """Terms of the likest question that readers ask for some places; none if there are no places."""
    if not places:
        return frozenset()
    place = max(places, key=lambda each: float(query.near_own.best[each])) if len(places) > 1 else places[0]
    question = index.bank.likest(place, query.near_own)
    return _readers_terms(question.text, index.articles[question.article_id].subject)


# Readers' questions are some thousands, and come again with every question like them.
@lru_cache(maxsize=20_000)
def _readers_terms(text: str, subject: tuple[str, ...]) -> frozenset[str]:
    return frozenset(terms(call_by_first_name(text, subject)))


def nearest_questions(index: Index, vector: NDArray[np.float32]) -> dict[str, float]:
    """For each article, the cosine of a unit vector to the nearest of the questions its editors say it answers."""
    near: dict[str, float] = {}
    for (article_id, _), cosine in zip(index.questions, products(index.question_vectors, vector).tolist(), strict=True):
        if cosine > near.setdefault(article_id, 0.0):
            near[article_id] = cosine
    return near


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
        "unknown": unknown(query, subject_terms(index), index),
        "about_other": float(query.about_other is not None and bool(index.subject)),
        "passage": lead.signs["passage"],
        "rarest": share(rarest(query, index), quotable(index, nearest).terms),
        "agreement": correlation([(signs["passage"], signs["passage_coverage"]) for signs in passages.values()]),
    }


class Weighted(NamedTuple):
    """Groups of terms, each with what it counts, and what all of them count together."""

    groups: tuple[tuple[frozenset[str], float], ...]
    whole: float


def weighted(groups: Mapping[frozenset[str], float], leave_out: frozenset[str], index: Index) -> Weighted:
    """What a text is to have: the groups that name anything but `leave_out`, each counting as much as it is rare."""
    named = ((group - leave_out, weight) for group, weight in groups.items() if not group <= leave_out)
    counted = tuple((group, weight * min(map(index.rarity, group))) for group, weight in named)
    return Weighted(counted, sum([weight for _, weight in counted]))


def share(wanted: Weighted, present: frozenset[str]) -> float:
    """Share of what is wanted that is present, 0 to 1; nothing wanted is nothing found."""
    found = sum([weight for group, weight in wanted.groups if not group.isdisjoint(present)])
    return found / wanted.whole if wanted.whole else 0.0


def rarest(query: Query, index: Index) -> Weighted:
    """The few rarest things that the question names itself."""
    wanted = weighted(dict.fromkeys(query.own_groups, 1.0), subject_terms(index) | query.generic, index)
    few = tuple(sorted(wanted.groups, key=lambda group: -group[1])[:_RAREST])
    return Weighted(few, sum([weight for _, weight in few]))


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's coefficient of the pairs, -1 to 1; 0 where either side never varies."""
    count = len(pairs)
    mean_x, mean_y = (sum(side) / count for side in zip(*pairs, strict=True))
    apart = [(x - mean_x, y - mean_y) for x, y in pairs]
    spread = math.sqrt(sum([x * x for x, _ in apart]) * sum([y * y for _, y in apart]))
    return sum([x * y for x, y in apart]) / spread if spread > _NO_SPREAD else 0.0


def unknown(query: Query, about: frozenset[str], index: Index) -> float:
    """Share of the question, 0 to 1 and weighted by rarity, for which no passage of the index has a word.

    Words that only ask do not count: an article need not say "work" or "expect" to answer.
    """
    wanted = weighted(dict.fromkeys(query.own_groups, 1.0), about | query.generic, index)
    known = frozenset(term for group, _ in wanted.groups for term in group if index.has_term(term))
    return 1 - share(wanted, known) if wanted.groups else 0.0


def subject_terms(index: Index) -> frozenset[str]:
    """Terms of the names of what most articles are about."""
    return frozenset(term for name in index.subject for term in terms(name))
