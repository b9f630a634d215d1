"""Runs the service. It opens the index first, then listens, and prints its address once it answers there."""

from __future__ import annotations

import socket

import click
import uvicorn

from ldnqa.encode import Encoder
from ldnqa.errors import AddressInUse
from ldnqa.settings import Settings

from .app import create_app
from .deps import open_resources


def serve(settings: Settings, encoder: Encoder) -> None:
    """Serve until interrupted. AddressInUse if the port is taken; port 0 picks a free one.

    An index that cannot be served is an error here, before anything is listened on.
    """
    resources = open_resources(settings, encoder)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise AddressInUse(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another with --port"
        ) from error
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if family == socket.AF_INET6 else settings.host
    server = _Announcing(
        uvicorn.Config(create_app(settings, resources=resources), log_level="warning"), f"http://{host}:{port}"
    )
    server.run(sockets=[listening])


class _Announcing(uvicorn.Server):
    """Prints its address once it answers there."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            click.echo(f"ldnqa is serving {self._address} (stop with Ctrl-C)")
