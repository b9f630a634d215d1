"""`python -m ldnqa.policy.train`: phrases.yaml -> learned.npz. The same phrases give the same weights, to rounding.

Logistic regression by stochastic gradient descent in a fixed order (Adagrad: Duchi, Hazan and Singer, JMLR 2011), once
for "an emergency or not" and once for the kinds; the weights are kept as whole numbers from -127 to 127.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.policy.learned import BUCKETS, CALM, signs, weights_file
from ldnqa.policy.phrases import SEED, filled_phrases

PHRASES = weights_file().with_name("phrases.yaml")
# Fitted on the open half of tests/triage/: fewer rounds or a slower pace miss more, more learn the phrases by heart.
ROUNDS = 16
PACE = 0.5
# The mean of the weights after the last rounds depends less on which phrase came last.
AVERAGED = 8


def train(phrases: list[tuple[str, str]]) -> dict[str, NDArray[np.float64]]:
    """Weights and intercepts of both models for (phrase, flag) pairs; the alarm is a model with one column."""
    flags = sorted({flag for _, flag in phrases})
    rows = [signs(phrase) for phrase, _ in phrases]
    kinds = np.zeros((len(rows), len(flags)))
    kinds[np.arange(len(rows)), [flags.index(flag) for _, flag in phrases]] = 1
    urgent = 1 - kinds[:, [flags.index(CALM)]]
    # Both sides of the alarm weigh the same in sum.
    balance = np.where(urgent[:, 0] == 1, 0.5 / urgent.mean(), 0.5 / (1 - urgent.mean()))
    alarm, alarm_intercept = _descend(rows, urgent, balance)
    kind, kind_intercept = _descend(rows, kinds, np.ones(len(rows)))
    return {
        "alarm": alarm[:, 0],
        "alarm_intercept": alarm_intercept[0],
        "kinds": kind,
        "kinds_intercept": kind_intercept,
    }


def _descend(
    rows: list[NDArray[np.intp]], wanted: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (BUCKETS, columns) and intercepts; one column is a logistic model, several share a softmax."""
    columns = wanted.shape[1]
    weights = np.zeros((BUCKETS + 1, columns))
    slope = np.full((BUCKETS + 1, columns), 1e-6)
    mean = np.zeros_like(weights)
    order = np.random.default_rng(SEED)
    for past in range(ROUNDS):
        for n in order.permutation(len(rows)):
            found = np.append(rows[n], BUCKETS)  # The last row is the intercept.
            value = np.full((len(found), 1), 1 / np.sqrt(max(1, len(rows[n]))))
            value[-1] = 1
            score = (weights[found] * value).sum(axis=0)
            if columns == 1:
                likely = 1 / (1 + np.exp(-score))
            else:
                likely = np.exp(score - score.max())
                likely /= likely.sum()
            step = weight[n] * value * (likely - wanted[n])
            slope[found] += step**2
            weights[found] -= PACE * step / np.sqrt(slope[found])
        if past >= ROUNDS - AVERAGED:
            mean += weights / AVERAGED
    return mean[:-1], mean[-1]


def save(path: Path, phrases_file: Path) -> None:
    """Train on a file of phrases and write the weights."""
    phrases = filled_phrases(phrases_file)
    made = train(phrases)
    kept: dict[str, NDArray[np.generic]] = {}
    for name in ("alarm", "kinds"):
        scale = np.float32(np.abs(made[name]).max() / 127)
        kept[name] = np.round(made[name] / scale).astype(np.int8)
        kept[f"{name}_scale"] = np.asarray(scale)
        kept[f"{name}_intercept"] = np.asarray(made[f"{name}_intercept"], dtype=np.float32)
    np.savez_compressed(
        path,
        flags=np.asarray(sorted({flag for _, flag in phrases})),
        made_from=np.asarray(digest(phrases_file)),
        **kept,  # type: ignore[arg-type]
    )


def digest(phrases_file: Path) -> str:
    """SHA-256 of the phrases: says whether the weights are theirs."""
    return hashlib.sha256(phrases_file.read_bytes()).hexdigest()


if __name__ == "__main__":
    save(weights_file(), PHRASES)
