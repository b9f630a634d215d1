"""A server that failed several times is left alone for a while, so that no reader waits for it in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ldnqa.errors import LanguageModelError

# After so many failures in a row nobody waits for the model any more, until it is tried again.
BREAK_AFTER = 3
BREAK_SECONDS = 30.0


class Breaker:
    """Counts failures in a row. After BREAK_AFTER of them nobody asks for BREAK_SECONDS; then one may try."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures = 0
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def check(self) -> None:
        """LanguageModelError while nobody may ask."""
        with self._lock:
            if self._failures < BREAK_AFTER:
                return
            if self._now() < self._closed_until:
                raise LanguageModelError("the language model failed several times and is left alone for a while")
            # Whoever comes now tries; the others go on without until that is known to have gone well.
            self._closed_until = self._now() + BREAK_SECONDS

    def failed(self) -> None:
        """Counts a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= BREAK_AFTER:
                self._closed_until = self._now() + BREAK_SECONDS

    def succeeded(self) -> None:
        """Forgets the failures."""
        with self._lock:
            self._failures = 0
