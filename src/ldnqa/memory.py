"""The garbage collector, told when to wait. What is done under it never leaves cycles behind that matter."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
