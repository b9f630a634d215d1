"""Teaches the metric across which questions are compared, and measures it on sets of questions left out.

It learns that a question is nearer to the questions of the words that answer it than to all others, and one that
nothing answers nearer to those asked in vain: each reader's question as if nobody had written it down, and, counting
more, the questions of our own whose right quotes people have named. The loss is the log of how much of a softmax over
all readers' questions falls on the right places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Bank
from ldnqa.encode import Vectors
from ldnqa.evaluate.tune import SEED, Sample, samples
from ldnqa.index import Index
from ldnqa.metric import Metric
from ldnqa.policy import Policy

# Found on two sets that were left out: 256 wide and with 128 units as good; without any units .73 of the right places
# come first where it is .75 with them.
WIDTH = 192
UNITS = 192
# How wide it is then, along the directions in which readers' questions differ most across it, for a question waits for
# every figure of theirs. Of the right places .800 come first; .799 at the whole width, .792 if no more is learned.
KEPT_WIDTH = 96
OURS_COUNT = 4.0
ROUNDS = 6
# What is left out in turn, of files and of readers' questions.
PARTS = 5
# Of one softmax, in cosines.
TEMPERATURE = 0.05
_BATCH = 512
_STEP = 2e-3
_PULL_STRAIGHT, _PULL_OUTER = 3e-3, 1e-2
_FIRST_INNER = 0.25
# Of Adam, as its authors give them.
_KEPT, _KEPT_SQUARE, _LEAST = 0.9, 0.999, 1e-8

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Asked:
    """Questions as they are compared before the metric, a unit row each; for each place, and last for none at all,
    whether a question belongs there; how much it counts.
    """

    rows: Vectors
    belongs: NDArray[np.bool_]
    counts: Rows


def asked_of(bank: Bank, samples: Sequence[Sample]) -> Asked:
    """The questions of our own that name places of the bank, or that nothing answers."""
    told = [(s, set(s.places) & set(bank.places)) for s in samples if s.vector is not None]
    used = [(s, places) for s, places in told if places or not s.answerable]
    belongs = np.zeros((len(used), len(bank.places) + 1), dtype=bool)
    number = {place: row for row, place in enumerate(bank.places)}
    for row, (_, places) in enumerate(used):
        belongs[row, [number[place] for place in places] or [-1]] = True
    plain = replace(bank, metric=None)
    vectors = np.array([s.vector for s, _ in used], dtype=np.float32).reshape(len(used), bank.vectors.shape[1])
    return Asked(plain.seen(vectors), belongs, np.full(len(used), OURS_COUNT, np.float32))


def teach_metric(bank: Bank, ours: Asked) -> Metric:
    """A metric that has learned the bank's questions and ours; the same ones make the same on one machine."""
    plain = replace(bank, metric=None)
    readers = np.concatenate([plain.seen(bank.vectors), plain.seen(bank.vain_vectors)])
    places = np.array([bank.place_of(row) for row in range(len(bank))] + [len(bank.places)] * len(bank.vain_vectors))
    of_place = np.arange(len(bank.places) + 1) == places[:, np.newaxis]
    asked = Asked(
        np.concatenate([readers, ours.rows]),
        np.concatenate([of_place, ours.belongs]),
        np.concatenate([np.ones(len(readers), np.float32), ours.counts]),
    )
    random = np.random.default_rng(SEED)
    dimension = readers.shape[1]
    widest = np.linalg.eigh(plain.seen(bank.vectors).T @ plain.seen(bank.vectors))[1][:, : -WIDTH - 1 : -1]
    first: Rows = np.ascontiguousarray(widest, dtype=np.float32)
    learned = {
        "straight": first.copy(),
        "inner": (random.standard_normal((dimension, UNITS)) * _FIRST_INNER).astype(np.float32),
        "intercept": np.zeros(UNITS, np.float32),
        "outer": np.zeros((UNITS, first.shape[1]), np.float32),
    }
    means, squares = ({name: np.zeros_like(of) for name, of in learned.items()} for _ in range(2))
    steps = ROUNDS * -(-len(asked.rows) // _BATCH)
    for step, batch in enumerate(_batches(len(asked.rows), random), start=1):
        slopes = _slopes(learned, readers, of_place, asked, batch)
        slopes["straight"] += 2 * _PULL_STRAIGHT * (learned["straight"] - first)
        slopes["outer"] += 2 * _PULL_OUTER * learned["outer"]
        pace = _STEP * (1 - (step - 1) / steps)
        for name, slope in slopes.items():
            means[name] = _KEPT * means[name] + (1 - _KEPT) * slope
            squares[name] = _KEPT_SQUARE * squares[name] + (1 - _KEPT_SQUARE) * slope**2
            mean, square = means[name] / (1 - _KEPT**step), squares[name] / (1 - _KEPT_SQUARE**step)
            learned[name] = (learned[name] - pace * mean / (np.sqrt(square) + _LEAST)).astype(np.float32)
    return _narrowed(Metric(**learned), plain.seen(bank.vectors))


def _narrowed(metric: Metric, readers: Vectors) -> Metric:
    """The same along the directions in which readers' questions differ most across it."""
    across = metric.of_rows(readers)
    along: Rows = np.linalg.eigh(across.T @ across)[1][:, : -KEPT_WIDTH - 1 : -1].astype(np.float32)
    return replace(metric, straight=metric.straight @ along, outer=metric.outer @ along)


def _batches(count: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    for _ in range(ROUNDS):
        order = random.permutation(count)
        yield from (order[start : start + _BATCH] for start in range(0, count, _BATCH))


def _slopes(
    learned: dict[str, Rows], readers: Rows, of_place: NDArray[np.bool_], asked: Asked, batch: NDArray[np.int64]
) -> dict[str, Rows]:
    """The slopes of the loss of some questions. The bank's, which come first among all, do not see themselves."""
    rows = np.concatenate([readers, asked.rows[batch]])
    rectified = np.maximum(rows @ learned["inner"] + learned["intercept"], 0)
    raw = rows @ learned["straight"] + rectified @ learned["outer"]
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    units = raw / lengths
    theirs, ours = units[: len(readers)], units[len(readers) :]
    shares = np.exp((ours @ theirs.T - 1) / np.float32(TEMPERATURE))
    itself = np.flatnonzero(batch < len(readers))
    shares[itself, batch[itself]] = 0
    right = shares * (asked.belongs[batch].astype(np.float32) @ of_place.T.astype(np.float32))
    # A question that is alone at its place has nothing to learn.
    whole, good = shares.sum(axis=1), right.sum(axis=1)
    weight = asked.counts[batch] / len(batch) * (good > 0)
    good[good == 0] = 1
    slope = (shares * (weight / whole)[:, np.newaxis] - right * (weight / good)[:, np.newaxis]) / np.float32(
        TEMPERATURE
    )
    back = np.concatenate([slope.T @ ours, slope @ theirs])
    back = (back - units * (back * units).sum(axis=1, keepdims=True)) / lengths
    through = (back @ learned["outer"].T) * (rectified > 0)
    return {
        "straight": rows.T @ back,
        "outer": rectified.T @ back,
        "inner": rows.T @ through,
        "intercept": through.sum(axis=0),
    }


def right_places(bank: Bank, metric: Metric | None, ours: Asked) -> tuple[float, float]:
    """Of questions that are answered, how often a right place is the likest; and the AUROC of how much liker the
    likest place is than what is asked in vain. Not a number where there are none of a kind.
    """
    from sklearn.metrics import roc_auc_score

    answered = ~ours.belongs[:, -1]
    if answered.all() or not answered.any():
        return float("nan"), float("nan")
    of = replace(bank, metric=metric)
    tied, vain = of.seen(bank.vectors), of.seen(bank.vain_vectors)
    rows = metric.of_rows(ours.rows) if metric else ours.rows
    starts = [bank.at_place(place).start for place in range(len(bank.places))]
    best = np.maximum.reduceat(rows @ tied.T, starts, axis=1)
    hits = ours.belongs[np.arange(len(rows)), best.argmax(axis=1)][answered]
    ahead = best.max(axis=1) - (rows @ vain.T).max(axis=1)
    return float(hits.mean()), float(roc_auc_score(answered, ahead))


class LeftOut(NamedTuple):
    """An index compared across a metric that learned from all but these files and the bank's questions of these
    numbers, and how well it does on the former: `right_places` of the plain cosine, and of the metric.
    """

    seen_across: Index
    files: tuple[Path, ...]
    rows: range
    plain: tuple[float, float]
    learned: tuple[float, float]


def crossed(index: Index, policy: Policy, files: Sequence[Path]) -> Iterator[LeftOut]:
    """For each of PARTS of the files and of readers' questions, the index across a metric that saw nothing of it.

    What learns from the signs of a question must meet them as they are for one that nobody saw.
    """
    bank = index.bank
    parts = [tuple(files[number::PARTS]) for number in range(PARTS)]
    told = [list(samples(index, policy, None, part)) for part in parts]
    for number, part in enumerate(parts):
        rest = [sample for other in (*told[:number], *told[number + 1 :]) for sample in other]
        rows = range(number, len(bank), PARTS)
        kept = [row for row in range(len(bank)) if row % PARTS != number]
        of_vain = np.arange(len(bank.vain_vectors)) % PARTS != number
        seen = replace(
            bank,
            questions=tuple(bank.questions[row] for row in kept),
            vectors=bank.vectors[kept],
            vain_vectors=bank.vain_vectors[of_vain],
        )
        metric = teach_metric(seen, asked_of(seen, rest))
        asked = asked_of(bank, told[number])
        yield LeftOut(
            replace(index, bank=replace(bank, metric=metric)),
            part,
            rows,
            right_places(bank, None, asked),
            right_places(bank, metric, asked),
        )


def save_metric(metric: Metric, model: str, file: Path) -> None:
    """Write a metric for vectors of the model of this digest."""
    arrays = {name: getattr(metric, name) for name in ("straight", "inner", "intercept", "outer")}
    np.savez_compressed(file, model=np.array(model), **arrays)
