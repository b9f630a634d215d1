"""What `ldnqa doctor` finds: a verdict on one thing, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `mend` says what to do, and is "" where nothing is to be done."""

    verdict: Verdict
    name: str
    says: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict.value:<4}  {self.name}: {self.says}"
        return f"{line}\n      mend: {self.mend}" if self.mend else line
