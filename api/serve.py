"""Runs the service. It opens the index first, then listens, and prints its address once it answers there.

A signal to stop is heeded in order: not ready, then no new connections, then every request under way is finished.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket
from collections.abc import Callable
from functools import partial

import click
import uvicorn

from ldnqa.encode import Encoder
from ldnqa.errors import AddressInUse
from ldnqa.settings import Settings

from . import logs
from .app import create_app
from .deps import open_resources
from .protocol import KEEP_ALIVE_SECONDS, MAX_HEAD_BUFFER_BYTES, PatientProtocol

# glibc's name for how many heaps the threads of a process may have (malloc.h), and as many as are needed here.
_M_ARENA_MAX = -8
_HEAPS = 2


def serve(settings: Settings, encoder: Encoder) -> None:
    """Serve until interrupted. AddressInUse if the port is taken; port 0 picks a free one.

    An index that cannot be served is an error here, before anything is listened on.
    """
    reopen = partial(open_resources, settings, encoder)
    app = create_app(settings, resources=reopen(), reopen=reopen)
    listening, address = listen(settings)
    if settings.workers > 1:
        from .workers import supervise

        supervise(settings, listening, partial(_announce, address))
        return
    run(app, settings, listening, partial(_announce, address))


def listen(settings: Settings) -> tuple[socket.socket, str]:
    """A bound socket and the address it has for people; AddressInUse if it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only on sockets that say that they are TCP. Else the second piece of an answer
    # waits until the first is acknowledged, which a connection that is kept takes 40 ms for.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise AddressInUse(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another with --port"
        ) from error
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if family == socket.AF_INET6 else settings.host
    return listening, f"http://{host}:{port}"


def run(app: object, settings: Settings, listening: socket.socket, started: Callable[[], None]) -> None:
    """Serves `app` on the socket until a signal to stop; calls `started` once it answers."""
    logs.configure(settings.log)
    _share_heaps()
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Ours counts the hops that the settings trust; uvicorn's would trust whoever is on this machine.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.stop_seconds,
        h11_max_incomplete_event_size=MAX_HEAD_BUFFER_BYTES,
    )
    _Draining(config, settings.drain_seconds, started).run(sockets=[listening])


def _share_heaps() -> None:
    """Lets the threads share two heaps, where the C library can. With one for each thread, what reloads freed lay
    scattered over all of them: 500 MiB and more after 60 reloads under load, where 320 are enough.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_ARENA_MAX, _HEAPS)


def _announce(address: str) -> None:
    click.echo(f"ldnqa is serving {address} (stop with Ctrl-C)")


class _Draining(uvicorn.Server):
    """Says when it answers, and before it stops is not ready for a while, so that balancers look elsewhere."""

    def __init__(self, config: uvicorn.Config, drain_seconds: float, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._drain_seconds, self._on_started = drain_seconds, on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        state = getattr(self.config.app, "state", None)
        if state is not None and self._drain_seconds:
            state.draining = True
            await asyncio.sleep(self._drain_seconds)
        await super().shutdown(sockets)
