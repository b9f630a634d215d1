"""Fits the weights that rank quotes and those that decide between an answer and silence, for each kind of index.
Prints; changes nothing.

The signs are read by the code that serves, so a weight found here means the same there. What it reports is measured on
questions that were left out: folds are drawn over conversations and questions, never over turns of one conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldnqa.answerable import ALL_SIGNS, read_support
from ldnqa.bank import Bank, Place
from ldnqa.dialogue import ask
from ldnqa.encode import Vectors
from ldnqa.evaluate.beir import read_questions
from ldnqa.evaluate.conversations import read_conversations
from ldnqa.evaluate.gold import Right, read_gold
from ldnqa.findings import reading_of
from ldnqa.index import Index
from ldnqa.lead import able_to_lead
from ldnqa.policy import Policy
from ldnqa.query import read_query
from ldnqa.quotes import rank_quotes
from ldnqa.retrieve import READ, retrieve
from ldnqa.types import Turn
from ldnqa.weights import RANKING_SIGNS, Weights

SEED = 0
FOLDS = 8
# Quotes below this rank are never an answer's first.
_RANKED = 60
# Strength of the pull to zero, per sign in units of its spread; 0.005 to 0.1 rank alike, and 0.03 to 0.3 support.
_RANKING_PULL = 0.01
_SUPPORT_PULL = 0.1
# An easy gain of questions is not to drown the few: every set counts alike, and in it the answerable and the others.
_LEAST = 1e-9

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A question of a set: whether it is answerable, its signs of support, and, where quotes are judged, those of every
    quote with whether it is right; all ALL_SIGNS and SIGNS, in their order. `group` keeps the turns of a
    conversation together. `vector` is that of the question by itself, `places` those of readers' questions in right
    quotes.
    """

    of: str
    group: str
    answerable: bool
    support: Array
    quotes: Array | None = None
    right: NDArray[np.bool_] | None = None
    vector: Vectors | None = None
    places: tuple[Place, ...] = ()


def without_questions(index: Index) -> Index:
    """The same index as if readers' questions had never been written down."""
    bank = index.bank
    return replace(index, bank=Bank((), bank.vectors[:0], bank.vain_vectors[:0]))


def samples(
    index: Index, policy: Policy, gold: Path | None, conversations: Sequence[Path], held: bool = False
) -> Iterator[Sample]:
    """Questions of our own: the gold file, and the half of the conversations that may be tuned on, or the other."""
    if gold and not held:
        for question in read_gold(gold):
            history = tuple(Turn(question=before) for before in question.history)
            yield _sample(
                "gold", question.id, index, policy, question.question, history, question.in_view, question.right
            )
    half = "held" if held else "dev"
    for file in conversations:
        suite = read_conversations(file)
        of = half if held else f"{half} {file.resolve().parent.name}/{file.stem}"
        for conversation in (c for c in suite.conversations if c.half == half):
            turns: tuple[Turn, ...] = ()
            for said in conversation.turns:
                right = [place for name in said.right for place in suite.passages[name]]
                if said.expect != "urgent":
                    yield _sample(of, conversation.id, index, policy, said.ask, turns, conversation.in_view, right)
                answer = ask(index, said.ask, policy=policy, history=turns, article_id=conversation.in_view)
                turns = (*turns, Turn(question=said.ask, source_ids=tuple(source.id for source in answer.sources)))


def samples_of(dataset: Path, index: Index, policy: Policy) -> Iterator[Sample]:
    """The questions of a BEIR folder that are marked answerable or not; they tell of support only."""
    for question in read_questions(dataset):
        if question.answerability in {"ANSWERABLE", "UNANSWERABLE"}:
            sample = _sample(dataset.name, question.id, index, policy, question.text, question.history, None, ())
            yield Sample(dataset.name, question.id, question.answerability == "ANSWERABLE", sample.support)


def _sample(
    of: str,
    group: str,
    index: Index,
    policy: Policy,
    question: str,
    history: Sequence[Turn],
    in_view: str | None,
    right: Sequence[Right],
) -> Sample:
    subject, reading = reading_of(index, policy, question, history, in_view)
    query = read_query(reading, index, policy.lexicon, subject)
    hits = retrieve(index, query, in_view=in_view, limit=READ)
    ranked = rank_quotes(index, query, hits)
    signs = read_support(index, query, hits, ranked, able_to_lead(index, query, ranked) or ranked[0])
    quotes = np.array([scored.values for scored in ranked[:_RANKED]])
    good = np.array([any(place.holds(scored.quote) for place in right) for scored in ranked[:_RANKED]])
    told = np.array([signs[name] for name in ALL_SIGNS])
    return Sample(of, group, bool(right), told, quotes, good, query.own_vector, _places(index, right))


def _places(index: Index, right: Sequence[Right]) -> tuple[Place, ...]:
    """The places of readers' questions that share words with what is right."""

    def shares(place: Place, one: Right) -> bool:
        article_id, section_id, start, end = place
        if article_id != one.article or one.section not in (None, section_id):
            return False
        at = index.articles[article_id].section(section_id).text.find(one.contains)
        return at >= 0 and at < end and start < at + len(one.contains)

    return tuple(place for place in index.bank.places if any(shares(place, one) for one in right))


