"""What can be asked instead, and what the articles have no word for. Suggestions are the editors' own questions.

Every one has been asked of this very index, by the same reading, ranking and support as a reader's, and was answered
with words that the reader has not just been given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.chunk import call_by_first_name
from ldnqa.disputes import overlap
from ldnqa.embedded import as_embedded
from ldnqa.encode import Vectors, know, products
from ldnqa.index import Index
from ldnqa.lead import lead_of
from ldnqa.people import ages_in
from ldnqa.policy import Lexicon
from ldnqa.query import Query, read_query
from ldnqa.quotes import rank_quotes
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve
from ldnqa.stages import stage
from ldnqa.text import names, term_set, terms, words
from ldnqa.types import Passage, Quote, ReviewStatus
from ldnqa.wanted import subject_terms

# Three suggestions fit below an answer on a phone without scrolling.
SUGGESTIONS = 3
# Two questions this alike ask the same thing, so the second is no suggestion. "Does LDN ease the pain of fibromyalgia?"
# and "Does low-dose naltrexone help in fibromyalgia?" have 0.89, the same two about different illnesses at most 0.85.
SAME_QUESTION = 0.87
# What else the article answers that the reader is just reading from comes before what other articles answer.
SAME_ARTICLE_BONUS = 0.1
# A question that names what the reader named comes before one that is only like it, and one on an illness, a medicine
# or people that neither the reader nor the answer named comes after ("breast cancer" is like "breastfeed"). Where there
# is little near, what is near to most questions is the better offer: a little of the plain cosine counts. With these,
# over 393 practice turns, the commonest suggestion was offered in 13% of them; by plain cosine it was in 20%.
NAMED_BONUS = 0.15
FOREIGN_PENALTY = 0.4
PLAIN_SHARE = 0.2
# What so many questions have in common that name the subject alike is how they name it, and not what they ask.
ALIKE_NAMED = 4

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, eq=False)
class _Listed:
    """The editors' questions for telling which are near: as they are known again, which have a term, which are of an
    article, what `things` any of them names, which name just those, which name any, the numbers of what is named with a
    term, the directions that all of them have in common, and those that name the subject alike, and what of their
    vectors lies `along_shared` ones and how long what is `left` is.

    A question that is near everything by its plain vector, "What is low-dose naltrexone?", is near little by the rest.
    """

    as_asked: tuple[str, ...]
    with_term: Mapping[str, NDArray[np.float32]]
    of_article: Mapping[str, NDArray[np.float32]]
    things: tuple[tuple[frozenset[str], ...], ...]
    naming: NDArray[np.float32]
    naming_any: NDArray[np.float32]
    numbers_with: Mapping[str, frozenset[int]]
    shared: Vectors
    along_shared: Vectors
    left: Vectors

    @classmethod
    def of(cls, index: Index, lexicon: Lexicon) -> _Listed:
        """Those of an index."""
        texts = [text for _, text in index.questions]
        longest_first = sorted(index.subject, key=len, reverse=True)
        alike: dict[str | None, list[int]] = {}
        for row, text in enumerate(texts):
            alike.setdefault(next((name for name in longest_first if names(text, name)), None), []).append(row)
        rows = [[*range(len(texts))], *(rows for name, rows in alike.items() if name and len(rows) >= ALIKE_NAMED)]
        means = np.stack([index.question_vectors[of_name].mean(axis=0) for of_name in rows if of_name])
        shared: Vectors = np.linalg.qr(means.T)[0].T.astype(np.float32)
        along_shared = index.question_vectors @ shared.T
        left = np.linalg.norm(index.question_vectors - along_shared @ shared, axis=1)
        things = [tuple(frozenset(terms(thing)) for _, thing in lexicon.things_in(text)) for text in texts]
        # Where a thing has no terms nobody knows what is named.
        things = [named if all(named) else () for named in things]
        each = tuple(dict.fromkeys(named for named in things if named))
        with_term: dict[str, set[int]] = {}
        for number, named in enumerate(each):
            for term in frozenset[str]().union(*named):
                with_term.setdefault(term, set()).add(number)
        return cls(
            tuple(_as_asked(text, index) for text in texts),
            _where(map(terms, texts)),
            _where([article_id] for article_id, _ in index.questions),
            each,
            np.array([[named == one for named in things] for one in each], np.float32).reshape(len(each), len(things)),
            np.array([bool(named) for named in things], np.float32),
            {term: frozenset(numbers) for term, numbers in with_term.items()},
            shared,
            along_shared,
            np.where(left, left, 1).astype(np.float32),
        )


def _where(listed: Iterable[Iterable[K]]) -> dict[K, NDArray[np.float32]]:
    """For each thing that stands in one of the lists, 1 for each list that it stands in and 0 for the others."""
    lists = [frozenset(one) for one in listed]
    return {thing: np.array([thing in one for one in lists], np.float32) for thing in frozenset().union(*lists)}


def _nearness(listed: _Listed, query: Query, about: frozenset[str], said: Sequence[Quote], near: str | None) -> Vectors:
    """How well each of the editors' questions leads on from a question and what was said to it. All are `about` one."""
    of_shared = products(listed.shared, query.vector)
    left = math.sqrt(max(0.0, 1 - float(of_shared @ of_shared)))
    nearness: Vectors = (query.listed - listed.along_shared @ of_shared) / (listed.left * np.float32(left or 1))
    groups = [group for group in query.own_groups if group.isdisjoint(query.generic) and group.isdisjoint(about)]
    spoken_of = term_set(query.text).union(*(term_set(quote.text) for quote in said), *groups)
    for group in groups:
        rows = [listed.with_term[term] for term in group if term in listed.with_term]
        if rows:
            nearness += np.float32(NAMED_BONUS / len(groups)) * (rows[0] if len(rows) == 1 else np.maximum.reduce(rows))
    if near and near in listed.of_article:
        nearness += np.float32(SAME_ARTICLE_BONUS) * listed.of_article[near]
    # Of many things few are spoken of.
    near_those = frozenset[int]().union(*(listed.numbers_with[term] for term in listed.numbers_with.keys() & spoken_of))
    told = [number for number in near_those if any(thing <= spoken_of for thing in listed.things[number])]
    nearness -= np.float32(FOREIGN_PENALTY) * (listed.naming_any - np.add.reduce(listed.naming[told]))
    return nearness


