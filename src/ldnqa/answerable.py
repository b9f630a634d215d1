"""How likely it is that the articles answer a question rather than merely resemble it.

A logistic regression over signs of the leading quote, of the question, and of how it stands to that quote and to what
was said before; `weights` has what each counts, and `ldnqa eval tune` fits it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from ldnqa.asking import CUES, HOW_DONE, Kind
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.query import Query
from ldnqa.quotable import quotable
from ldnqa.quotes import ScoredQuote, weights_of
from ldnqa.types import Hit
from ldnqa.wanted import share
from ldnqa.weights import SUPPORT_SIGNS

# The passage the best one is compared with.
_TENTH = 9
# Below this a spread is rounding.
_NO_SPREAD = 1e-9
# What a question asks for, by its kind and by its words.
_KINDS = {f"asks_{kind}": kind for kind in Kind}
_CUES = {f"cue_{cue}": cue for cue in CUES}
# Every sign that may count: SUPPORT_SIGNS, those of the leading quote, and what the question asks for.
ALL_SIGNS = tuple(dict.fromkeys((*SUPPORT_SIGNS, *SIGNS, *_KINDS, *_CUES)))


def support(index: Index, query: Query, hits: Sequence[Hit], ranked: Sequence[ScoredQuote], lead: ScoredQuote) -> float:
    """The probability, 0 to 1, that the articles answer the question, where `lead` of the `ranked` quotes would."""
    weights = weights_of(index)
    signs = read_support(index, query, hits, ranked, lead, weights.support)
    return 1 / (
        1 + math.exp(-weights.intercept - sum([weight * signs[name] for name, weight in weights.support.items()]))
    )


def read_support(
    index: Index,
    query: Query,
    hits: Sequence[Hit],
    ranked: Sequence[ScoredQuote],
    lead: ScoredQuote,
    signs: Iterable[str] = ALL_SIGNS,
) -> dict[str, float]:
    """These of ALL_SIGNS for a question, its hits, their quotes, and the one of these that would lead.

    How near anything comes is told by the quote that ranks first, and whether it fits what is asked by the lead.
    """

    return {name: _READ[name](index, query, hits, ranked, lead) for name in signs}


def _rarest(index: Index, query: Query, hits: Sequence[Hit], _: Sequence[ScoredQuote]) -> float:
    nearest = max(hits, key=lambda hit: hit.cosine).passage
    return share(query.wanted.rarest, quotable(index, nearest).terms)


def _agreement(_: Index, __: Query, ___: Sequence[Hit], ranked: Sequence[ScoredQuote]) -> float:
    passages = {scored.quote.passage_id: scored for scored in ranked}
    return correlation([(one.sign("passage"), one.sign("passage_coverage")) for one in passages.values()])


def _gives_more(query: Query, lead: ScoredQuote) -> bool:
    """Whether what was quoted before has the figure, the reason or whatever else is asked for now."""
    fits = lead.sign("fits_kind") and (lead.sign("figure_asked") or query.kind is Kind.WHY)
    return bool(fits) or _has_it(query, lead)


def _has_it(query: Query, lead: ScoredQuote) -> bool:
    """Whether more is demanded of an answer than to be near, and this one has it."""
    return bool(query.demanded) and query.lexicon.has(query.demanded, lead.quote.text)


# What tells the others of SUPPORT_SIGNS, of an index, a query, its hits and their quotes, the first of them best.
_SUPPORT: Mapping[str, Callable[[Index, Query, Sequence[Hit], Sequence[ScoredQuote]], float]] = {
    "lead": lambda index, query, hits, ranked: ranked[0].score,
    "ahead": lambda index, query, hits, ranked: hits[0].score - hits[min(_TENTH, len(hits) - 1)].score,
    "in_vain": lambda index, query, hits, ranked: (
        query.near_own.vain - max(ranked[0].sign("asked"), ranked[0].sign("asked_own"))
    ),
    "covered": lambda index, query, hits, ranked: ranked[0].sign("asked_coverage"),
    "unknown": lambda index, query, hits, ranked: query.wanted.unknown,
    "about_other": lambda index, query, hits, ranked: float(query.about_other is not None and bool(index.subject)),
    "passage": lambda index, query, hits, ranked: ranked[0].sign("passage"),
    "rarest": _rarest,
    "agreement": _agreement,
    "vain": lambda index, query, hits, ranked: query.near_own.vain,
    "follows": lambda index, query, hits, ranked: float(bool(query.reading.earlier)),
}

# What tells those of SUPPORT_SIGNS and SIGNS that say whether the lead fits what is asked.
_FITS: Mapping[str, Callable[[Query, ScoredQuote], float]] = {
    "kind": lambda query, lead: not lead.sign("figure_asked") or lead.sign("fits_kind"),
    "how_done": lambda query, lead: bool(HOW_DONE.search(query.reading.asked_now) and HOW_DONE.search(lead.quote.text)),
    "no_reason": lambda query, lead: query.kind is Kind.WHY and not lead.sign("fits_kind"),
    "again": lambda query, lead: query.reading.cited[:1] == (lead.quote.passage_id,) and not _gives_more(query, lead),
    "other_regimen": lambda query, lead: lead.sign("other_regimen"),
    "another_tier": lambda query, lead: lead.sign("another_tier"),
    "comment": lambda query, lead: lead.sign("comment"),
}


_Reader = Callable[[Index, Query, Sequence[Hit], Sequence[ScoredQuote], ScoredQuote], float]


def _reader(name: str) -> _Reader:
    if told := _SUPPORT.get(name):
        return lambda index, query, hits, ranked, lead: told(index, query, hits, ranked)
    if fits := _FITS.get(name):
        return lambda index, query, hits, ranked, lead: float(fits(query, lead))
    if kind := _KINDS.get(name):
        return lambda index, query, hits, ranked, lead: float(query.kind is kind)
    if cue := _CUES.get(name):
        return lambda index, query, hits, ranked, lead: float(cue in query.cues)
    return lambda index, query, hits, ranked, lead: ranked[0].sign(name)


_READ: Mapping[str, _Reader] = {name: _reader(name) for name in ALL_SIGNS}


def correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's coefficient of the pairs, -1 to 1; 0 where either side never varies."""
    count = len(pairs)
    mean_x, mean_y = (sum(side) / count for side in zip(*pairs, strict=True))
    apart = [(x - mean_x, y - mean_y) for x, y in pairs]
    spread = math.sqrt(sum([x * x for x, _ in apart]) * sum([y * y for _, y in apart]))
    return sum([x * y for x, y in apart]) / spread if spread > _NO_SPREAD else 0.0
