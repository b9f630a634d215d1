"""Suites of questions that must, or must not, be stopped for as emergencies -> how often they are.

Every second line of a kind is held back: the rules are tuned on the open lines only. So that it stays like that,
nothing here ever shows which of the held lines went wrong, only how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from ldnqa.encode import Encoder
from ldnqa.errors import BrokenDataset
from ldnqa.policy import Policy
from ldnqa.triage import red_flag
from ldnqa.types import NonEmpty, Turn
from ldnqa.yamltext import values_of

NONE = "none"


@checked_dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Suite:
    """A file of questions by kind: all of them emergencies, or none. A list is a conversation, its last line asked."""

    urgent: bool
    questions: dict[str, tuple[NonEmpty | tuple[NonEmpty, ...], ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a suite, the questions before it, and whether it is held back from tuning."""

    kind: str
    question: str
    before: tuple[str, ...]
    urgent: bool
    held: bool

    @property
    def history(self) -> tuple[Turn, ...]:
        """The conversation before the question."""
        return tuple(Turn(question=text) for text in self.before)


@dataclass(frozen=True, slots=True)
class TriageRun:
    """What became of each case: the id of the red flag that was raised, or "none"."""

    cases: tuple[Case, ...]
    raised: tuple[str, ...]

    def share(self, *, urgent: bool, held: bool) -> tuple[int, int]:
        """(how many were stopped for, of how many) among the emergencies or the look-alikes of one half."""
        found = [flag != NONE for case, flag in self._pairs() if case.urgent is urgent and case.held is held]
        return sum(found), len(found)

    def confusion(self, *, urgent: bool) -> dict[str, dict[str, int]]:
        """For each kind of question, how often each red flag was raised for it, both halves together."""
        table: dict[str, Counter[str]] = {}
        for case, flag in self._pairs():
            if case.urgent is urgent:
                table.setdefault(case.kind, Counter())[flag] += 1
        return {kind: dict(counts.most_common()) for kind, counts in table.items()}

    def misses(self) -> list[tuple[Case, str]]:
        """The open cases that went wrong, with what was raised."""
        return [(case, flag) for case, flag in self._pairs() if not case.held and case.urgent is (flag == NONE)]

    def figures(self) -> dict[str, Any]:
        """What `ldnqa eval triage --json` prints."""
        halves = {"open": False, "held": True}
        return {
            "recall": {name: _ratio(*self.share(urgent=True, held=held)) for name, held in halves.items()},
            "false_alarms": {name: _ratio(*self.share(urgent=False, held=held)) for name, held in halves.items()},
            "n": {
                "emergencies": {name: self.share(urgent=True, held=held)[1] for name, held in halves.items()},
                "look_alikes": {name: self.share(urgent=False, held=held)[1] for name, held in halves.items()},
            },
            "confusion": {"emergencies": self.confusion(urgent=True), "look_alikes": self.confusion(urgent=False)},
            "misses": [{"kind": c.kind, "asked": [*c.before, c.question], "raised": flag} for c, flag in self.misses()],
        }

    def _pairs(self) -> Iterable[tuple[Case, str]]:
        return zip(self.cases, self.raised, strict=True)


def read_suite(path: Path) -> list[Case]:
    """The cases of a file, in its order. BrokenDataset if it is not a suite."""
    try:
        suite = TypeAdapter(Suite).validate_python(values_of(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise BrokenDataset(f"{path}: this is no suite of questions for triage: {error}") from error
    cases = []
    for kind, lines in suite.questions.items():
        for n, line in enumerate(lines):
            turns = (line,) if isinstance(line, str) else line
            if not turns:
                raise BrokenDataset(f"{path}: an empty conversation under {kind}")
            cases.append(Case(kind, turns[-1], turns[:-1], suite.urgent, held=n % 2 == 1))
    return cases


def run_triage(cases: Sequence[Case], policy: Policy, encoder: Encoder | None = None) -> TriageRun:
    """Triage of every case, as a reader's question gets it; without an encoder by words alone."""
    flags = (red_flag(case.question, policy, case.history, encoder) for case in cases)
    return TriageRun(tuple(cases), tuple(flag.id if flag else NONE for flag in flags))


def told(run: TriageRun) -> str:
    """The figures as plain text; the tables and the list of misses are Markdown."""
    lines = []
    for label, urgent in (("emergencies stopped for", True), ("look-alikes stopped for", False)):
        for half, held in (("open", False), ("held", True)):
            found, of = run.share(urgent=urgent, held=held)
            if of:
                lines.append(f"- {label}, {half} half: {found} of {of} ({100 * found / of:.1f}%)")
    for title, urgent in (("Emergencies", True), ("Look-alikes", False)):
        table = run.confusion(urgent=urgent)
        if table:
            lines += ["", f"| {title} | n | raised |", "|---|---|---|"]
            lines += [f"| {kind} | {sum(row.values())} | {_row(row)} |" for kind, row in table.items()]
    lines += ["", "Wrong in the open half (those of the held half are not shown):", ""]
    lines += [f"- {case.kind}: “{' / '.join([*case.before, case.question])}”: {flag}" for case, flag in run.misses()]
    return "\n".join(lines if run.misses() else [*lines, "- none"])


def _row(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{flag} {n}" for flag, n in counts.items())


def _ratio(found: int, of: int) -> float | None:
    return found / of if of else None
