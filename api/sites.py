"""Which other sites may use the service from a browser: those the settings list, each by its exact origins.

An origin belongs to one site, so the `Origin` a browser sends, which no page can forge, says which site is asking.
No cookies and no credentials: there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.settings import Site

# The id of the site that asks, in this task or thread; None for our own pages and for programs.
asking_site: ContextVar[str | None] = ContextVar("asking_site", default=None)

_METHODS = "GET, POST"
_REQUEST_HEADERS = "Accept, Content-Type, Last-Event-ID, X-Request-ID"
_RESPONSE_HEADERS = "X-Request-ID, Retry-After, RateLimit, RateLimit-Policy"
# How long a browser may rely on a permission; after a change of the settings it asks again within this time.
_MAX_AGE = "600"


class Cors:
    """Permits the listed origins, and only those, to read responses."""

    def __init__(self, app: ASGIApp, sites: Mapping[str, Site]) -> None:
        self.app = app
        self.site_of = {origin: site_id for site_id, site in sites.items() for origin in site.origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request, or answers the browser's question whether it may send one."""
        if scope["type"] != "http" or not self.site_of:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        site = self.site_of.get(origin)
        is_admin = scope["path"].startswith("/v1/admin")
        permitted = {} if site is None or is_admin else {"Access-Control-Allow-Origin": origin}
        if permitted and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            preflight = {
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": _REQUEST_HEADERS,
                "Access-Control-Max-Age": _MAX_AGE,
                "Vary": "Origin",
            }
            await Response(status_code=204, headers={**permitted, **preflight})(scope, receive, send)
            return

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                sent.add_vary_header("Origin")
                if permitted:
                    sent.update({**permitted, "Access-Control-Expose-Headers": _RESPONSE_HEADERS})
            await send(message)

        token = asking_site.set(site)
        try:
            await self.app(scope, receive, wrapped)
        finally:
            asking_site.reset(token)


def double_claims(sites: Mapping[str, Site]) -> list[str]:
    """The origins that more than one site lists; there must be none."""
    listed = [origin for site in sites.values() for origin in site.origins]
    return sorted({origin for origin in listed if listed.count(origin) > 1})
