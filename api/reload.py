"""A rebuilt index goes into service whole, between two requests: each request is served from one from start to end.

What cannot be opened is refused and logged, and the old index goes on serving. `Resources` are never changed; a
reload opens new ones beside the old and then changes which of them new requests get.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio.to_thread

from ldnqa.errors import IndexUnusable, LdnqaError
from ldnqa.manifest import POINTER, read_pointer

from .deps import Resources
from .logs import event


class ReloadRefused(Exception):
    """What the index folder points at cannot be served; what was served goes on being served."""


class Reload:
    """Puts newly opened resources in service, one reload at a time."""

    def __init__(
        self, reopen: Callable[[], Resources], put: Callable[[Resources], None], count: Callable[[str], None]
    ) -> None:
        self._reopen, self._put, self._count = reopen, put, count
        self._one_at_a_time = asyncio.Lock()

    def _collected(self) -> Resources:
        """Freshly opened resources, once what earlier reloads left is gone: an index has cycles, and opening one counts
        for nothing with the collector, so that dozens would pile up.
        """
        gc.collect()
        return self._reopen()

    async def __call__(self) -> str:
        """Opens the index afresh, puts it in service and gives its id; ReloadRefused if it cannot be served."""
        async with self._one_at_a_time:
            try:
                fresh = await anyio.to_thread.run_sync(self._collected, limiter=anyio.CapacityLimiter(1))
            except Exception as error:
                self._count("refused")
                # The library's own messages name the mending command; any other might say anything.
                why = str(error) if isinstance(error, LdnqaError) else type(error).__name__
                event("index refused; the old one goes on serving", level=logging.ERROR, why=why)
                raise ReloadRefused(why) from None
            self._put(fresh)
            self._count("ok")
            event("index in service", index_id=fresh.index.id)
            return fresh.index.id


@asynccontextmanager
async def reloading(
    reload: Reload, folder: Path, served: Callable[[], str], watch_seconds: float
) -> AsyncIterator[None]:
    """Reloads on SIGHUP and, looking every `watch_seconds` (0: never), when the folder points at another index.

    `served` gives the id of the index in service.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def quietly() -> None:
        with suppress(ReloadRefused):
            await reload()

    def on_signal() -> None:
        task = asyncio.get_running_loop().create_task(quietly())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def watch() -> None:
        refused = None
        while True:
            await asyncio.sleep(watch_seconds)
            # Noted before opening, so that a pointer replaced meanwhile is looked at again.
            now = stamp(folder)
            if now is None or now == refused or pointed_at(folder) == served():
                continue
            try:
                await reload()
            except ReloadRefused:
                # Looked at again when the pointer is replaced, and not every few seconds until then.
                refused = now

    # Only the main thread may be told of signals; an app inside another program's thread goes without.
    listens = threading.current_thread() is threading.main_thread()
    loop = asyncio.get_running_loop()
    if listens:
        loop.add_signal_handler(signal.SIGHUP, on_signal)
    if watch_seconds:
        tasks.add(loop.create_task(watch()))
    try:
        yield
    finally:
        if listens:
            loop.remove_signal_handler(signal.SIGHUP)
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def pointed_at(folder: Path) -> str | None:
    """The id of the index that the folder points at; None if that cannot be told."""
    try:
        return read_pointer(folder).current
    except IndexUnusable:
        return None


def stamp(folder: Path) -> tuple[int, int] | None:
    """Changes whenever the pointer of the index folder is replaced; None while there is none."""
    try:
        found = (folder / POINTER).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
