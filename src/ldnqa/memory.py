"""What is kept, and for how long: things known again by being the same, and the garbage collector told when to wait."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A thing by which something is looked up: known again by being the same, since comparing all it holds is slow."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it


@contextmanager
def uncollected() -> Iterator[None]:
    """Holds the collector off while very many objects are made that stay.

    It would look through all of them again and again, and find nothing: more than half of the time to open an index.
    Afterwards they count as old, so that it does not look through all of them at once as soon as it may.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
