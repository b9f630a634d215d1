"""A BEIR data set -> how well its questions are read, its documents ranked, and its unanswerable questions noticed.

Documents are ranked by their best passage in the order serving ranks passages; there is no ranking for evaluation only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ldnqa.encode import Encoder
from ldnqa.evaluate.beir import Question, article_id, corpus_digest, read_judgements, read_questions
from ldnqa.evaluate.measures import (
    RANKING,
    Run,
    auroc_with_interval,
    mean_with_interval,
    ranking_scores,
    relevant_from,
    risk_coverage,
)
from ldnqa.evaluate.serving import Clock, Found, finder
from ldnqa.index import Index
from ldnqa.policy import Policy

ANSWERABLE, UNANSWERABLE = "ANSWERABLE", "UNANSWERABLE"
# How many documents of a question's ranking are kept for the record; the deepest measure looks at 10.
_KEPT = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a run. `ranked` and `relevant` are article ids, best first and sorted; `leading` is the article
    of the quote an answer would open with. `scores` is empty for a question that no document answers.
    """

    id: str
    question: str
    before: tuple[str, ...]
    reading: str
    answerability: str
    support: float
    ranked: tuple[str, ...]
    relevant: tuple[str, ...]
    leading: str | None
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRun(Run):
    """What was measured. `metrics` and `intervals` have nDCG@10, R@5, R@10, RR@10 and AUROC, None where there is none;
    `n` is how many questions the first four are means over; `answerability` counts the questions by label.
    """

    rel: int
    answerability: Mapping[str, int]
    asked: tuple[Asked, ...]

    def record(self, **about: str) -> dict[str, Any]:
        """Everything, to be kept as JSON."""
        return {
            **Run.record(self, **about),
            "relevant_from_grade": self.rel,
            "answerability": dict(self.answerability),
            "questions": [asdict(asked) for asked in self.asked],
        }


def index_folder(cache: Path, dataset: Path, encoder: Encoder) -> Path:
    """Where the index of a data set is kept under `cache`: a folder for each corpus and model."""
    name = hashlib.sha256(f"{corpus_digest(dataset)} {encoder.digest}".encode()).hexdigest()[:16]
    return cache / name


def run_retrieval(
    dataset: Path,
    index: Index,
    policy: Policy,
    *,
    split: str = "dev",
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalRun:
    """Ask every question of a data set, or its first `limit`, of the index of its corpus. Raises BrokenDataset."""
    questions = read_questions(dataset)[:limit]
    judged = {
        query: {article_id(document): grade for document, grade in grades.items()}
        for query, grades in read_judgements(dataset, split).items()
    }
    clock = Clock()
    find = finder(index, policy, clock)
    if questions:
        # The first search of a process loads what later ones have at hand.
        finder(index, policy, Clock())(questions[0].text)
    found: list[tuple[Question, Found]] = []
    for done, question in enumerate(questions, start=1):
        found.append((question, find(question.text, question.history)))
        if progress:
            progress(done, len(questions))
    return summarize(found, judged, clock.summary(), index)


def summarize(
    found: Sequence[tuple[Question, Found]],
    judged: Mapping[str, Mapping[str, int]],
    latency_ms: Mapping[str, Mapping[str, float]],
    index: Index,
) -> RetrievalRun:
    """The figures of questions and what was found for them; `judged` is by question id and article id.

    Questions for which no document is relevant count for answerability only.
    """
    rel = relevant_from(judged)
    relevant = {query: sorted(a for a, g in grades.items() if g >= rel) for query, grades in judged.items()}
    ranked = {q.id: tuple(dict.fromkeys(h.passage.article_id for h in f.hits))[:_KEPT] for q, f in found}
    counted = {id_: articles for id_, articles in ranked.items() if relevant.get(id_)}
    scores = ranking_scores(judged, counted, rel)
    asked = tuple(
        Asked(
            id=question.id,
            question=question.text,
            before=tuple(turn.question for turn in question.history),
            reading=f.reading,
            answerability=question.answerability,
            support=f.support,
            ranked=ranked[question.id],
            relevant=tuple(relevant.get(question.id, ())),
            leading=f.quotes[0].quote.article_id if f.quotes else None,
            scores={name: scores[name][question.id] for name in RANKING} if question.id in counted else {},
        )
        for question, f in found
    )
    figures = {name: mean_with_interval([a.scores[name] for a in asked if a.scores]) for name in RANKING}
    decided = [a for a in asked if a.answerability in {ANSWERABLE, UNANSWERABLE}]
    figures["AUROC"] = auroc_with_interval(
        [a.support for a in decided], [a.answerability == ANSWERABLE for a in decided]
    )
    return RetrievalRun(
        index_id=index.id,
        model=index.encoder.name,
        n=len(counted),
        rel=rel,
        metrics={name: figure for name, (figure, _) in figures.items()},
        intervals={name: pair for name, (_, pair) in figures.items()},
        latency_ms=latency_ms,
        answerability=dict(sorted(Counter(a.answerability for a in asked if a.answerability).items())),
        curve=risk_coverage([a.support for a in decided], [wrong_if_answered(a) for a in decided]),
        asked=asked,
    )


def wrong_if_answered(asked: Asked) -> bool:
    """Whether an answer would be wrong: nothing answers the question, or the leading quote is of another document."""
    return asked.answerability != ANSWERABLE or asked.leading not in asked.relevant


def first_relevant(asked: Asked) -> int | None:
    """The rank, from 1, of the first relevant document; None if it is not among those found."""
    return next((n for n, article in enumerate(asked.ranked, start=1) if article in asked.relevant), None)


def misses(run: RetrievalRun, within: int = 5) -> list[Asked]:
    """The questions with a relevant document, but none among the first `within`; the best ranked ones last."""
    missed = [(first_relevant(a) or 1_000, a) for a in run.asked if a.relevant]
    return [a for rank, a in sorted(missed, key=lambda pair: -pair[0]) if rank > within]
