"""More requests than can be served in good time are sent away at once, and a slow client holds only itself up.

The number of requests in work and waiting is bounded, and so are the size of a request's head and body and the
time a client may take to send the body. What a client may take otherwise is bounded per connection (protocol.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import problem
from .limits import Refuse

# The longest body an endpoint reads is a quarter of this (body.py); this bounds whatever else may be mounted.
MAX_ANY_BODY_BYTES = 1024 * 1024
# The longest valid request takes a 56k modem 40 seconds; a phone in a lift takes one or two.
BODY_SECONDS = 20.0
# A conversation in a page's address takes 16 KiB (conversation.py), what browsers and proxies add some 4 KiB.
MAX_HEAD_BYTES = 32 * 1024
# By then a full queue has been worked off.
RETRY_SECONDS = 5

# A monitor is answered even when readers are not.
_ALWAYS = ("/healthz", "/readyz", "/metrics")


class _TooSlow(Exception):
    """The body did not arrive in time."""


class _TooLarge(Exception):
    """The body is longer than any may be."""


class Gate:
    """Lets `queue` requests in at once, each with a deadline on what its client sends and takes."""

    def __init__(self, app: ASGIApp, queue: int, refuse: Refuse, count: Callable[[str], None]) -> None:
        self.app, self._queue, self._refuse, self._count = app, queue, refuse, count
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request, or sends it away."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self.app(scope, receive, send)
            return
        if self._inside >= self._queue:
            self._count("busy")
            found = problem("busy", "More readers are asking than can be answered now; try again in a few seconds.")
            await self._refuse(Request(scope), found, {"Retry-After": str(RETRY_SECONDS)})(scope, receive, send)
            return
        if _head_bytes(scope) > MAX_HEAD_BYTES:
            self._count("too_large")
            found = problem("head-too-large", "Send a shorter address and fewer or shorter headers.")
            await self._refuse(Request(scope), found, {"Connection": "close"})(scope, receive, send)
            return
        if {b"transfer-encoding", b"content-length"} <= {name for name, _ in scope["headers"]}:
            # A proxy that believes the other of the two would take part of this body for a request.
            found = problem("malformed-request", "Send either Content-Length or Transfer-Encoding.")
            await self._refuse(Request(scope), found, {"Connection": "close"})(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._inside -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        deadline, arrived, whole, started = loop.time() + BODY_SECONDS, 0, False, False

        async def limited_receive() -> Message:
            nonlocal arrived, whole
            if whole:
                # Nothing more comes but the news that the client has gone, which may be long.
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _TooSlow from None
            arrived += len(message.get("body", b""))
            if arrived > MAX_ANY_BODY_BYTES:
                raise _TooLarge
            whole = not message.get("more_body", False)
            return message

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, limited_receive, watched_send)
        except (_TooSlow, _TooLarge) as error:
            if started:
                raise
            slow = isinstance(error, _TooSlow)
            self._count("too_slow" if slow else "too_large")
            detail = "Send the whole body at once." if slow else "Send a shorter body."
            found = problem("too-slow" if slow else "too-large", detail)
            # The rest of the body is not read, so the connection cannot be used again.
            await self._refuse(Request(scope), found, {"Connection": "close"})(scope, receive, send)


def _head_bytes(scope: Scope) -> int:
    """About how long the head of the request was."""
    address = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
    return address + sum(len(name) + len(value) for name, value in scope["headers"])
