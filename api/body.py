"""Reads a JSON body before anything else sees it: typed, limited, UTF-8, one JSON value of bounded depth.

FastAPI's own reading takes any size, coerces nothing but tells "not JSON" from "wrong fields" only by chance;
here what is not JSON is 400, 413 or 415, and only well-formed JSON goes on to be validated.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.responses import Response

from .errors import Rejected
from .schemas import FieldError

# The longest request that can be valid is a question and 20 turns of 2,000 characters: 168 kB as plain UTF-8 and
# 252 kB with every character of the basic plane escaped. Either fits, with room for the ids of the sources.
MAX_BODY_BYTES = 256 * 1024

_MEND_JSON = "Send one JSON object, encoded as UTF-8."


class JsonRequest(Request):
    """A request whose body has been read and parsed."""

    def __init__(self, request: Request, raw: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._raw, self._value = raw, value

    async def body(self) -> bytes:
        """The body as it was sent."""
        return self._raw

    async def json(self) -> Any:
        """The JSON value it holds."""
        return self._value


class StrictRoute(APIRoute):
    """A route whose JSON body is read by `read_json`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI would use, behind the reading of the body."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def strict(request: Request) -> Response:
            return await handle(await read_json(request))

        return strict


async def read_json(request: Request) -> JsonRequest:
    """The request with its body parsed; Rejected if that is not one JSON value of at most `MAX_BODY_BYTES`."""
    _check_type(request)
    raw = await _read(request)
    try:
        # Refuses NaN and infinities, lone surrogates, invalid UTF-8 and more than some 200 levels.
        value = from_json(raw, allow_inf_nan=False)
    except ValueError:
        at_fault = FieldError(field="body", message="must be well-formed JSON")
        raise Rejected("malformed-request", _MEND_JSON, errors=[at_fault]) from None
    return JsonRequest(request, raw, value)


def _check_type(request: Request) -> None:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = header.get_param("charset", "utf-8")
    is_json = header.get_content_type() == "application/json"
    is_utf8 = isinstance(charset, str) and charset.lower() in ("utf-8", "utf8")
    if not is_json or not is_utf8 or request.headers.get("content-encoding", "identity") != "identity":
        detail = "Send the request with `Content-Type: application/json`, encoded as UTF-8 and not compressed."
        raise Rejected("unsupported-media-type", detail, headers={"Accept": "application/json"})


async def _read(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise _too_large()
    return bytes(raw)


def _too_large() -> Rejected:
    detail = f"Send at most {MAX_BODY_BYTES // 1024} KiB; a shorter history is the usual mend."
    # The rest of the body is not read, so the connection cannot be used again.
    return Rejected(
        "too-large",
        detail,
        errors=[FieldError(field="body", message=f"must be at most {MAX_BODY_BYTES} bytes")],
        headers={"Connection": "close"},
    )
