"""Figures and their intervals, as pure functions. Ranking measures are those of ir-measures; chance is drawn by seed.

A figure that cannot be computed (no unanswerable question, say) is None and never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import ir_measures
import numpy as np
from numpy.typing import NDArray

Judged = Mapping[str, Mapping[str, int]]
Interval = tuple[float, float]

RANKING = ("nDCG@10", "R@5", "R@10", "RR@10")
# With grades above 1, a document of grade 1 touches the question without answering it.
_GRADED_FROM = 2
RESAMPLES = 1_000
# Any number does; it is fixed so that the same answers give the same interval.
SEED = 20_250_227
_LEVEL = 95


def relevant_from(judged: Judged) -> int:
    """The lowest grade that counts as relevant for R and RR: 2 in a set with grades above 1, else 1."""
    return _GRADED_FROM if any(g > 1 for grades in judged.values() for g in grades.values()) else 1


def ranking_scores(judged: Judged, ranked: Mapping[str, Sequence[str]], rel: int) -> dict[str, dict[str, float]]:
    """Measure -> question id -> value, 0 to 1, for the questions in both; `ranked` has document ids, best first.

    nDCG uses the grades as gains; R and RR count documents of grade `rel` or more.
    """
    measures = {
        "nDCG@10": ir_measures.nDCG @ 10,
        "R@5": ir_measures.R(rel=rel) @ 5,
        "R@10": ir_measures.R(rel=rel) @ 10,
        "RR@10": ir_measures.RR(rel=rel) @ 10,
    }
    names = {measure: name for name, measure in measures.items()}
    asked = [id_ for id_ in ranked if id_ in judged]
    qrels = [ir_measures.Qrel(id_, doc, grade) for id_ in asked for doc, grade in judged[id_].items()]
    # Scores only carry the order, without ties, which every measure would break in its own way.
    run = [ir_measures.ScoredDoc(id_, doc, -float(n)) for id_ in asked for n, doc in enumerate(ranked[id_])]
    scores: dict[str, dict[str, float]] = {name: dict.fromkeys(asked, 0.0) for name in measures}
    for found in ir_measures.iter_calc(list(names), qrels, run):
        scores[names[found.measure]][found.query_id] = float(found.value)
    return scores


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return float(np.mean(values)) if len(values) else None


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Chance that a positive scores above a negative, a tie counting half; None unless there are both.

    The Mann-Whitney statistic over the number of pairs (Hanley and McNeil, Radiology 1982).
    """
    high, low = scores[positive], scores[~positive]
    if not len(high) or not len(low):
        return None
    return float((high[:, None] > low).mean() + 0.5 * (high[:, None] == low).mean())


def interval(size: int, figure: Callable[[NDArray[np.intp]], float | None]) -> Interval | None:
    """The 95% percentile bootstrap interval of a figure over `size` questions; `figure` gets the rows drawn.

    Draws for which there is no figure are left out; None if there are none at all (Efron, Annals of Statistics 1979).
    """
    random = np.random.default_rng(SEED)
    drawn = (figure(random.integers(0, size, size)) for _ in range(RESAMPLES)) if size else iter(())
    found = [value for value in drawn if value is not None]
    if not found:
        return None
    tail = (100 - _LEVEL) / 2
    low, high = np.percentile(found, [tail, 100 - tail])
    return float(low), float(high)


def mean_with_interval(values: Sequence[float]) -> tuple[float | None, Interval | None]:
    """The mean of one value a question, and its interval."""
    array = np.asarray(values, dtype=np.float64)
    return mean(values), interval(len(array), lambda rows: float(array[rows].mean()))


def auroc_with_interval(scores: Sequence[float], positive: Sequence[bool]) -> tuple[float | None, Interval | None]:
    """`auroc` and its interval."""
    s, p = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=np.bool_)
    return auroc(s, p), interval(len(s), lambda rows: auroc(s[rows], p[rows]))


@dataclass(frozen=True, slots=True)
class Point:
    """Answering every question with at least this support: what share is answered, and what share of that is wrong."""

    support: float
    coverage: float
    risk: float


def risk_coverage(support: Sequence[float], wrong: Sequence[bool]) -> tuple[Point, ...]:
    """The curve from the surest question to all of them; questions of equal support are answered together."""
    order = sorted(range(len(support)), key=lambda n: -support[n])
    points: list[Point] = []
    errors = 0
    for answered, n in enumerate(order, start=1):
        errors += wrong[n]
        if answered == len(order) or support[order[answered]] != support[n]:
            points.append(Point(support[n], answered / len(order), errors / answered))
    return tuple(points)


def risk_at(points: Sequence[Point], coverage: float) -> float | None:
    """The risk where at least this share is first answered; None without a curve."""
    return next((point.risk for point in points if point.coverage >= coverage), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every run over questions has; each kind of run adds its own. `n` is how many questions were counted.

    Subclasses call these methods by this class's name: `slots=True` makes a class anew, which `super()` does not see.
    """

    index_id: str
    model: str
    n: int
    metrics: Mapping[str, float | None]
    intervals: Mapping[str, Interval | None]
    latency_ms: Mapping[str, Mapping[str, float]]
    curve: tuple[Point, ...]

    def figures(self) -> dict[str, Any]:
        """What `ldnqa eval ... --json` prints."""
        return {
            "metrics": dict(self.metrics),
            "intervals": {name: list(pair) if pair else None for name, pair in self.intervals.items()},
            "latency_ms": {stage: dict(times) for stage, times in self.latency_ms.items()},
            "n": self.n,
            "index_id": self.index_id,
        }

    def record(self, **about: str) -> dict[str, Any]:
        """Everything, to be kept as JSON; `about` is what the caller knows: the data set or file, the date."""
        return {
            **about,
            "model": self.model,
            **self.figures(),
            "risk_at_80_percent_coverage": risk_at(self.curve, 0.8),
            "risk_coverage": [asdict(point) for point in self.curve],
        }
