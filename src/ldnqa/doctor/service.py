"""What can only be seen where readers are: through the proxy, at the address they use."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from ldnqa.doctor.finding import Finding, Verdict
from ldnqa.settings import Settings

# Beyond this, dates of reviews and of feedback would be those of another day for many readers.
_MAX_CLOCK_SECONDS = 60.0
# The probe's two events are a second and a half apart; half of that tells "together" from "one after the other".
_MIN_APART_SECONDS = 0.75
_TIMEOUT_SECONDS = 15.0


def _get(url: str, *, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body of a reply, whatever its status."""
    if not url.startswith(("http://", "https://")):
        raise OSError(f"{url!r} is no http or https address")
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=sent, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:  # noqa: S310
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def _readiness(_: Settings, url: str) -> Iterator[Finding]:
    status, headers, body = _get(f"{url}/readyz")
    if status != 200:
        says = f"{url}/readyz answers {status}"
        yield Finding(Verdict.FAIL, "service", says, "start `ldnqa serve`, and let the proxy lead to it")
        return
    json.loads(body)
    yield Finding(Verdict.OK, "service", f"{url} is ready")
    if headers["Date"]:
        apart = abs((parsedate_to_datetime(headers["Date"]) - datetime.now(UTC)).total_seconds())
        if apart > _MAX_CLOCK_SECONDS:
            says = f"the server's and this machine's differ by {apart:.0f} s"
            yield Finding(Verdict.FAIL, "clock", says, "set both: `timedatectl set-ntp true`")


def _hidden(_: Settings, url: str) -> Iterator[Finding]:
    for path in ("/metrics", "/v1/admin/reload"):
        status, _headers, _body = _get(url + path)
        if status < 400 or (status == 405 and "admin" in path):
            yield Finding(
                Verdict.WARN,
                "private",
                f"{path} can be reached by everybody",
                f"let the proxy refuse {path} (docs/operations.md)",
            )


def _permissions(settings: Settings, url: str) -> Iterator[Finding]:
    for site_id, site in settings.sites.items():
        for origin in site.origins:
            asks = {"Origin": origin, "Access_Control_Request_Method": "POST"}
            _status, headers, _body = _get(f"{url}/v1/ask", method="OPTIONS", **asks)
            if headers.get_all("Access-Control-Allow-Origin") == [origin]:
                yield Finding(Verdict.OK, "CORS", f"{origin} ({site_id}) may ask")
            else:
                yield Finding(
                    Verdict.FAIL,
                    "CORS",
                    f"browsers will not let {origin} ({site_id}) ask: the permission does not arrive, once",
                    "restart the server with these settings, and let the proxy pass OPTIONS and add no CORS headers",
                )
    _status, headers, _body = _get(f"{url}/v1/articles", Origin="https://nobody.invalid")
    if headers["Access-Control-Allow-Origin"]:
        yield Finding(
            Verdict.FAIL,
            "CORS",
            "any origin may ask",
            "take Access-Control-Allow-Origin out of the proxy's own headers",
        )


def _frames(settings: Settings, url: str) -> Iterator[Finding]:
    _status, headers, _body = _get(f"{url}/articles")
    policy = (headers["Content-Security-Policy"] or "").partition("frame-ancestors ")[2].split(";")[0].split()
    missing = [origin for origin in settings.frame_ancestors if origin not in policy]
    if not policy:
        yield Finding(Verdict.FAIL, "frames", "no Content-Security-Policy arrives", "let the proxy pass it on")
    elif missing:
        says = f"{', '.join(missing)} may not show our pages"
        yield Finding(Verdict.FAIL, "frames", says, "restart the server with these settings")
    elif headers["X-Frame-Options"] and settings.frame_ancestors:
        says = "the proxy adds X-Frame-Options, which forbids what frame-ancestors allows"
        yield Finding(Verdict.FAIL, "frames", says, "take X-Frame-Options out of the proxy's own headers")
    else:
        yield Finding(Verdict.OK, "frames", f"our pages may be shown by {' '.join(policy)}")


def _buffering(_: Settings, url: str) -> Iterator[Finding]:
    # As browsers ask: a proxy that compresses may hold back what it would otherwise pass on.
    request = urllib.request.Request(f"{url}/healthz/stream", headers={"Accept-Encoding": "gzip"})  # noqa: S310
    moments: list[float] = []
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:  # noqa: S310
        packed = zlib.decompressobj(wbits=31) if reply.headers["Content-Encoding"] == "gzip" else None
        while piece := reply.read1():
            text: bytes = packed.decompress(piece) if packed else piece
            moments += [time.monotonic()] * text.count(b"event:")
    if len(moments) == 2 and moments[1] - moments[0] >= _MIN_APART_SECONDS:
        yield Finding(Verdict.OK, "streaming", "parts of an answer arrive as they are sent")
    else:
        yield Finding(
            Verdict.FAIL,
            "streaming",
            "a proxy holds answers back until they are whole",
            "in nginx `proxy_buffering off;`, no proxy_ignore_headers X-Accel-Buffering, no gzip of event streams",
        )


LOOKS: dict[str, Callable[..., Iterator[Finding]]] = {
    "service": _readiness,
    "private": _hidden,
    "CORS": _permissions,
    "frames": _frames,
    "streaming": _buffering,
}
