"""A file of our own questions -> how often the right quote comes first, and how often silence is right.

Each question goes through `ldnqa.dialogue.ask` as a reader's would. A source is right if it is of the named article
(and section) and its words hold the named ones, letter for letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from ldnqa.dialogue import ask
from ldnqa.errors import BrokenDataset
from ldnqa.evaluate.measures import Run, auroc_with_interval, mean_with_interval, risk_coverage
from ldnqa.evaluate.serving import Clock, finder
from ldnqa.index import Index
from ldnqa.policy import Policy
from ldnqa.types import Quote, Source, Status, Turn
from ldnqa.yamltext import values_of

T = TypeVar("T")
_STRICT = ConfigDict(extra="forbid")


@checked_dataclass(frozen=True, slots=True, config=_STRICT)
class Right:
    """Where an answer stands: words of an article, of any section if none is named."""

    article: str
    contains: str
    section: str | None = None

    def holds(self, said: Source | Quote) -> bool:
        """Whether a source or quote is it."""
        text = said.quote if isinstance(said, Source) else said.text
        in_place = said.article_id == self.article and self.section in (None, said.section_id)
        return in_place and self.contains in text


@checked_dataclass(frozen=True, slots=True, config=_STRICT)
class GoldQuestion:
    """A question and where its answer stands; `article` null means that the articles do not answer it.

    `history` has the questions asked before it, oldest first, `in_view` the id of the article in view.
    """

    id: str
    question: str
    article: str | None
    fact: str | None = None
    section: str | None = None
    contains: str | None = None
    also: tuple[Right, ...] = ()
    history: tuple[str, ...] = ()
    in_view: str | None = None

    def __post_init__(self) -> None:
        if self.article is not None and not self.contains:
            raise ValueError("a question with an article needs `contains`, the words of the answer")

    @property
    def right(self) -> tuple[Right, ...]:
        """Everything that answers it; empty if nothing does."""
        if self.article is None or self.contains is None:
            return ()
        return (Right(self.article, self.contains, self.section), *self.also)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what came of it. `place` is the number of the first right source of the answer, `quote_place`
    that of the first right quote of all that were ranked; None if there is none.
    """

    id: str
    question: str
    answerable: bool
    status: str
    support: float
    place: int | None
    quote_place: int | None
    first_said: str | None
    leading_is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRun(Run):
    """What was measured. Metrics: hit@1 and hit@3 are shares of answerable questions with a right source (or ranked
    quote) so early, `right abstentions` of unanswerable ones not answered, `wrong abstentions` of answerable ones.
    """

    answerable: int
    judged: tuple[Judged, ...]

    def figures(self) -> dict[str, Any]:
        """What `ldnqa eval gold --json` prints."""
        misses = [miss.id for miss in gold_misses(self)]
        return {**Run.figures(self), "answerable": self.answerable, "misses": misses}

    def record(self, **about: str) -> dict[str, Any]:
        """Everything, to be kept as JSON."""
        return {**Run.record(self, **about), "questions": [asdict(judged) for judged in self.judged]}


def read_gold(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a YAML file, a list; BrokenDataset names the entry at fault."""
    questions = read_yaml(path, TypeAdapter(tuple[GoldQuestion, ...]))
    ids = [question.id for question in questions]
    if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        raise BrokenDataset(f"{path}: the id {twice[0]} is given twice; each question needs its own")
    return questions


def read_yaml(path: Path, shape: TypeAdapter[T]) -> T:
    """A YAML file in the shape asked for; BrokenDataset names the entry at fault."""
    try:
        return shape.validate_python(values_of(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenDataset(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise BrokenDataset(f"{path}: entry {place} (counted from 0): {first['msg']}") from error


def run_gold(
    questions: Sequence[GoldQuestion],
    index: Index,
    policy: Policy,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> GoldRun:
    """Ask every question of the index."""
    clock = Clock()
    find = finder(index, policy, clock)
    judged = []
    for done, question in enumerate(questions, start=1):
        history = tuple(Turn(question=before) for before in question.history)
        found = find(question.question, history, question.in_view)
        answer = ask(index, question.question, policy=policy, history=history, article_id=question.in_view)
        quotes = [scored.quote for scored in found.quotes]
        judged.append(
            Judged(
                id=question.id,
                question=question.question,
                answerable=bool(question.right),
                status=answer.status.value,
                support=found.support,
                place=_place(answer.sources, question.right),
                quote_place=_place(quotes, question.right),
                first_said=answer.sources[0].quote if answer.sources else None,
                leading_is_right=_place(quotes[:1], question.right) == 1,
            )
        )
        if progress:
            progress(done, len(questions))
    return summarize_gold(judged, clock.summary(), index)


def summarize_gold(judged: Sequence[Judged], latency_ms: Mapping[str, Mapping[str, float]], index: Index) -> GoldRun:
    """The figures of judged questions."""
    can = [j for j in judged if j.answerable]
    cannot = [j for j in judged if not j.answerable]
    shares = {
        "hit@1": [j.place is not None and j.place <= 1 for j in can],
        "hit@3": [j.place is not None and j.place <= 3 for j in can],
        "quote hit@1": [j.quote_place is not None and j.quote_place <= 1 for j in can],
        "quote hit@3": [j.quote_place is not None and j.quote_place <= 3 for j in can],
        "right abstentions": [j.status == Status.ABSTAINED for j in cannot],
        "wrong abstentions": [j.status == Status.ABSTAINED for j in can],
    }
    figures = {name: mean_with_interval([float(hit) for hit in hits]) for name, hits in shares.items()}
    figures["AUROC"] = auroc_with_interval([j.support for j in judged], [j.answerable for j in judged])
    return GoldRun(
        index_id=index.id,
        model=index.encoder.name,
        n=len(judged),
        answerable=len(can),
        metrics={name: figure for name, (figure, _) in figures.items()},
        intervals={name: pair for name, (_, pair) in figures.items()},
        latency_ms=latency_ms,
        curve=risk_coverage([j.support for j in judged], [not j.leading_is_right for j in judged]),
        judged=tuple(judged),
    )


def gold_misses(run: GoldRun) -> list[Judged]:
    """Answerable questions without a right source among the first three, and unanswerable ones that were answered."""
    return [
        j
        for j in run.judged
        if (j.answerable and not (j.place and j.place <= 3)) or (not j.answerable and j.status != Status.ABSTAINED)
    ]


def _place(said: Sequence[Source | Quote], right: Sequence[Right]) -> int | None:
    return next((n for n, one in enumerate(said, start=1) if any(r.holds(one) for r in right)), None)
