"""How often one client may ask. Whoever asks more is told when to come back, and costs next to nothing.

A client is an address: the peer's, or what the trusted proxies in front of us say it is, and never what the client
says itself. A limiter that cannot be reached lets requests through: it protects the service, not the reader.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.errors import LdnqaError, MissingExtra

from .errors import problem
from .logs import event
from .schemas import Problem

# Loaded when the first client is counted: it takes a fifth of a second, which no start has to wait for.
if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.storage import Storage
    from limits.aio.strategies import SlidingWindowCounterRateLimiter

# A reader asks a question in some seconds at best, and a page asks for a few files; an office may share an address.
DEFAULT_LIMIT = "120/minute"
# A network usually gives one subscriber this much of the new addresses; counting single ones would count nothing.
_IPV6_CLIENT_BITS = 64
# A store that does not answer must not hold up readers.
_STORE_SECONDS = 0.25
# After a failure the store is left alone for this long.
_STORE_REST_SECONDS = 5.0

# What monitors and pages load often and cheaply.
_UNLIMITED = ("/healthz", "/readyz", "/metrics", "/style.css")
_UNLIMITED_FOLDERS = ("/widget/", "/static/")

Refuse = Callable[[Request, Problem, dict[str, str]], Response]


class UnusableLimit(LdnqaError):
    """The settings of the rate limit cannot be used."""


class Clients:
    """Puts the client's own address in `scope["client"]`, reading what the trusted proxies have added."""

    def __init__(self, app: ASGIApp, trusted_hops: int) -> None:
        self.app, self.trusted_hops = app, trusted_hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request as the client's."""
        if scope["type"] == "http" and self.trusted_hops:
            headers = Headers(scope=scope)
            said = [part.strip() for line in headers.getlist("x-forwarded-for") for part in line.split(",")]
            # Each proxy adds its peer at the end; what stands before that came from the client.
            address = _address(said[-self.trusted_hops]) if len(said) >= self.trusted_hops else None
            if address:
                scope["client"] = (address, 0)
            if headers.get("x-forwarded-proto") in ("http", "https"):
                scope["scheme"] = headers["x-forwarded-proto"]
        await self.app(scope, receive, send)


def _address(said: str) -> str | None:
    """An IP address as a proxy writes it, perhaps with a port; None for anything else."""
    host = said.partition("]")[0].removeprefix("[") if said.startswith("[") else said
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Limit:
    """How many requests in how long, as settings write it; None for any number. `spares_local`: not counted on this
    machine.
    """

    said: str | None
    spares_local: bool = False


class RateLimit:
    """Counts the requests of each client, and refuses those over the limit with 429 and the time to wait."""

    def __init__(
        self, app: ASGIApp, limit: Limit, store: Storage | None, refuse: Refuse, count: Callable[[str], None]
    ) -> None:
        self.app, self._refuse, self._count = app, refuse, count
        self._limit, self._store = limit, store
        self._rests_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request, or says when to come back."""
        client = client_key(scope) if scope["type"] == "http" else None
        spared = scope["type"] != "http" or is_unlimited(scope["path"])
        if self._limit.said is None or spared or (self._limit.spares_local and is_local(client)):
            await self.app(scope, receive, send)
            return
        item = _parsed(self._limit.said)
        allowed, remaining, reset = await self._hit(item, client or "unknown")
        wait = max(1, math.ceil(reset - time.time()))
        headers = {
            "RateLimit-Policy": f'"client";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"client";r={remaining};t={wait}',
        }
        if not allowed:
            self._count("rate")
            found = problem("rate-limited", f"Too many requests from one address; try again in {wait} seconds.")
            await self._refuse(Request(scope), found, {**headers, "Retry-After": str(wait)})(scope, receive, send)
            return

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, wrapped)

    async def _hit(self, item: RateLimitItem, client: str) -> tuple[bool, int, float]:
        """Counts a request: whether it is allowed, how many more are, and when that changes."""
        if self._shared and time.monotonic() >= self._rests_until:
            try:
                return await _count_on(self._shared, item, client)
            except Exception as error:
                # Whatever a driver raises, readers are served, counted here as well as one worker can.
                self._rests_until = time.monotonic() + _STORE_REST_SECONDS
                event("rate store unreachable; counting in memory", level=logging.WARNING, why=type(error).__name__)
        return await _count_on(self._own, item, client)

    @cached_property
    def _shared(self) -> SlidingWindowCounterRateLimiter | None:
        from limits.aio.strategies import SlidingWindowCounterRateLimiter

        return SlidingWindowCounterRateLimiter(self._store) if self._store else None

    @cached_property
    def _own(self) -> SlidingWindowCounterRateLimiter:
        from limits.aio.storage import MemoryStorage
        from limits.aio.strategies import SlidingWindowCounterRateLimiter

        return SlidingWindowCounterRateLimiter(MemoryStorage())


async def _count_on(
    limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, client: str
) -> tuple[bool, int, float]:
    allowed = await limiter.hit(item, client)
    stats = await limiter.get_window_stats(item, client)
    return allowed, max(0, stats.remaining), stats.reset_time


def client_key(scope: Scope) -> str | None:
    """What a client is counted as: its IPv4 address, or the network of its IPv6 address; None if it has neither."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("", 0))[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        if not address.is_loopback:
            return str(ipaddress.ip_network((address, _IPV6_CLIENT_BITS), strict=False))
    return str(address)


def is_unlimited(path: str) -> bool:
    """Whether requests for this path are not counted."""
    return path in _UNLIMITED or path.startswith(_UNLIMITED_FOLDERS)


def is_local(client: str | None) -> bool:
    """Whether a client, as `client_key` names it, is on this machine."""
    return client is None or client.startswith("127.") or client == "::1"


def read_limit(limit: str | None) -> Limit:
    """The limit that the settings write as "120/minute" or "off"; UnusableLimit if they write anything else.

    Where they say nothing, the operator who tries things out on the machine itself is not counted.
    """
    if limit == "off":
        return Limit(None)
    if limit is None:
        return Limit(DEFAULT_LIMIT, spares_local=True)
    try:
        _parsed(limit)
    except ValueError:
        raise UnusableLimit(f'LDNQA_RATE_LIMIT is {limit!r}; write it as "120/minute", or "off"') from None
    return Limit(limit)


def load_limits() -> Iterator[None]:
    """In one step, what counting the first client would load."""
    _parsed(DEFAULT_LIMIT)
    yield


@cache
def _parsed(limit: str) -> RateLimitItem:
    from limits import parse

    return parse(limit)


def open_store(address: str) -> Storage | None:
    """Where all workers count together, without connecting yet; None for each by itself, in memory."""
    if address.startswith("memory://"):
        return None
    if not address.startswith(("redis://", "rediss://")):
        raise UnusableLimit(f"LDNQA_RATE_STORE is {address!r}; use memory:// or redis://host:port/0")
    from limits.aio.storage import Storage
    from limits.storage import storage_from_string

    try:
        store = storage_from_string(
            f"async+{address}",
            implementation="redispy",
            socket_timeout=_STORE_SECONDS,
            socket_connect_timeout=_STORE_SECONDS,
        )
    except Exception as error:
        raise MissingExtra("LDNQA_RATE_STORE needs an extra: pip install 'ldnqa[redis]'") from error
    assert isinstance(store, Storage)  # noqa: S101
    return store
