"""A question as retrieval sees it: what it asks for by its words, and then the vectors of these.

Its words need no vector, so that they are read while the model is at work on the question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import Kind, asks_for_evidence, cues_of, kind_of, topics
from ldnqa.bank import NOTHING, Likeness
from ldnqa.chunk import call_by_first_name
from ldnqa.embedded import as_embedded
from ldnqa.encode import products, query_vector, unit
from ldnqa.index import Index
from ldnqa.leaning import is_fragment
from ldnqa.people import ages_in, people_asked
from ldnqa.policy import Lexicon
from ldnqa.reading import Reading
from ldnqa.spoken import Spoken, spoken, whole_block
from ldnqa.stages import stage
from ldnqa.text import names_any, terms, words
from ldnqa.types import Regimen
from ldnqa.uses import use_asked
from ldnqa.wanted import Wanted, Weighted, subject_terms, wanted, weighted

# What was cited beside the lead counts half of what the lead does.
BESIDE_THE_LEAD = 0.5
# The conversation counts as far as the articles do not answer the question by itself: not at all if the nearest passage
# has this cosine to it, and more the farther it is, each question before at most this much of the one after it.
# On mtrag-un the weight that ranks best is 0.7 for questions below a cosine of 0.5, 0.4 below 0.65 and 0.1 above.
SELF_CONTAINED = 0.8
FADING_SLOPE = 1.75
MOST_KEPT = 0.7
# So many other names of a thing are embedded together, by themselves and once for all questions, and their vector
# counts this much beside the question's own. On liveqa-med nDCG@10 is .747 without them, .754 at 0.1, .766 at 0.2, and
# .770 with the names put behind the question, which makes every question's call 1.35 times as long; on mtrag-un it is
# .947 whichever way, and our own questions pass as often.
NAMES_EMBEDDED = 2
NAMES_WEIGHT = np.float32(0.2)
# "The trial", where nothing says which, is one that was just quoted: the conversation counts in full, as where nothing
# new is asked.
_THE_STUDY = re.compile(r"\b(?:the|that|this) (?:study|trial|review|series|pilot)\b", re.IGNORECASE)
# So many questions back the conversation still counts.
MEMORY = 3


@dataclass(frozen=True)
class Words:
    """A question by its words, of which `Query` has most: what it asks for itself, without the conversation.

    `ahead` is what the quotes have of it, where that was looked at while the model was at work.
    """

    reading: Reading
    own: Spelled
    regimens: tuple[Regimen, ...]
    kind: Kind
    demanded: frozenset[int]
    about_other: str | None
    people: frozenset[str]
    by_words: NDArray[np.float64]
    wanted: Wanted
    wanted_in_all: Weighted
    topics: list[frozenset[str]]
    lexicon: Lexicon
    cues: frozenset[str]
    ahead: Spoken | None = None

    @property
    def text(self) -> str:
        """The question as it is read."""
        return self.reading.text


@dataclass(frozen=True)
class Query:
    """A question as retrieval sees it: its words and its vector, with what remains of the questions before it.

    `term_groups` has a group for each thing named: its own terms and those of its other names; a text has it if it has
    one of them. A group counts as much as `term_groups` says: 1 for what the question names itself. `own_groups` are
    those. `generic` are terms that only ask ("work", "study"). `terms` are all terms, each with its weight, and
    `by_words` is the share of them that BM25 finds in each passage; `vector` is a unit row, `own_vector` that of the
    question by itself, `read_vector` that of `text`; `listed` has the cosine of `vector` to each question that editors
    listed; `regimens` is what it asks about, `kind` what it wants to know and `demanded` what its answer must have.
    `about_other` is a thing that the question is about in place of what the articles are about: MS in "What are the
    symptoms of MS?", and a medicine that no article names. `people` are the groups of people it is about. `cited` has
    the articles and passages that the last answer cited, by id, each with how much it counts now. `topics` are the
    terms of each thing that `text` names. `wanted` is what the question asks for by itself, `wanted_in_all` that with
    what remains of the questions before it. `near` and `near_own` are how like `vector` and `own_vector` are to what
    readers ask. `ahead` is what the quotes of a small index have of its words, if that is known by now. `cues`
    are those of `asking.CUES`.
    """

    reading: Reading
    text: str
    terms: Mapping[str, float]
    term_groups: Mapping[frozenset[str], float]
    own_groups: tuple[frozenset[str], ...]
    generic: frozenset[str]
    by_words: NDArray[np.float64]
    vector: NDArray[np.float32]
    own_vector: NDArray[np.float32]
    read_vector: NDArray[np.float32]
    listed: NDArray[np.float32]
    regimens: tuple[Regimen, ...]
    kind: Kind
    wanted: Wanted
    wanted_in_all: Weighted
    topics: list[frozenset[str]]
    demanded: frozenset[int] = frozenset()
    about_other: str | None = None
    people: frozenset[str] = frozenset()
    lexicon: Lexicon = field(default_factory=Lexicon)
    cues: frozenset[str] = frozenset()
    cited: Mapping[str, float] = field(default_factory=dict)
    near: Likeness = NOTHING
    near_own: Likeness = NOTHING
    ahead: Spoken | None = None


def read_query(reading: Reading, index: Index, lexicon: Lexicon, subject: str | None = None) -> Query:
    """The query for a question as it is read, and other names from the lexicon for what it names.

    A question that names no regimen and no part of the subject's name is taken to be about the subject's regimen.
    """
    return with_vectors(read_words(reading, index, lexicon, subject), index)


def read_words(reading: Reading, index: Index, lexicon: Lexicon, subject: str | None = None) -> Words:
    """What of a query needs no vector."""
    own = _spelled_out(reading.own, index, lexicon)
    # Who asks what evidence there is, for a child too, may be told of what there is in others.
    of_others = reading.bare or (reading.told and asks_for_evidence(reading.text))
    told = "" if of_others else reading.told or reading.text
    of_ours = names_any(reading.own, index.subject)
    kind = _kind_asked(reading)
    # A dose that was asked for after a question on children is theirs.
    of_whom = reading.text if reading.bare and kind is Kind.DOSE else reading.asks or reading.own
    return Words(
        reading=reading,
        own=own,
        regimens=use_asked(reading, subject, index, lexicon),
        kind=kind,
        demanded=lexicon.demanded_by(reading.text),
        about_other=(None if of_ours else lexicon.asked_about(reading.own)) or _foreign(reading.own, index, lexicon),
        people=people_asked(of_whom, lexicon, told, reading.earlier),
        by_words=index.word_shares(dict.fromkeys(own.terms, 1.0)),
        wanted=wanted(own.groups, lexicon.generic_terms, index),
        wanted_in_all=weighted(dict.fromkeys(own.groups, 1.0), subject_terms(index), index),
        topics=topics(reading.text, lexicon, subject_terms(index)),
        lexicon=lexicon,
        cues=cues_of(reading.asked_now),
    )


def _kind_asked(reading: Reading) -> Kind:
    """What is wanted; "and amitriptyline?" wants what the question before it does."""
    if reading.bare and reading.after and is_fragment(reading.bare):
        return kind_of(reading.text.removesuffix(reading.bare).strip() or reading.text)
    return kind_of(reading.text)


def look_ahead(said: Words, index: Index) -> Words:
    """The same with what the quotes of a small index have of it."""
    block = whole_block(index)
    return replace(said, ahead=spoken(said, block, index)) if block else said


@stage("encode")
def with_vectors(said: Words, index: Index) -> Query:
    """The query for what a question says."""
    reading, lexicon = said.reading, said.lexicon
    weights = dict.fromkeys(said.own.terms, 1.0)
    groups = dict.fromkeys(said.own.groups, 1.0)
    by_words, wanted_in_all = said.by_words, said.wanted_in_all

    own_vector = vector = said.own.vector(index)
    nearest = index.search_dense(own_vector, 1) if reading.earlier or reading.cited else []
    kept = min(MOST_KEPT, max(0.0, FADING_SLOPE * (SELF_CONTAINED - (nearest[0][1] if nearest else 0.0))))
    if reading.brings_nothing or (_THE_STUDY.search(reading.own) and not lexicon.things_in(reading.own)):
        kept = MOST_KEPT
    for back, text in enumerate(reading.earlier[:MEMORY], start=1):
        weight = kept**back
        if weight <= 0:
            break
        theirs = _spelled_out(text, index, lexicon)
        vector = vector + np.float32(weight) * theirs.vector(index)
        for term in theirs.terms:
            weights.setdefault(term, weight)
        for group in theirs.groups:
            groups.setdefault(group, weight)
    near_own = index.bank.likeness(own_vector)
    near = near_own
    if vector is not own_vector:
        vector = unit(vector)
        near = index.bank.likeness(vector)
        by_words = index.word_shares(weights)
        wanted_in_all = weighted(groups, subject_terms(index), index)
    read_vector = own_vector
    for whole in reading.looked_up[1:]:
        read_vector = _spelled_out(whole, index, lexicon).vector(index)
    return Query(
        reading=reading,
        text=reading.text,
        terms=weights,
        term_groups=groups,
        own_groups=said.own.groups,
        generic=lexicon.generic_terms,
        by_words=by_words,
        vector=vector,
        own_vector=own_vector,
        read_vector=read_vector,
        listed=products(index.question_vectors, vector),
        regimens=said.regimens,
        kind=said.kind,
        demanded=said.demanded,
        wanted=said.wanted,
        wanted_in_all=wanted_in_all,
        topics=said.topics,
        about_other=said.about_other,
        people=said.people,
        lexicon=lexicon,
        cues=said.cues,
        # What is looked up with the question before it goes on from what answered that.
        cited=_cited(reading.cited, MOST_KEPT if reading.bare and reading.own != reading.bare else kept, index),
        near=near,
        near_own=near_own,
        # With the questions before it more is wanted.
        ahead=said.ahead if vector is own_vector else None,
    )


def _cited(passage_ids: Sequence[str], kept: float, index: Index) -> dict[str, float]:
    """The passages the last answer cited, and their articles: as much as the conversation counts, what led most."""
    counts: dict[str, float] = {}
    for place, passage_id in enumerate(passage_ids):
        if index.has_passage(passage_id):
            share = kept if place == 0 else kept * BESIDE_THE_LEAD
            counts.setdefault(passage_id, share)
            counts.setdefault(index.passage(passage_id).article_id, share)
    return counts


class Spelled(NamedTuple):
    """A question as it is embedded, the other names of what it names, its terms with theirs, and a group of terms for
    each thing it names.
    """

    text: str
    names: tuple[str, ...]
    terms: tuple[str, ...]
    groups: tuple[frozenset[str], ...]

    def vector(self, index: Index) -> NDArray[np.float32]:
        """The unit vector of the question and of the other names."""
        vector = query_vector(index.encoder.encode_queries, self.text)
        for names in self.names:
            vector = vector + NAMES_WEIGHT * query_vector(index.encoder.encode_queries, names)
        return unit(vector) if self.names else vector


def _spelled_out(question: str, index: Index, lexicon: Lexicon) -> Spelled:
    """A question with other names of what it names."""
    matches = lexicon.other_names(question)
    for word in words(question):
        long = index.vocabulary.abbreviations.get(word)
        if long and long.lower() not in question.lower():
            matches.append((word, (long,)))
    ages = ages_in(question)
    matches += [(age, (group,)) for age, group in ages.items() if group]
    groups: dict[str, frozenset[str]] = {term: frozenset({term}) for term in terms(question) if term not in ages}
    for said, others in matches:
        named = [term for term in terms(said) if term not in lexicon.generic_terms]
        group = frozenset([*named, *(term for name in others if (term := _telling(name, index)))])
        groups.update((term, group) for term in named or others[:1])
    found = (
        *(t for t in terms(_as_matched(question, index)) if t not in ages),
        *(term for _, others in matches for name in others if (term := _telling(name, index))),
    )
    names = dict.fromkeys(", ".join(others[:NAMES_EMBEDDED]) for _, others in matches)
    own_groups = tuple(dict.fromkeys(groups.values()))
    return Spelled(as_embedded(question, index.nicknames), tuple(names), tuple(dict.fromkeys(found)), own_groups)


def _as_matched(question: str, index: Index) -> str:
    """A question as it is matched: what has several names by the first."""
    for names_of_one in index.nicknames:
        question = call_by_first_name(question, names_of_one)
    return question


def _foreign(question: str, index: Index, lexicon: Lexicon) -> str | None:
    """The first thing a question names that no article knows by any name: nothing here is about it."""
    things = lexicon.things_in(question)
    other_names: dict[str, tuple[str, ...]] = dict(lexicon.other_names(question)) if things else {}
    for _, named in things:
        # Readers ask about Tylenol 3 and Nurofen Plus, which are opioids; by themselves Tylenol and Nurofen are not.
        own = frozenset(terms(named)) - lexicon.terms_within_names
        # A name is known if all of it is: the articles speak of "disease", and not of Parkinson's.
        every = (own, *map(terms, other_names.get(named, ())))
        if not any(name and all(map(index.has_term, name)) for name in every):
            return named
    return None


# The names of the lists, some thousands, come again with every question.
_tells: WeakKeyDictionary[Index, dict[str, str | None]] = WeakKeyDictionary()


def _telling(name: str, index: Index) -> str | None:
    """The term that tells a name from others: the one of its terms that the fewest passages have."""
    found = _tells.setdefault(index, {})
    if name not in found:
        found[name] = _read_telling(name, index)
    return found[name]


def _read_telling(name: str, index: Index) -> str | None:
    known = [term for term in terms(name) if index.has_term(term)]
    return max(known, key=index.rarity, default=None)
