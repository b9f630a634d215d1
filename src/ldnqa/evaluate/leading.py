"""Teaches the networks of `ldnqa.leading` which quote leads, and measures them on questions left out.

They learn from questions of our own, whose right quotes people have named, and, counting less, from all questions that
readers ask: each is asked as if nobody had written it down, and the words it is tied to are right, as is what says the
same elsewhere. A network's loss is the log of how much of a softmax over the quotes falls on right ones. Needs scipy,
as the tests do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ldnqa.bank import Bank
from ldnqa.disputes import alike, within
from ldnqa.evaluate.tune import FOLDS, SEED, Sample, folds
from ldnqa.index import Index
from ldnqa.leading import Leading, Rows, inputs
from ldnqa.policy import Policy
from ldnqa.query import read_query
from ldnqa.quotes import rank_quotes
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve
from ldnqa.types import Quote

# Found on questions left out: 16 or 32 hidden units are as good, readers' questions at 0.6 are worse by a point.
HIDDEN = 24
NETWORKS = 3
READERS_COUNT = 0.15
PULL = 5e-3
ROUNDS = 60
_LEAST = 1e-3


@dataclass(frozen=True)
class Lesson:
    """The signs of a question's quotes, which of them are right, and how much the question counts."""

    signs: Rows
    right: NDArray[np.bool_]
    counts: float


def readers_lessons(
    index: Index,
    policy: Policy,
    bank: Bank,
    progress: Callable[[int, int], None] | None = None,
    rows: Iterable[int] | None = None,
) -> Iterator[Lesson]:
    """Lessons from all questions of `bank` or those of these numbers, asked of an index that has this bank or none.

    A question that is alone at its place is passed over in the former: without it nothing is known of the place.
    """
    subject = index.subject[0] if index.subject else None
    alone = {place for place in range(len(bank.places)) if len(bank.at_place(place)) == 1}
    for row in range(len(bank)) if rows is None else rows:
        question = bank.questions[row]
        if progress:
            progress(row + 1, len(bank.questions))
        if index.bank and bank.place_of(row) in alone:
            continue
        query = read_query(Reading(question.text, question.text), index, policy.lexicon, subject)
        if index.bank:
            left_out = index.bank.likeness(query.own_vector, leave_out=row)
            query = replace(query, near=left_out, near_own=left_out)
        ranked = rank_quotes(index, query, retrieve(index, query))
        told = [
            s.quote
            for s in ranked
            if _at(s.quote, question.article_id, question.section_id, question.start, question.end)
        ]
        right = np.array([any(alike(one, s.quote) or within(one, s.quote) for one in told) for s in ranked], dtype=bool)
        if right.any():
            signs = np.array([s.values for s in ranked], dtype=np.float32)
            yield Lesson(signs, right, READERS_COUNT)


def _at(quote: Quote, article_id: str, section_id: str, start: int, end: int) -> bool:
    return (quote.article_id, quote.section_id) == (article_id, section_id) and quote.start < end and start < quote.end


def lesson_of(sample: Sample) -> Lesson | None:
    """The lesson of a question of our own; None if no right quote was found."""
    if sample.quotes is None or sample.right is None or not sample.right.any():
        return None
    return Lesson(sample.quotes.astype(np.float32), sample.right, 1.0)


def teach(lessons: Sequence[Lesson]) -> Leading:
    """Networks that have learned these lessons; the same lessons make the same networks on one machine."""
    ours = np.vstack([inputs(lesson.signs) for lesson in lessons if lesson.counts == 1])
    middle, spread = ours.mean(axis=0), ours.std(axis=0) + _LEAST
    made = [_network(lessons, middle, spread, SEED + number) for number in range(NETWORKS)]
    inner = np.stack([network["inner"] for network in made]) / spread[:, np.newaxis]
    return Leading(
        inner=inner.astype(np.float32),
        intercept=np.stack([network["intercept"] for network in made]) - (middle @ inner).astype(np.float32),
        outer=np.stack([network["outer"] for network in made]),
        straight=(np.mean([network["straight"] for network in made], axis=0) / spread).astype(np.float32),
    )


def _network(lessons: Sequence[Lesson], middle: Rows, spread: Rows, seed: int) -> dict[str, Rows]:
    """One network, by L-BFGS from weights that the seed gives."""
    rows = np.vstack([(inputs(lesson.signs) - middle) / spread for lesson in lessons])
    right = np.concatenate([lesson.right for lesson in lessons])
    sizes = [len(lesson.right) for lesson in lessons]
    starts = np.cumsum([0, *sizes[:-1]])
    counts = np.array([lesson.counts for lesson in lessons])
    width = rows.shape[1]
    shapes = {"inner": (width, HIDDEN), "intercept": (HIDDEN,), "outer": (HIDDEN,), "straight": (width,)}
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])

    def parted(flat: NDArray[np.float64]) -> dict[str, Rows]:
        parts = np.split(flat.astype(np.float32), ends[:-1])
        return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        network = parted(flat)
        hidden = np.tanh(rows @ network["inner"] + network["intercept"])
        scores = (hidden @ network["outer"] + rows @ network["straight"]).astype(np.float64)
        shares = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        whole, good = np.add.reduceat(shares, starts), np.add.reduceat(shares * right, starts)
        weight = counts / counts.sum()
        missed = float((weight * np.log(whole / good)).sum())
        slope = shares * np.repeat(weight / whole, sizes) - shares * right * np.repeat(weight / good, sizes)
        slope = slope.astype(np.float32)
        back = np.outer(slope, network["outer"]) * (1 - hidden**2)
        slopes = (rows.T @ back, back.sum(axis=0), hidden.T @ slope, rows.T @ slope)
        return missed + PULL * float(flat @ flat), np.concatenate([s.ravel() for s in slopes]) + 2 * PULL * flat

    first = np.zeros(ends[-1])
    first[: ends[0]] = np.random.default_rng(seed).uniform(-1, 1, ends[0]) / np.sqrt(width)
    first[ends[1] : ends[2]] = np.random.default_rng(seed).uniform(-1, 1, HIDDEN) / np.sqrt(HIDDEN)
    return parted(minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x)


def measured(ours: Sequence[Sample], readers: Sequence[Lesson], held: Sequence[Sample]) -> dict[str, float]:
    """How often a right quote leads, by set: of questions of our own, each by networks that did not learn from its
    conversation, and of the held half by those that learned from all others.
    """
    leads: dict[str, list[bool]] = {}
    fold = folds(ours)
    for number in range(FOLDS + 1):
        out = held if number == FOLDS else [s for s in ours if fold[s.of, s.group] == number]
        learned = [lesson for s in ours if fold[s.of, s.group] != number and (lesson := lesson_of(s))]
        networks = teach([*learned, *readers])
        for sample in out:
            if (lesson := lesson_of(sample)) is not None:
                best = int(np.argmax(networks.scores(lesson.signs)))
                leads.setdefault(sample.of, []).append(bool(lesson.right[best]))
    return {of: float(np.mean(right)) for of, right in leads.items()}


def save(networks: dict[str, Leading], file: Path) -> None:
    """Write networks under their kinds, "with" and "without" readers' questions."""
    arrays: dict[str, Any] = {
        f"{kind}_{name}": getattr(of, name)
        for kind, of in networks.items()
        for name in ("inner", "intercept", "outer", "straight")
    }
    np.savez_compressed(file, **arrays)
