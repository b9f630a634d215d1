"""A file of conversations -> which turns pass: the right passage first, silence where due, no regimen mixed up.

Each turn goes through `ldnqa.dialogue.ask` with the turns before it as a client sends them: the questions, and the ids
of the passages the answers really cited. Conversations of the held half are counted; the figures never name them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as checked_dataclass

from ldnqa.dialogue import ask
from ldnqa.evaluate.gold import Right, read_yaml
from ldnqa.evaluate.measures import mean, risk_at, risk_coverage
from ldnqa.evaluate.serving import Clock, Found, finder
from ldnqa.index import Index
from ldnqa.policy import Policy
from ldnqa.types import Answer, Status, Turn

HALVES = ("dev", "held")
# The aim is stated at this share of questions answered.
COVERAGE = 0.8
_STRICT = ConfigDict(extra="forbid")


@checked_dataclass(frozen=True, slots=True, config=_STRICT)
class Said:
    """One turn: a question, the status it should have, names of the passages that answer it, and what the first
    statement may be about (`none`: no single regimen; empty: not looked at). `kind` is what the turn is hard for.
    """

    ask: str
    kind: str
    expect: Status
    right: tuple[str, ...] = ()
    regimen: tuple[Literal["low_dose", "standard_dose", "injection", "none"], ...] = ()

    def __post_init__(self) -> None:
        if (self.expect is Status.ANSWERED) != bool(self.right):
            raise ValueError("a turn names `right` passages if, and only if, it should be answered")


@checked_dataclass(frozen=True, slots=True, config=_STRICT)
class Conversation:
    """Turns in order, on the page of the article `in_view` if there is one."""

    id: str
    half: Literal["dev", "held"]
    turns: tuple[Said, ...]
    in_view: str | None = None


@checked_dataclass(frozen=True, slots=True, config=_STRICT)
class Suite:
    """Conversations, and the places of the articles that their turns name."""

    passages: dict[str, tuple[Right, ...]]
    conversations: tuple[Conversation, ...] = field(default=())

    def __post_init__(self) -> None:
        ids = [conversation.id for conversation in self.conversations]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"the id {twice[0]} is given twice; each conversation needs its own")
        for conversation in self.conversations:
            for turn in conversation.turns:
                if unknown := sorted(set(turn.right) - set(self.passages)):
                    raise ValueError(f"{conversation.id}: {turn.ask!r} names {unknown[0]}, which is no passage")


@dataclass(frozen=True, slots=True)
class JudgedTurn:
    """A turn and what came of it; `faults` is empty if it passed. `leading_is_wrong` is about what was said first or,
    where nothing was, the quote that would be; None for an urgent turn, which is decided before anything is searched.
    """

    id: str
    half: str
    kind: str
    question: str
    reading: str
    expect: str
    status: str
    support: float
    faults: tuple[str, ...]
    first_said: str | None
    leading_is_wrong: bool | None


@dataclass(frozen=True, slots=True)
class ConversationRun:
    """What came of every turn."""

    index_id: str
    model: str
    judged: tuple[JudgedTurn, ...]

    def figures(self, *, reveal_held: bool = False) -> dict[str, Any]:
        """What `ldnqa eval conversations --json` prints; failures of the held half only if they are asked for."""
        return {
            "halves": {half: half_figures(turns) for half in HALVES if (turns := self.of(half))},
            "n": len(self.judged),
            "index_id": self.index_id,
            "model": self.model,
            "failures": [asdict(t) for t in self.judged if t.faults and (reveal_held or t.half == "dev")],
        }

    def of(self, half: str) -> list[JudgedTurn]:
        """The turns of a half."""
        return [turn for turn in self.judged if turn.half == half]


def read_conversations(path: Path) -> Suite:
    """The suite of a YAML file; BrokenDataset says what is wrong with it."""
    return read_yaml(path, TypeAdapter(Suite))


def run_conversations(
    suite: Suite,
    index: Index,
    policy: Policy,
    *,
    half: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ConversationRun:
    """Hold the conversations of a half, or all of them, with the index."""
    chosen = [c for c in suite.conversations if half in (None, c.half)]
    judged: list[JudgedTurn] = []
    for done, conversation in enumerate(chosen, start=1):
        judged.extend(_hold(conversation, suite, index, policy))
        if progress:
            progress(done, len(chosen))
    return ConversationRun(index.id, index.encoder.name, tuple(judged))


def half_figures(turns: Sequence[JudgedTurn]) -> dict[str, Any]:
    """Shares of turns that pass, by kind too, and of wrong answers where 80% is answered: of all turns, and of those
    that have an answer. Where more than a fifth of all turns have none, the first of the two cannot be 0.
    """
    kinds: dict[str, list[bool]] = {}
    for turn in turns:
        kinds.setdefault(turn.kind, []).append(not turn.faults)
    support, wrong, answerable = _decided(turns)
    return {
        "n": len(turns),
        "passed": mean([not turn.faults for turn in turns]),
        "kinds": {kind: {"n": len(kinds[kind]), "passed": mean(kinds[kind])} for kind in sorted(kinds)},
        "risk_at_80_percent_of_all": risk_at(risk_coverage(support, wrong), COVERAGE),
        "risk_at_80_percent_of_answerable": _risk_among(support, wrong, answerable),
        "answered_wrong": mean([bool(t.faults) for t in turns if t.status == Status.ANSWERED]),
    }


def _hold(conversation: Conversation, suite: Suite, index: Index, policy: Policy) -> Iterator[JudgedTurn]:
    find = finder(index, policy, Clock())
    history: tuple[Turn, ...] = ()
    for number, said in enumerate(conversation.turns, start=1):
        answer = ask(index, said.ask, policy=policy, history=history, article_id=conversation.in_view)
        found = find(said.ask, history, conversation.in_view)
        right = [place for name in said.right for place in suite.passages[name]]
        yield JudgedTurn(
            id=f"{conversation.id}.{number}",
            half=conversation.half,
            kind=said.kind,
            question=said.ask,
            reading=answer.standalone_question,
            expect=said.expect.value,
            status=answer.status.value,
            support=found.support,
            faults=tuple(_faults(answer, said, right)),
            first_said=answer.statements[0].text if answer.statements else None,
            leading_is_wrong=None if said.expect is Status.URGENT else not _leads(answer, found, right),
        )
        history = (*history, Turn(question=said.ask, source_ids=tuple(source.id for source in answer.sources)))


def _faults(answer: Answer, said: Said, right: Sequence[Right]) -> Iterator[str]:
    if answer.status is not said.expect:
        yield f"{answer.status.value} and not {said.expect.value}"
    if answer.status is not Status.ANSWERED or said.expect is not Status.ANSWERED:
        return
    first = answer.statements[0]
    if not _says_first(answer, right):
        yield "another passage first"
    regimen = first.regimen.value if first.regimen else "none"
    if said.regimen and regimen not in said.regimen:
        yield f"{regimen} and not {' or '.join(said.regimen)}"


def _says_first(answer: Answer, right: Sequence[Right]) -> bool:
    """Whether the first statement of an answer has a right place among its sources."""
    first = answer.statements[0]
    sources = [source for source in answer.sources if source.index in first.source_indexes]
    return any(place.holds(source) for place in right for source in sources)


def _leads(answer: Answer, found: Found, right: Sequence[Right]) -> bool:
    if answer.status is Status.ANSWERED:
        return _says_first(answer, right)
    return found.lead is not None and any(place.holds(found.lead.quote) for place in right)


def _decided(turns: Sequence[JudgedTurn]) -> tuple[list[float], list[bool], list[bool]]:
    """Support, whether an answer would be wrong, and whether there is one, of the turns that support decides."""
    decided = [(t.support, t.leading_is_wrong, t.expect == Status.ANSWERED) for t in turns]
    kept = [(support, wrong, can) for support, wrong, can in decided if wrong is not None]
    return [s for s, _, _ in kept], [w for _, w, _ in kept], [c for _, _, c in kept]


def _risk_among(support: Sequence[float], wrong: Sequence[bool], answerable: Sequence[bool]) -> float | None:
    """The share of wrong answers where just so many are given that 80% of the answerable questions get one."""
    surest: Sequence[float] = sorted((s for s, can in zip(support, answerable, strict=True) if can), reverse=True)
    if not surest:
        return None
    least = surest[math.ceil(COVERAGE * len(surest)) - 1]
    return mean([w for s, w in zip(support, wrong, strict=True) if s >= least])
