"""The endpoints of whoever runs the service: metrics, reload, and a probe for proxies that hold streams back.

The admin endpoints do not exist unless the settings have a token, and then only for who sends it.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from .errors import Rejected
from .reload import ReloadRefused

router = APIRouter(include_in_schema=False)
admin = APIRouter(include_in_schema=False)

# The probe's second event comes so long after its first; `ldnqa doctor` tells the two moments apart.
PROBE_SECONDS = 1.5


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """What the service counts, for Prometheus."""
    return Response(request.app.state.operation.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@admin.post("/v1/admin/reload")
async def reload(request: Request) -> dict[str, str]:
    """Opens the index afresh and puts it in service; if it cannot be served, the old one stays."""
    operation = request.app.state.operation
    check_token(request.headers.get("authorization", ""), operation.settings.admin_token.get_secret_value())
    if operation.reload is None:
        raise Rejected("not-ready", "The index is not open, or cannot be opened again in this process.")
    try:
        return {"object": "ldnqa.reload", "index_id": await operation.reload()}
    except ReloadRefused:
        detail = "The index was refused and the old one goes on serving; the log says why, under this request id."
        raise Rejected("reload-refused", detail) from None


def check_token(authorization: str, token: str) -> None:
    """Rejected unless the header is `Bearer` and the token. Takes as long however much of it is right."""
    scheme, _, given = authorization.partition(" ")
    is_right = hmac.compare_digest(given.encode(), token.encode())
    if scheme.lower() != "bearer" or not is_right:
        detail = "Send `Authorization: Bearer` and the token of LDNQA_ADMIN_TOKEN."
        raise Rejected("unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


@router.get("/healthz/stream")
async def probe() -> Response:
    """Two events some time apart; a proxy that holds streams back delivers them together."""

    async def events() -> AsyncIterator[str]:
        yield "event: first\ndata: {}\n\n"
        await asyncio.sleep(PROBE_SECONDS)
        yield "event: last\ndata: {}\n\n"

    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)
