"""What a question asks for by its words, and how much of that a text has. It needs no vector: the model may be at work.

Many texts at once are held against it by `ldnqa.numbered`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ldnqa.asking import silent_terms
from ldnqa.index import Index
from ldnqa.text import terms

# A long letter names much that no article needs to say; what it is about is among its rarest words.
_RAREST = 3


class Weighted(NamedTuple):
    """Groups of terms, each with what it counts, and what all of them count together."""

    groups: tuple[tuple[frozenset[str], float], ...]
    whole: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question asks for by itself.

    `alone` has what names anything; `topics` are the things that it names, each counting 1, none of them the subject or
    a word that only asks; `rarest` are the few rarest of `alone`. `unknown` is the share of it, 0 to 1 and weighted by
    rarity, for which no passage of the index has a word.
    """

    alone: Weighted
    topics: Weighted
    rarest: Weighted
    unknown: float


def wanted(groups: Sequence[frozenset[str]], generic: frozenset[str], index: Index) -> Wanted:
    """What a question asks for whose things have these groups of terms; `generic` terms only ask.

    These do not count: an article need not say "work" or "expect" to answer.
    """
    about = subject_terms(index)
    alone = weighted(dict.fromkeys(groups, 1.0), about | generic, index)
    few = tuple(sorted(alone.groups, key=lambda group: -group[1])[:_RAREST])
    known = frozenset(term for group, _ in alone.groups for term in group if index.has_term(term))
    silent = silent_terms(generic, about)
    topics = tuple((group, 1.0) for group in groups if group.isdisjoint(silent))
    return Wanted(
        alone,
        Weighted(topics, len(topics)),
        Weighted(few, sum([weight for _, weight in few])),
        1 - share(alone, known) if alone.groups else 0.0,
    )


def weighted(groups: Mapping[frozenset[str], float], leave_out: frozenset[str], index: Index) -> Weighted:
    """What a text is to have: the groups that name anything but `leave_out`, each counting as much as it is rare."""
    named = ((group - leave_out, weight) for group, weight in groups.items() if not group <= leave_out)
    counted = tuple((group, weight * min(map(index.rarity, group))) for group, weight in named)
    return Weighted(counted, sum([weight for _, weight in counted]))


def share(wanted: Weighted, present: frozenset[str]) -> float:
    """Share of what is wanted that is present, 0 to 1; nothing wanted is nothing found."""
    found = sum([weight for group, weight in wanted.groups if not group.isdisjoint(present)])
    return found / wanted.whole if wanted.whole else 0.0


def subject_terms(index: Index) -> frozenset[str]:
    """Terms of the names of what most articles are about."""
    return _terms_of(index.subject)


@lru_cache
def _terms_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(term for name in names for term in terms(name))
