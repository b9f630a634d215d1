"""What the articles say to a question that the policy asks for a reader: found, ranked and grounded like any answer."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from ldnqa.answerers.extractive import MAX_STATEMENTS, Extractive
from ldnqa.disputes import alike
from ldnqa.ground import ground
from ldnqa.index import Index
from ldnqa.notices import is_about, is_spoken_of
from ldnqa.policy import Lexicon
from ldnqa.policy.load import NoticeRule
from ldnqa.query import read_query
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve
from ldnqa.stages import stage
from ldnqa.types import Claim

_known: WeakKeyDictionary[Index, dict[tuple[str, bool], tuple[Claim, ...]]] = WeakKeyDictionary()


@stage("caution")
def with_caution(
    claims: Sequence[Claim],
    rule: NoticeRule,
    index: Index,
    lexicon: Lexicon,
    *,
    read: Sequence[str] = (),
    approved_only: bool = False,
    first: bool = True,
) -> list[Claim]:
    """The claims behind what leads the answer to a question of the policy, unless their own lead speaks of that; behind
    the lead, unless it must come `first`, where the lead is about what the reader told of.

    `read` are ids of passages that the reader has been quoted before; a caution of these is not given again.
    """
    answer = answer_to(rule.asks, index, lexicon, approved_only=approved_only) if rule.asks else ()
    if not answer or any(quote.passage_id in read for quote in answer[0].quotes):
        return list(claims)
    if any(is_spoken_of(rule, claim.text) for claim in claims[:1]):
        return list(claims)
    others = [claim for claim in claims if not any(alike(a, b) for a in claim.quotes for b in answer[0].quotes)]
    # A lead that is the caution itself stays where it is.
    behind = not first and others[:1] == list(claims[:1]) and any(is_about(rule, lead.text) for lead in others[:1])
    return [*others[:behind], answer[0], *others[behind:]][:MAX_STATEMENTS]


def answer_to(text: str, index: Index, lexicon: Lexicon, *, approved_only: bool) -> tuple[Claim, ...]:
    """The claims that answer a question of the policy; found once an index."""
    known = _known.setdefault(index, {})
    if (text, approved_only) not in known:
        query = read_query(Reading(text, text), index, lexicon, index.subject[0] if index.subject else None)
        hits = retrieve(index, query, approved_only=approved_only)
        claims = ground(Extractive(index).draft(query, hits, None), index.articles)
        known[text, approved_only] = tuple(claims)
    return known[text, approved_only]
