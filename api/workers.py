"""Several processes that answer on one socket, each with the model and an index of its own.

The parent answers nothing. It replaces a worker that dies, hands on SIGHUP, and on a signal to
stop lets all of them finish. A worker listens only once it is warm, so a replacement never says "not ready".
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Any

from fastapi import FastAPI

from ldnqa.settings import Settings

from . import logs
from .app import create_app

# A worker that cannot start is not started over and over at full speed.
_RESTART_SECONDS = 1.0
# Signals are looked at between waits this long.
_TICK_SECONDS = 0.2


def supervise(
    settings: Settings,
    listening: socket.socket,
    started: Callable[[], None],
    make_app: Callable[[Settings], FastAPI] = create_app,
) -> None:
    """Keeps `settings.workers` workers serving on the socket until a signal to stop; calls `started` once all do."""
    logs.configure(settings.log)
    with tempfile.TemporaryDirectory(prefix="ldnqa-metrics-") as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        _supervise(settings, listening, started, make_app)


def _supervise(
    settings: Settings, listening: socket.socket, started: Callable[[], None], make_app: Callable[[Settings], FastAPI]
) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    spawn = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    workers: list[tuple[SpawnProcess, Any]] = []

    def start() -> tuple[SpawnProcess, Any]:
        ready = spawn.Event()
        process = spawn.Process(target=_work, args=(settings, listening, ready, make_app))
        process.start()
        return process, ready

    def hand_on(number: int, _: object) -> None:
        # A worker that is still opening its index will have the new one anyway.
        for process, ready in workers:
            if ready.is_set() and process.pid and process.is_alive():
                os.kill(process.pid, number)

    signal.signal(signal.SIGHUP, hand_on)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    workers.extend(start() for _ in range(settings.workers))
    announced = False
    while not stopping.is_set():
        if not announced and all(ready.is_set() for _, ready in workers):
            announced = True
            started()
        if not wait([process.sentinel for process, _ in workers], _TICK_SECONDS):
            continue
        for place, (process, ready) in enumerate(workers):
            if process.is_alive() or stopping.is_set():
                continue
            process.join()
            mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
            logs.event("worker died", level=logging.ERROR, pid=process.pid, exit_code=process.exitcode)
            if not ready.is_set():
                stopping.wait(_RESTART_SECONDS)
            if not stopping.is_set():
                workers[place] = start()
    for process, _ in workers:
        process.terminate()
    for process, _ in workers:
        process.join()


def _work(settings: Settings, listening: socket.socket, ready: Any, make_app: Callable[[Settings], FastAPI]) -> None:
    """One worker: opens what it needs, then serves until told to stop."""
    from .serve import run

    # Both until uvicorn and the app take over. Ctrl-C reaches all of a terminal's processes; the parent's word counts.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    run(make_app(settings), settings, listening, partial(ready.set))


def _stop_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
