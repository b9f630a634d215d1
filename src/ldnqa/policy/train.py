"""`python -m ldnqa.policy.train`: phrases*.yaml, messages*.yaml -> learned.npz, meaning.npz: always the same weights.

Words: logistic regression with an L2 restraint by L-BFGS, once for "an emergency or not" and once for the kinds.
Meaning: networks with one hidden layer over the encoder's vectors, by Adam (Kingma and Ba, ICLR 2015) with dropout
(Srivastava and others, JMLR 2014) and smoothed labels (Szegedy and others, CVPR 2016); they differ in their seeds only.
Weights are kept as whole numbers from -127 to 127. Needs scipy, as the tests do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from ldnqa.encode import Encoder, Vectors, load_encoder
from ldnqa.policy.learned import BUCKETS, signs, weights_file
from ldnqa.policy.meaning import SCALE, meaning_file
from ldnqa.policy.phrases import CALM, SEED, Phrase, digest, filled_phrases

# With these, words alone find 73% of the emergencies among phrases whose lines were left out, at 1% false alarms.
ROUNDS = 60
RESTRAINT = 0.5
# Figures of the same kind, for a quarter of the phrases: with the words, one network finds 80%, with smoothed labels
# 82%, with noise as well 84%. Three networks without smoothing and noise find 82%, so they add little but steadiness:
# with three, a hundred new lines changed 4 in 200 held look-alikes, and lost or won one emergency in 50, by chance.
HIDDEN = 256
NETWORKS = 6
# How much of each label is shared out among all flags: keeps a network from being sure of what it has not seen.
SMOOTH = 0.2
# Length of what is added to each vector at random, vectors being of length one: no phrase is learned by heart.
NOISE = 0.4
DROPOUT = 0.3
EPOCHS = 10
BATCH = 256
FASTEST = 3e-3
DECAY = 1e-4


def train(phrases: Sequence[Phrase]) -> dict[str, NDArray[np.float64]]:
    """Weights and intercepts of both models of the words; the alarm is a model with one column."""
    flags = sorted({phrase.flag for phrase in phrases})
    rows = [signs(phrase.text) for phrase in phrases]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(1, len(row)))) for row in rows])
    found = csr_array((values, np.concatenate(rows), ends), shape=(len(rows), BUCKETS))
    kinds = np.zeros((len(rows), len(flags)))
    kinds[np.arange(len(rows)), [flags.index(phrase.flag) for phrase in phrases]] = 1
    urgent = 1 - kinds[:, [flags.index(CALM)]]
    times = np.array([[phrase.times] for phrase in phrases])
    alarm, alarm_intercept = _fitted(found, np.hstack([1 - urgent, urgent]), times)
    kind, kind_intercept = _fitted(found, kinds, times)
    return {
        "alarm": alarm[:, 1] - alarm[:, 0],
        "alarm_intercept": alarm_intercept[1] - alarm_intercept[0],
        "kinds": kind,
        "kinds_intercept": kind_intercept,
    }


def _fitted(
    found: csr_array, wanted: NDArray[np.float64], times: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (BUCKETS, columns) and intercepts (columns,) of a softmax over the columns; each row counts `times`."""
    columns = wanted.shape[1]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(BUCKETS + 1, columns)
        scores = found @ weights[:-1] + weights[-1]
        scores -= scores.max(axis=1, keepdims=True)
        likely = np.exp(scores)
        total = likely.sum(axis=1, keepdims=True)
        missed = float((times[:, 0] * (np.log(total[:, 0]) - (scores * wanted).sum(axis=1))).sum())
        slope = times * (likely / total - wanted)
        slopes = np.vstack([found.T @ slope + RESTRAINT * weights[:-1], slope.sum(axis=0)])
        return missed + RESTRAINT / 2 * float((weights[:-1] ** 2).sum()), slopes.ravel()

    best = minimize(loss, np.zeros((BUCKETS + 1) * columns), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    weights = best.x.reshape(BUCKETS + 1, columns)
    return weights[:-1], weights[-1]


def train_meaning(vectors: Vectors, flags: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Weights of the networks for rows of vectors and the flag of each; columns are the flags in order of name."""
    made = [_network(vectors, flags, np.random.default_rng(SEED + number)) for number in range(NETWORKS)]
    return {name: np.stack([network[name] for network in made]) for name in made[0]}


def _network(vectors: Vectors, flags: Sequence[str], chance: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    names = sorted(set(flags))
    wanted = np.full((len(flags), len(names)), SMOOTH / len(names), dtype=np.float32)
    wanted[np.arange(len(flags)), [names.index(flag) for flag in flags]] += 1 - SMOOTH
    rows = (SCALE * vectors).astype(np.float32)
    made = {
        "inner": _spread(chance, rows.shape[1], HIDDEN),
        "inner_intercept": np.zeros(HIDDEN, dtype=np.float32),
        "outer": _spread(chance, HIDDEN, len(names)),
        "outer_intercept": np.zeros(len(names), dtype=np.float32),
    }
    mean = {name: np.zeros_like(weights) for name, weights in made.items()}
    square = {name: np.zeros_like(weights) for name, weights in made.items()}
    steps = EPOCHS * -(-len(rows) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = chance.permutation(len(rows))
        for start in range(0, len(rows), BATCH):
            step += 1
            some = order[start : start + BATCH]
            slopes = _slopes(made, rows[some], wanted[some], chance)
            # Up to full pace over the first fifth of the steps, then down to none.
            pace = FASTEST * min(5 * step / steps, 1.25 * (1 - step / (steps + 1)))
            for name, slope in slopes.items():
                mean[name] += 0.1 * (slope - mean[name])
                square[name] += 0.001 * (slope**2 - square[name])
                move = (mean[name] / (1 - 0.9**step)) / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
                made[name] -= np.float32(pace) * (move + np.float32(DECAY) * made[name])
    return made


def _spread(chance: np.random.Generator, rows: int, columns: int) -> NDArray[np.float32]:
    made: NDArray[np.float32] = (chance.uniform(-1, 1, (rows, columns)) / np.sqrt(rows)).astype(np.float32)
    return made


def _slopes(
    made: dict[str, NDArray[np.float32]],
    rows: NDArray[np.float32],
    wanted: NDArray[np.float32],
    chance: np.random.Generator,
) -> dict[str, NDArray[np.float32]]:
    """The slope of the mean loss in every weight, with noise added and some hidden units left out."""
    length = SCALE * np.float32(NOISE / np.sqrt(rows.shape[1]))
    rows = rows + length * chance.standard_normal(rows.shape, dtype=np.float32)
    kept = (chance.random((len(rows), HIDDEN), dtype=np.float32) >= DROPOUT) / np.float32(1 - DROPOUT)
    hidden = np.maximum(rows @ made["inner"] + made["inner_intercept"], 0) * kept
    scores = hidden @ made["outer"] + made["outer_intercept"]
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    missed = (likely - wanted) / np.float32(len(rows))
    back = (missed @ made["outer"].T) * kept * (hidden > 0)
    return {
        "inner": rows.T @ back,
        "inner_intercept": back.sum(axis=0),
        "outer": hidden.T @ missed,
        "outer_intercept": missed.sum(axis=0),
    }


def save_words() -> None:
    """Train on the words of the phrases and write the weights."""
    phrases = filled_phrases()
    made = train(phrases)
    kept: dict[str, NDArray[np.generic]] = {}
    for name in ("alarm", "kinds"):
        kept |= _rounded(name, made[name])
        kept[f"{name}_intercept"] = np.asarray(made[f"{name}_intercept"], dtype=np.float32)
    names = sorted({phrase.flag for phrase in phrases})
    arrays: dict[str, Any] = {"flags": np.asarray(names), "made_from": np.asarray(digest()), **kept}
    np.savez_compressed(weights_file(), **arrays)


def save_meaning(encoder: Encoder) -> None:
    """Train on the meaning of the phrases, as this encoder sees it, and write the weights."""
    phrases = sorted(filled_phrases(), key=lambda phrase: len(phrase.text))
    vectors = np.vstack(
        [
            encoder.encode_queries([phrase.text for phrase in phrases[start : start + BATCH]])
            for start in range(0, len(phrases), BATCH)
        ]
    )
    rows = [row for row, phrase in enumerate(phrases) for _ in range(phrase.times)]
    made = train_meaning(vectors[rows], [phrases[row].flag for row in rows])
    arrays: dict[str, Any] = {
        "flags": np.asarray(sorted({phrase.flag for phrase in phrases})),
        "made_from": np.asarray(digest()),
        "encoder": np.asarray(encoder.digest),
        "inner_intercept": made["inner_intercept"],
        "outer_intercept": made["outer_intercept"],
        **_rounded("inner", made["inner"]),
        **_rounded("outer", made["outer"]),
    }
    np.savez_compressed(meaning_file(), **arrays)


def _rounded(name: str, weights: NDArray[np.floating]) -> dict[str, NDArray[np.generic]]:
    """Weights as whole numbers from -127 to 127, and what one of them stands for."""
    scale = np.float32(np.abs(weights).max() / 127)
    return {name: np.round(weights / scale).astype(np.int8), f"{name}_scale": np.asarray(scale)}


if __name__ == "__main__":
    save_words()
    save_meaning(load_encoder())
