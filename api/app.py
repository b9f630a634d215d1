"""Puts the service together. `create_app` opens nothing: the index and the model are opened when the server starts.

Every response carries the same strict headers, whoever made it, and nothing a reader asked reaches a log.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.settings import Settings

from . import chat, mcp, openapi, operation, routes, routes_feedback, routes_operation, routes_pages, routes_widget
from .deps import Resources, open_encoder, open_resources, working_threads
from .errors import LastResort, answer_with_problems
from .schemas import Problem

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # A question is part of a page's address, and no other site is to learn it.
    "Referrer-Policy": "no-referrer",
}


def create_app(
    settings: Settings | None = None,
    *,
    resources: Resources | None = None,
    reopen: Callable[[], Resources] | None = None,
) -> FastAPI:
    """The service as an ASGI application.

    `settings` default to the environment's. With ready-made `resources` nothing is opened at start-up; `reopen`
    then opens their successors for a reload, and without it there is none.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logging.getLogger("uvicorn.access").addFilter(_without_query)
        anyio.to_thread.current_default_thread_limiter().total_tokens = working_threads(settings)
        first, again = resources, reopen
        if first is None:
            encoder = await anyio.to_thread.run_sync(open_encoder, settings)
            again = partial(open_resources, settings, encoder)
            first = await anyio.to_thread.run_sync(again)
        async with operation.operating(app, settings, first, again), mcp.opened(app):
            yield

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
    app.include_router(chat.router)
    app.include_router(routes_feedback.router)
    app.include_router(routes_operation.router)
    if settings.admin_token is not None:
        app.include_router(routes_operation.admin)
    app.include_router(routes_pages.router)
    app.include_router(routes_widget.router)
    mcp.install(app)
    answer_with_problems(app, _as_asked)
    openapi.describe(app)
    # The one added last is the outermost.
    operation.guard(app, settings, _as_asked)
    app.add_middleware(LastResort, page_for=chat.refusal)
    operation.watch(app)
    app.add_middleware(Envelope, frame_ancestors=settings.frame_ancestors)
    return app


def _as_asked(request: Request, found: Problem) -> Response | None:
    """A problem in the shape that a chat client or a person reads; None for any other program."""
    return chat.refusal(request, found) or routes_pages.problem_page(request, found)


def _without_query(record: logging.LogRecord) -> bool:
    """Takes the query out of a line of uvicorn's access log: on a page it is the reader's question."""
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True


class Envelope:
    """Answers HEAD as GET without the body, and puts the headers that are the same for all on every response."""

    def __init__(self, app: ASGIApp, frame_ancestors: Sequence[str] = ()) -> None:
        self.app = app
        policy = " ".join([CONTENT_SECURITY_POLICY, *frame_ancestors])
        self._headers = {"Content-Security-Policy": policy, **_HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request with the common headers on its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                # An answer is to leave no trace in a shared cache, and a rebuilt index to show at once.
                headers.setdefault("Cache-Control", "no-store")
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"} if is_head else scope, receive, wrapped)
