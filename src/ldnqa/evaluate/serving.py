"""A question taken through the steps of `ldnqa.dialogue.ask` up to the answer, with a clock on each step.

Nothing here ranks, weighs or decides: a figure measured through this module is a figure of what is served.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import numpy as np

from ldnqa.answerable import support
from ldnqa.encode import Encoder, Vectors
from ldnqa.findings import reading_of
from ldnqa.index import Index
from ldnqa.lead import ANSWER_FROM, able_to_lead
from ldnqa.policy import Policy
from ldnqa.query import read_query
from ldnqa.quotes import ScoredQuote, rank_quotes
from ldnqa.retrieve import DEPTH, READ, retrieve
from ldnqa.types import Hit, Turn

STAGES = ("reading", "encoding", "dense", "lexical", "fusion", "quotes", "support", "total")

P = ParamSpec("P")
T = TypeVar("T")


class Clock:
    """Milliseconds each stage took, one figure a question; time in an inner stage is not the outer one's."""

    def __init__(self) -> None:
        self.laps: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self._open: list[list[float]] = []

    @contextmanager
    def question(self) -> Iterator[None]:
        """Opens a figure in every stage for what follows, and times the whole of it."""
        for lap in self.laps.values():
            lap.append(0.0)
        started = time.perf_counter()
        yield
        self.laps["total"][-1] = 1000 * (time.perf_counter() - started)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the time spent inside to the stage, less what stages inside it take."""
        inner = [0.0]
        self._open.append(inner)
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = 1000 * (time.perf_counter() - started)
            self._open.pop()
            self.laps[name][-1] += spent - inner[0]
            if self._open:
                self._open[-1][0] += spent

    def timed(self, name: str, step: Callable[P, T]) -> Callable[P, T]:
        """The same step, on this clock."""

        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            with self.stage(name):
                return step(*args, **kwargs)

        return run

    def summary(self) -> dict[str, dict[str, float]]:
        """Stage -> {"p50", "p90"} in milliseconds; nothing before the first question."""
        return {
            stage: {"p50": float(np.percentile(lap, 50)), "p90": float(np.percentile(lap, 90))}
            for stage, lap in self.laps.items()
            if lap
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What serving finds for a question: its reading, passages and quotes, best first, and how well they support it.

    `hits` goes deeper than an answer reads, so that documents can be ranked; `quotes` come from as many as it reads.
    `lead` would lead the answer; where none may, there is no support.
    """

    reading: str
    hits: tuple[Hit, ...]
    quotes: tuple[ScoredQuote, ...]
    support: float
    lead: ScoredQuote | None


def finder(index: Index, policy: Policy, clock: Clock) -> Callable[..., Found]:
    """A function (question, history=(), in_view=None) -> Found over this index, each call timed on the clock."""
    watched = _watched(index, clock)

    def find(question: str, history: Sequence[Turn] = (), in_view: str | None = None) -> Found:
        with clock.question():
            with clock.stage("reading"):
                subject, reading = reading_of(watched, policy, question, history, in_view)
            for read_as in (reading, *reading.instead):
                with clock.stage("reading"):
                    query = read_query(read_as, watched, policy.lexicon, subject)
                with clock.stage("fusion"):
                    hits = retrieve(watched, query, in_view=in_view, limit=DEPTH)
                with clock.stage("quotes"):
                    quotes = rank_quotes(watched, query, hits[:READ])
                with clock.stage("support"):
                    lead = able_to_lead(watched, query, quotes)
                    probability = support(watched, query, hits[:READ], quotes, lead) if lead else 0.0
                if probability >= ANSWER_FROM:
                    break
        return Found(reading.text, tuple(hits), tuple(quotes), probability, lead)

    return find


class _WatchedEncoder:
    """An encoder with a clock on its questions."""

    def __init__(self, encoder: Encoder, clock: Clock) -> None:
        self.name, self.digest = encoder.name, encoder.digest
        self.dimension, self.max_tokens = encoder.dimension, encoder.max_tokens
        self.count_tokens, self.encode_passages = encoder.count_tokens, encoder.encode_passages
        self._encode, self._clock = encoder.encode_queries, clock

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        with self._clock.stage("encoding"):
            return self._encode(texts)


def _watched(index: Index, clock: Clock) -> Index:
    """The same index, with the clock on its encoder and its two searches; a small index is not searched by meaning."""
    twin = copy(index)
    # The class is frozen so that nobody changes an index in service; this twin is nobody else's.
    object.__setattr__(twin, "encoder", _WatchedEncoder(index.encoder, clock))
    object.__setattr__(twin, "nearest", clock.timed("dense", index.nearest))
    object.__setattr__(twin, "word_shares", clock.timed("lexical", index.word_shares))
    return twin