def fit_ranking(data: Sequence[Sample]) -> Array:
    """Weights, one a sign, that give the right quotes the most of a softmax over the quotes of a question; none where
    no quotes are judged.
    """
    from scipy.optimize import minimize

    judged = [(s.quotes, s.right) for s in data if s.quotes is not None and s.right is not None and s.right.any()]
    if not judged:
        return np.empty(0)
    spread = np.vstack([quotes for quotes, _ in judged]).std(axis=0) + _LEAST

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = 0.0, np.zeros_like(weights)
        for quotes, right in judged:
            signs = quotes / spread
            scores = signs @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            good = np.where(right, shares, 0.0)
            total -= float(np.log(good.sum()))
            slope -= signs.T @ (good / good.sum() - shares)
        count = len(judged)
        return total / count + _RANKING_PULL * float(weights @ weights), slope / count + 2 * _RANKING_PULL * weights

    found = minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B")
    weights: Array = found.x / spread
    return weights


def fit_support(data: Sequence[Sample]) -> tuple[Array, float]:
    """Weights, one a sign, and the intercept of a logistic regression in which every set and label counts alike."""
    from sklearn.linear_model import LogisticRegression

    signs = np.array([s.support for s in data])
    answerable = np.array([s.answerable for s in data])
    cells = [(s.of, s.answerable) for s in data]
    weight = np.array([1 / cells.count(cell) for cell in cells])
    spread = signs.std(axis=0) + _LEAST
    model = LogisticRegression(C=_SUPPORT_PULL, max_iter=5_000)
    model.fit(signs / spread, answerable, sample_weight=weight / weight.mean())
    return model.coef_[0] / spread, float(model.intercept_[0])


def tune(data: Sequence[Sample], held: Sequence[Sample], now: Weights) -> dict[str, Any]:
    """The weights of the signs in `now` fitted to all of `data`, and what weights fitted without them do on questions
    left out and held, and on each set that is left out whole.
    """
    from sklearn.metrics import roc_auc_score

    data, held = only(data, now), only(held, now)
    fold = folds(data)
    first: dict[str, list[bool]] = {}
    guessed: dict[str, list[tuple[bool, float]]] = {}
    for number in range(FOLDS):
        rest = [s for s in data if fold[s.of, s.group] != number]
        _judge([s for s in data if fold[s.of, s.group] == number], rest, first, guessed)
    _judge(held, data, first, guessed)
    strange: dict[str, list[tuple[bool, float]]] = {}
    sets = {s.of for s in data}
    for of in sorted(sets) if len(sets) > 1 else ():
        _judge([s for s in data if s.of == of], [s for s in data if s.of != of], {}, strange)
    ranking = fit_ranking(data)
    support, intercept = fit_support(data)
    return {
        "ranking": dict(zip(now.ranking, (ranking / ranking[:1]).round(2).tolist(), strict=False)),
        "support": dict(zip(now.support, support.round(2).tolist(), strict=True)),
        "intercept": round(intercept, 2),
        "right quote first, left out": {of: float(np.mean(hits)) for of, hits in first.items()},
        "AUROC, left out": {of: float(roc_auc_score(*zip(*pairs, strict=True))) for of, pairs in guessed.items()},
        "AUROC, by the other sets": {
            of: float(roc_auc_score(*zip(*pairs, strict=True))) for of, pairs in strange.items()
        },
    }


def folds(data: Sequence[Sample]) -> dict[tuple[str, str], int]:
    """For each question or conversation, by set and group, the fold it is left out in; always the same."""
    groups = sorted({(s.of, s.group) for s in data})
    order = np.random.default_rng(SEED).permutation(len(groups))
    return {groups[place]: number % FOLDS for number, place in enumerate(order)}


def only(data: Sequence[Sample], weights: Weights) -> list[Sample]:
    """The samples with the signs that have a weight, in their order."""
    ranking = [list(RANKING_SIGNS).index(name) for name in weights.ranking]
    support = [list(ALL_SIGNS).index(name) for name in weights.support]
    return [
        replace(s, support=s.support[support], quotes=None if s.quotes is None else s.quotes[:, ranking]) for s in data
    ]


def _judge(
    asked: Sequence[Sample],
    rest: Sequence[Sample],
    first: dict[str, list[bool]],
    guessed: dict[str, list[tuple[bool, float]]],
) -> None:
    if not asked:
        return
    ranking = fit_ranking(rest)
    support, _ = fit_support(rest)
    for sample in asked:
        if sample.quotes is not None and sample.right is not None and sample.answerable:
            first.setdefault(sample.of, []).append(bool(sample.right[int(np.argmax(sample.quotes @ ranking))]))
        guessed.setdefault(sample.of, []).append((sample.answerable, float(sample.support @ support)))
