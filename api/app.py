"""Puts the service together. `create_app` opens nothing: the index and the model are opened when the server starts.

Every response carries the same strict headers, whoever made it, and nothing a reader asked reaches a log.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.settings import Settings

from . import openapi, routes, routes_pages, routes_widget
from .deps import WORKING_THREADS, Resources, open_resources
from .errors import LastResort, answer_with_problems

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # A question is part of a page's address, and no other site is to learn it.
    "Referrer-Policy": "no-referrer",
}


def create_app(settings: Settings | None = None, *, resources: Resources | None = None) -> FastAPI:
    """The service as an ASGI application.

    `settings` default to the environment's. With ready-made `resources` nothing is opened at start-up.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logging.getLogger("uvicorn.access").addFilter(_without_query)
        anyio.to_thread.current_default_thread_limiter().total_tokens = WORKING_THREADS
        if resources is None:
            app.state.resources = await anyio.to_thread.run_sync(open_resources, settings or Settings())
        else:
            app.state.resources = resources
        yield
        app.state.resources = None

    app = FastAPI(
        lifespan=lifespan,
        # FastAPI can send traces and the messages of exceptions to a collector that the environment names.
        # A message may repeat a question, and this server calls nothing outside.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.resources = None
    app.include_router(routes.router)
    app.include_router(routes_pages.router)
    app.include_router(routes_widget.router)
    answer_with_problems(app, routes_pages.problem_page)
    openapi.describe(app)
    # The one added last is the outermost.
    app.add_middleware(LastResort)
    app.add_middleware(Envelope)
    return app


def _without_query(record: logging.LogRecord) -> bool:
    """Takes the query out of a line of uvicorn's access log: on a page it is the reader's question."""
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True


class Envelope:
    """Answers HEAD as GET without the body, and puts the headers that are the same for all on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request with the common headers on its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                # An answer is to leave no trace in a shared cache, and a rebuilt index to show at once.
                headers.setdefault("Cache-Control", "no-store")
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"} if is_head else scope, receive, wrapped)
