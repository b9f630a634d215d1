"""What questions read when it is first met is read while nobody asks, so that no reader waits for it.

Invariant: while a question is being answered, and for a moment after it, no step is begun.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Condition, Thread
from typing import ParamSpec, TypeVar

from .deps import Resources
from .logs import event

# Whoever asks one question after the other would share Python's lock with a step each time: the p50 of a hundred was
# 52 ms so, and 35 as it is.
QUIET_SECONDS = 0.1

P = ParamSpec("P")
T = TypeVar("T")


class Warming:
    """A thread that takes steps when nobody has asked for `quiet` seconds: those that were begun last, and of no others
    any more.
    """

    def __init__(self, quiet: float = QUIET_SECONDS) -> None:
        self._changed = Condition()
        self._quiet = quiet
        self._asking = 0
        self._asked_at = 0.0
        self._stopped = False
        self._steps: Iterator[object] | None = None
        self._thread: Thread | None = None

    def begin(self, steps: Iterator[object]) -> None:
        """Take these steps from now on; the first questions come before them."""
        with self._changed:
            self._steps = steps
            self._asked_at = time.monotonic()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="ldnqa-warming", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def stop(self) -> None:
        """Take no more; the one under way is waited for."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    def wait(self) -> None:
        """Until all steps are taken."""
        with self._changed:
            self._changed.wait_for(lambda: self._steps is None)

    def giving_way(self, resources: Resources) -> Resources:
        """The same resources, whose questions and searches no step is begun beside."""
        return replace(resources, ask=self._first(resources.ask), search=self._first(resources.search))

    def _first(self, call: Callable[P, T]) -> Callable[P, T]:
        def called(*args: P.args, **named: P.kwargs) -> T:
            with self._asked():
                return call(*args, **named)

        return called

    @contextmanager
    def _asked(self) -> Iterator[None]:
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            # Nobody is woken: the thread would share Python's lock with the next question.
            with self._changed:
                self._asking -= 1
                self._asked_at = time.monotonic()

    def _must_wait(self) -> float | None:
        """Seconds until the next step; None if until something changes."""
        if self._steps is None:
            return None
        if self._asking:
            return self._quiet or QUIET_SECONDS
        return max(0.0, self._asked_at + self._quiet - time.monotonic())

    def _run(self) -> None:
        while True:
            # An index that is not served any more is let go of before anything is waited for.
            steps = None
            with self._changed:
                while not self._stopped and (wait := self._must_wait()) != 0:
                    self._changed.wait(wait)
                if self._stopped:
                    return
                steps = self._steps
            try:
                taken = steps is not None and next(steps, self) is not self
            except Exception as error:
                # A question will meet the same, and say so to whoever asks it.
                event("not everything could be read beforehand", level=logging.WARNING, why=type(error).__name__)
                taken = False
            if not taken:
                with self._changed:
                    if self._steps is steps:
                        self._steps = None
                        self._changed.notify_all()
