"""How far a build is, how fast it goes and how long it will take. Nothing that is built depends on this."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: `done` of `total` parts of a stage ("splitting", "encoding", "saving" or "verifying").

    `rate` is in texts embedded a second and `left` in seconds, once both can be told.
    """

    stage: str
    done: int
    total: int
    rate: float | None = None
    left: float | None = None

    def __str__(self) -> str:
        pace = ""
        if self.rate is not None and self.left is not None and self.done < self.total:
            minutes, seconds = divmod(round(self.left), 60)
            pace = f", {self.rate:.0f} a second, " + (f"{minutes} min left" if minutes else f"{seconds} s left")
        return f"{self.stage} {self.done}/{self.total}{pace}"


class Pace:
    """Tells rate and time left from what was embedded since it was made; texts known already count as done at once."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._started = time.monotonic()
        self._embedded = 0

    def progress(self, stage: str, done: int, embedded: int) -> Progress:
        """Progress after `embedded` more texts; `left` supposes that all that remains has to be embedded."""
        self._embedded += embedded
        spent = time.monotonic() - self._started
        if not self._embedded or spent <= 0:
            return Progress(stage, done, self._total)
        rate = self._embedded / spent
        return Progress(stage, done, self._total, rate, (self._total - done) / rate)


Watcher = Callable[[Progress], None]
