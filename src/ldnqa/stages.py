"""Where the time of a question goes: each step says when it began and ended to whoever listens, and to nobody else.

A step that nobody listens to costs one look at a context variable. What was asked is never passed on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Name of the step, when it began (seconds since the epoch) and how long it took (seconds).
Listener = Callable[[str, float, float], None]

_listener: ContextVar[Listener | None] = ContextVar("stage_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tells `listener` of every step that ends inside, in this thread or task."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def stage(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a function a step of this name. A step inside a step is told of first, and counts in both."""

    def mark(step: Callable[P, T]) -> Callable[P, T]:
        @wraps(step)
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            listener = _listener.get()
            if listener is None:
                return step(*args, **kwargs)
            began, started = time.time(), time.perf_counter()
            try:
                return step(*args, **kwargs)
            finally:
                listener(name, began, time.perf_counter() - started)

        return timed

    return mark
