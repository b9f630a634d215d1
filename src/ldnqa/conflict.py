"""Which of the known disagreements an answer has to show: those the question asks about and the quotes take a side in.

Both sides are quoted, the higher tier first. A dispute that the question does not ask about is not shown, even if a
quote has a side in it: its editor's note stands beside the quote anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ldnqa.asking import sums_up
from ldnqa.disputes import Dispute, Side, alike, disputes, overlap
from ldnqa.index import Index
from ldnqa.text import term_set
from ldnqa.types import Article, Conflict, EditorNote, Quote, ReviewStatus, Source

# A dispute is asked about if its words have at least this share of the question's and the question this share of its
# topic's, rare words counting more. On the questions of tests/conflicts.yaml nothing else is shown from there on.
ASKED_ABOUT = 0.65
TOPIC_NAMED = 0.6
# A reader can weigh two disagreements, each with at most this many sides.
MAX_CONFLICTS = 2
MAX_SIDES = 3


@dataclass(frozen=True)
class Clash:
    """A dispute as one answer shows it: its topic and at least two quotes, not all on one side."""

    topic: str
    quotes: tuple[Quote, ...]


def notes_on(source: Source | Quote, articles: Mapping[str, Article]) -> list[EditorNote]:
    """The editors' notes that comment on words of this source or quote."""
    section = articles[source.article_id].section(source.section_id)
    return [note for note in section.notes if note.start < source.end and source.start < note.end]


_CONTRADICTS = re.compile(r"\bcontradicts?\b", re.IGNORECASE)


def clashes(
    groups: Sequence[frozenset[str]],
    said: Sequence[Quote],
    index: Index,
    silent: frozenset[str],
    *,
    approved_only: bool = False,
) -> list[Clash]:
    """The disputes that `said`, the quotes of an answer, take a side in and the question asks about, nearest first.

    `groups` are the terms of the question, one set for each thing it names, and `silent` those that name nothing; see
    `asking`. The first of `said` leads the answer.
    """
    found: list[tuple[tuple[float, int, int], Clash]] = []
    asked = frozenset[str]().union(*groups) - silent
    weights = [min(map(index.rarity, group)) for group in groups]
    place = (said[0].article_id, said[0].section_id)
    for dispute in disputes(index):
        if dispute.of_topic.isdisjoint(asked) and place not in dispute.sections:
            continue
        share = _asked_about(dispute, groups, weights, asked, said[0], index, silent)
        if share < ASKED_ABOUT:
            continue
        sides = [side for side in dispute.sides if not approved_only or _approved(side, index)]
        taken = [side for side in sides if any(alike(side.quote, quote) for quote in said)]
        told = any(overlap(dispute.told_in, quote) for quote in said)
        # Who sums up a dispute takes no side in it.
        partial = [side for side in sides if not sums_up(side.quote.text)]
        if taken and not any(side in partial for side in taken) and (chosen := _opposed(partial, partial)):
            taken = chosen[:1]
        chosen = _opposed(taken or (sides if told else []), partial if taken and taken[0] in partial else sides)
        if chosen:
            quotes = sorted((side.quote for side in chosen), key=lambda quote: _authority(quote, index))
            tiers = {_authority(quote, index)[0] for quote in quotes}
            found.append(((share, len(tiers), len(taken)), Clash(dispute.topic, tuple(quotes))))
    found.sort(key=lambda pair: pair[0], reverse=True)
    shown: list[Clash] = []
    for _, clash in found:
        # Two editors' words on one point are one disagreement.
        if len(shown) < MAX_CONFLICTS and not any(_same_point(clash, other, silent) for other in shown):
            shown.append(clash)
    return shown


def conflict_of(clash: Clash, cited: Sequence[Source], where: Sequence[str]) -> Conflict:
    """The clash as an answer carries it; `where` says for each source which tier and date it has."""
    places = "; ".join(f"{words} [{source.index}]" for words, source in zip(where, cited, strict=True))
    return Conflict(topic=clash.topic, summary=f"{places}.", source_indexes=tuple(source.index for source in cited))


def _asked_about(
    dispute: Dispute,
    groups: Sequence[frozenset[str]],
    weights: Sequence[float],
    asked: frozenset[str],
    lead: Quote,
    index: Index,
    silent: frozenset[str],
) -> float:
    """How much of a question whose `groups` have these `weights` the dispute's words have, 0 to 1; 0 if the question is
    not about its topic.

    It is if it names most of the topic, if a side that says itself that it contradicts another leads the answer, or if
    the editor's words on the dispute, or what they refute, do.
    """
    topic = dispute.of_topic
    named = topic & asked
    if (named and sum(map(index.rarity, named)) >= TOPIC_NAMED * sum(map(index.rarity, topic - silent))) or (
        _contradicts(lead.text) and any(overlap(lead, side.quote) for side in dispute.sides)
    ):
        words = dispute.terms
    elif overlap(lead, dispute.told_in) or (
        dispute.refuted and len(groups) > 1 and overlap(lead, dispute.sides[0].quote)
    ):
        words = dispute.core
    else:
        return 0.0
    found = [weight for weight, group in zip(weights, groups, strict=True) if group & words]
    return sum(found) / sum(weights) if found else 0.0


# The articles' quotes come again with every question.
@lru_cache(maxsize=20_000)
def _contradicts(text: str) -> bool:
    return bool(_CONTRADICTS.search(text))


def _opposed(taken: Sequence[Side], sides: Sequence[Side]) -> list[Side]:
    """A side that is taken, and those that say something else, taken ones first; none if nothing opposes any."""
    for side in taken:
        others = [other for other in sides if side.opposes(other)]
        if others:
            others.sort(key=lambda other: other not in taken)
            return [side, *others[: MAX_SIDES - 1]]
    return []


def _same_point(a: Clash, b: Clash, silent: frozenset[str]) -> bool:
    """Whether two clashes share a quote or a word of their topics that names something."""
    if any(overlap(x, y) for x in a.quotes for y in b.quotes):
        return True
    return bool(term_set(a.topic) & term_set(b.topic) - silent)


def _authority(quote: Quote, index: Index) -> tuple[int, str, int]:
    section = index.articles[quote.article_id].section(quote.section_id)
    return section.tier.rank, quote.article_id, quote.start


def _approved(side: Side, index: Index) -> bool:
    return index.articles[side.quote.article_id].review.status is ReviewStatus.APPROVED