_listed: WeakKeyDictionary[Index, _Listed] = WeakKeyDictionary()
_checked: WeakKeyDictionary[Index, dict[tuple[int, bool], Quote | None]] = WeakKeyDictionary()


@stage("suggest")
def suggest(
    index: Index,
    query: Query,
    asked: Sequence[str],
    lexicon: Lexicon,
    *,
    said: Sequence[Quote] = (),
    read: Sequence[Passage] = (),
    approved_only: bool = False,
) -> tuple[str, ...]:
    """The editors' questions nearest to the one asked that the index answers, none asked already, none like another.

    `said` is what was just quoted: other questions of its first article come first, or of the article last read, and a
    question whose answer it holds is none. `read` is what earlier answers cited: what these passages answer comes last.
    """
    if not index.questions:
        return ()
    near = said[0].article_id if said else read[-1].article_id if read else None
    likeness = query.listed
    listed = _listed.get(index) or _listed.setdefault(index, _Listed.of(index, lexicon))
    order = _nearness(listed, query, subject_terms(index), said, near) + PLAIN_SHARE * likeness
    chosen: list[int] = []
    known: list[int] = []
    answers = _checked.setdefault(index, {})
    done = {_as_asked(text, index) for text in asked}
    for row in np.argsort(-order, kind="stable").tolist():
        if likeness[row] >= SAME_QUESTION or listed.as_asked[row] in done:
            continue
        if approved_only and index.articles[index.questions[row][0]].review.status is not ReviewStatus.APPROVED:
            continue
        if any(index.question_vectors[row] @ index.question_vectors[other] >= SAME_QUESTION for other in chosen):
            continue
        leads = _answer(row, index, lexicon, answers, approved_only=approved_only)
        if leads is None or any(overlap(leads, quote) for quote in said):
            continue
        if any(overlap(leads, passage) for passage in read):
            known.append(row)
            continue
        chosen.append(row)
        if len(chosen) == SUGGESTIONS:
            break
    return tuple(index.questions[row][1] for row in [*chosen, *known][:SUGGESTIONS])


def _as_asked(text: str, index: Index) -> str:
    """The words of a question by which it is known again, whichever of its names the subject has."""
    return " ".join(terms(call_by_first_name(text, index.subject) if index.subject else text))


def _answer(
    row: int, index: Index, lexicon: Lexicon, known: dict[tuple[int, bool], Quote | None], *, approved_only: bool
) -> Quote | None:
    """What answers one of the editors' questions, if anything. Tried once, and `known` then; its vector is there."""
    if (row, approved_only) not in known:
        subject = index.subject[0] if index.subject else index.articles[index.questions[row][0]].subject[0]
        text = index.questions[row][1]
        know(index.encoder.encode_queries, as_embedded(text, index.nicknames), index.question_vectors[row])
        query = read_query(Reading(text, text), index, lexicon, subject)
        hits = retrieve(index, query, approved_only=approved_only)
        ranked = rank_quotes(index, query, hits)
        lead = lead_of(index, query, hits, ranked)
        known[row, approved_only] = lead.quote if lead else None
    return known[row, approved_only]


def unknown_words(question: str, query: Query, index: Index) -> tuple[str, ...]:
    """Words of a question that stand in no article, by this or another name; bare figures are not missed."""
    ages = ages_in(question)

    def known(term: str) -> bool:
        other_names = {other for group in query.own_groups if term in group for other in group}
        # No article need name an age; a term of no group was not asked for.
        return (
            term in ages
            or not other_names
            or term in query.generic
            or any(index.has_term(name) for name in other_names)
        )

    unknown = [word for word in dict.fromkeys(words(question)) if (own := terms(word)) and not any(map(known, own))]
    # A bare figure tells a reader nothing about what the articles lack.
    return tuple(_as_written(word, question) for word in unknown if any(sign.isalpha() for sign in word))


def _as_written(word: str, question: str) -> str:
    """A word in the letters of the question, where "Demerol" is not "demerol"."""
    written = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", question, re.IGNORECASE)
    return written.group() if written else word
