"""One JSON line for each request and each event, with the request's id and never a word of what was asked.

A line is made of what is named here: the template of the address and not the address, the type of an exception and
not its message. Anything else a library logs is kept from warnings up, as its name and the unfilled message.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The id of the request being served in this task or thread; None outside of one.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

REQUEST_ID_HEADER = "X-Request-ID"
# A proxy's id is taken over so that its log and ours can be joined, but only if it is a bare UUID or as random:
# free text would let a client write a question into the log.
_FOREIGN_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

log = logging.getLogger("ldnqa.api")
requests_log = logging.getLogger("ldnqa.requests")


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Logs what happened; `fields` are numbers, ids and names of our own, never what a reader sent."""
    log.log(level, name, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # A library's arguments may hold anything; its message unfilled holds what its authors wrote.
            "event": record.getMessage() if record.name.startswith("ldnqa") else str(record.msg),
        }
        current = request_id.get()
        if current is not None:
            line["request_id"] = current
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False)


def configure(mode: str) -> None:
    """Sends logs to stderr as JSON lines ("json"), or everything under a warning nowhere ("off")."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("ldnqa").setLevel(logging.INFO if mode == "json" else logging.WARNING)
    # Ours says the same without the address that holds a question.
    logging.getLogger("uvicorn.access").disabled = True


class RequestLog:
    """Gives each request its id, on the response and in every problem and log line, and logs it when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request under its id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "").lower()
        current = given if _FOREIGN_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(current)
        started, status = time.perf_counter(), 0

        async def wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = current
            await send(message)

        try:
            await self.app(scope, receive, wrapped)
        finally:
            fields = {
                "method": known_method(scope),
                "route": route_of(scope),
                "status": status,
                "ms": round(1000 * (time.perf_counter() - started), 1),
            }
            requests_log.info("request", extra={"fields": fields})
            request_id.reset(token)


def route_of(scope: Scope) -> str:
    """The template of the route that served a request, "/articles/{article_id}"; "unmatched" if none did."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def known_method(scope: Scope) -> str:
    """The method of a request, "OTHER" if a client made it up."""
    method = str(scope["method"])
    return method if method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"} else "OTHER"
