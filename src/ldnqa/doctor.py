"""`ldnqa doctor`: looks at everything a site depends on and says, for each, whether it is well and how to mend it.

It changes nothing. Each check stands alone: one that fails leaves the others to be made.
"""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import partial
from http.client import HTTPException
from pathlib import Path

from ldnqa.errors import LdnqaError
from ldnqa.settings import Settings

# An index is some megabytes and a build keeps four; a day of feedback is less.
_MIN_FREE_BYTES = 500 * 1024 * 1024
# Beyond this, dates of reviews and of feedback would be those of another day for many readers.
_MAX_CLOCK_SECONDS = 60.0
# The probe's two events are a second and a half apart; half of that tells "together" from "one after the other".
_MIN_APART_SECONDS = 0.75
_TIMEOUT_SECONDS = 15.0
# Some servers have hundreds of models.
_NAMED = 12
# Nobody publishes articles from before ldnqa was written; a clock that says so was never set.
_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)


class Verdict(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `mend` says what to do, and is "" where nothing is to be done."""

    verdict: Verdict
    name: str
    says: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict.value:<4}  {self.name}: {self.says}"
        return f"{line}\n      mend: {self.mend}" if self.mend else line


Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings, url: str | None = None) -> Iterator[Finding]:
    """The findings, as they are made. `url` is where readers reach the service; without it only the machine is seen."""
    for name, check in CHECKS.items():
        yield from _guarded(name, check, settings)
    if url is None:
        yield Finding(
            Verdict.WARN,
            "service",
            "not looked at: permissions, frames, buffering and the clock as readers have them",
            "run `ldnqa doctor --url https://...` with the address that readers use",
        )
        return
    for name, look in LOOKS.items():
        yield from _guarded(name, partial(look, url=url.rstrip("/")), settings)


def _guarded(name: str, check: Check, settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except LdnqaError as error:
        # The library's messages name the mending command themselves.
        yield Finding(Verdict.FAIL, name, str(error), "as said there")
    except (OSError, HTTPException) as error:
        yield Finding(Verdict.FAIL, name, f"cannot be looked at: {error}", "check that it is there and can be reached")


# --- the machine ------------------------------------------------------------------------------------------


def _articles(settings: Settings) -> Iterator[Finding]:
    from ldnqa.corpus.read import read_corpus

    articles = read_corpus(settings.corpus).articles
    yield Finding(Verdict.OK, "corpus", f"{len(articles)} articles in {settings.corpus} can be read")


def _model_and_index(settings: Settings) -> Iterator[Finding]:
    from ldnqa.encode import load_encoder
    from ldnqa.index import Index

    encoder = load_encoder(settings.model, settings.cache)
    yield Finding(Verdict.OK, "model", f"{encoder.name} loads and has the digest it must have")
    index = Index.open(settings.index, encoder)
    yield Finding(Verdict.OK, "index", f"{index.id} is whole and fits the model: {len(index.articles)} articles")


def _policy(settings: Settings) -> Iterator[Finding]:
    from ldnqa.policy import load_policy

    policy = load_policy(settings.policy, settings.country)
    yield Finding(Verdict.OK, "policy", f"{len(policy.red_flags.rules)} red flags, disclaimer {policy.disclaimer.id}")


def _sites(settings: Settings) -> Iterator[Finding]:
    plain = [
        origin
        for site in settings.sites.values()
        for origin in site.origins
        if origin.startswith("http://") and "//localhost" not in origin and "//127." not in origin
    ]
    if plain:
        yield Finding(
            Verdict.WARN,
            "sites",
            f"{', '.join(plain)} can be read on the way",
            "serve the site over https and list that",
        )
    count = sum(len(site.origins) for site in settings.sites.values())
    says = f"{len(settings.sites)} sites with {count} origins may ask from a browser" if count else "our own pages only"
    yield Finding(Verdict.OK, "sites", says)


def _exposure(settings: Settings) -> Iterator[Finding]:
    local = settings.host in ("localhost", "::1") or settings.host.startswith("127.")
    if not local and not settings.trusted_hops:
        yield Finding(
            Verdict.WARN,
            "listening",
            f"on {settings.host} with no proxy in front that we know of, so without TLS",
            "put a proxy with TLS in front (docs/operations.md), listen on 127.0.0.1 and set LDNQA_TRUSTED_HOPS=1",
        )
    if settings.rate_limit == "off":
        yield Finding(Verdict.WARN, "rate limit", "off", "leave LDNQA_RATE_LIMIT unset, or set it to 120/minute")
    if settings.workers > 1 and settings.rate_store.startswith("memory"):
        yield Finding(
            Verdict.WARN,
            "rate limit",
            f"{settings.workers} workers count each for itself, so a client may ask that many times as often",
            "set LDNQA_RATE_STORE=redis://...",
        )


def _feedback(settings: Settings) -> Iterator[Finding]:
    from ldnqa.feedback import FeedbackStore

    kind, _, file = settings.feedback.partition(":///")
    if kind == "sqlite" and not Path(file).exists():
        folder = Path(file).resolve().parent
        if folder.is_dir():
            yield Finding(Verdict.OK, "feedback", f"{file} will be made when the first feedback comes")
        else:
            yield Finding(Verdict.FAIL, "feedback", f"there is no folder {folder}", "make it, or change LDNQA_FEEDBACK")
        return
    store = FeedbackStore(settings.feedback)
    try:
        store.check()
    finally:
        store.close()
    yield Finding(Verdict.OK, "feedback", f"the {kind.partition(':')[0]} database answers")


def _language_model(settings: Settings) -> Iterator[Finding]:
    from ldnqa.errors import LanguageModelError
    from ldnqa.llm import open_model

    model = open_model(settings)
    if model is None:
        yield Finding(
            Verdict.OK, "language model", "none is set: answers are quotes, and no question leaves the machine"
        )
        return
    try:
        there = model.look()
    except LanguageModelError as error:
        mend = "start that server, or mend LDNQA_LLM_BASE_URL and LDNQA_LLM_API_KEY (docs/llm.md)"
        yield Finding(Verdict.FAIL, "language model", str(error), mend)
        return
    if model.name not in there:
        # Not a failure: some servers load on demand what they do not list.
        mend = f"get it there, or set LDNQA_LLM_MODEL to what is there: {', '.join(there[:_NAMED]) or 'nothing'}"
        yield Finding(Verdict.WARN, "language model", f"{model.base_url} lists no {model.name}", mend)
        return
    local = model.base_url.split("//")[1].startswith(("localhost", "127.", "[::1]"))
    if not local:
        mend = "say so in the site's privacy notice, or run the model on this machine (docs/llm.md)"
        yield Finding(Verdict.WARN, "language model", f"readers' questions are sent to {model.base_url}", mend)
    yield Finding(Verdict.OK, "language model", f"{model.base_url} has {model.name}")


def _disk(settings: Settings) -> Iterator[Finding]:
    kind, _, file = settings.feedback.partition(":///")
    for name, path in {"index": settings.index, **({"feedback": Path(file)} if kind == "sqlite" else {})}.items():
        folder = next(parent for parent in (path.resolve(), *path.resolve().parents) if parent.is_dir())
        free = shutil.disk_usage(folder).free
        says = f"{free // 2**20:,} MiB free for the {name}"
        if free < _MIN_FREE_BYTES:
            yield Finding(Verdict.FAIL, "disk", says, f"make room on the disk of {folder}")
        else:
            yield Finding(Verdict.OK, "disk", says)


def _clock(settings: Settings) -> Iterator[Finding]:
    from ldnqa.manifest import POINTER

    now = datetime.now(UTC)
    pointer = settings.index / POINTER
    built = datetime.fromtimestamp(pointer.stat().st_mtime, UTC) if pointer.exists() else _EARLIEST
    if now < max(built, _EARLIEST):
        says = f"it says {now:%Y-%m-%d %H:%M} UTC, before the index was built"
        yield Finding(Verdict.FAIL, "clock", says, "set it, and keep it set: `timedatectl set-ntp true`")
    else:
        yield Finding(Verdict.OK, "clock", f"{now:%Y-%m-%d %H:%M} UTC")


# --- the service as readers reach it ----------------------------------------------------------------------


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


CHECKS: dict[str, Check] = {
    "corpus": _articles,
    "index": _model_and_index,
    "policy": _policy,
    "sites": _sites,
    "listening": _exposure,
    "feedback": _feedback,
    "language model": _language_model,
    "disk": _disk,
    "clock": _clock,
}
LOOKS: dict[str, Callable[..., Iterator[Finding]]] = {
    "service": _readiness,
    "private": _hidden,
    "CORS": _permissions,
    "frames": _frames,
    "streaming": _buffering,
}
