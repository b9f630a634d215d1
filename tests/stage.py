"""What the widget is tested on: the small site, which misbehaves on command, and a foreign host that embeds it.

Both are real servers. The site is the real service; only what a test puts into `acts` is done in its place, once.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import ExitStack
from typing import Any

from service_fakes import ask, resources
from serving import serving
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ldnqa.api.app import create_app
from ldnqa.api.routes_widget import published
from ldnqa.api.stream import events
from ldnqa.types import Answer

STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
ARTICLE = "examplol-uses"
PAGE = f"/articles/{ARTICLE}"
DOSE = "dose and effects at bedtime"
TRUSTED = "; require-trusted-types-for 'script'; trusted-types 'none'"


class Stage:
    """`site` and `host` are the addresses; `acts` what the site does next; `pages` what the host serves."""

    def __init__(self) -> None:
        self.acts: deque[Any] = deque()
        self.pages: dict[str, tuple[str, str]] = {}
        self.asked: list[dict[str, Any]] = []
        self.feedback: list[dict[str, Any]] = []
        self._service = create_app(resources=resources())
        self._stack = ExitStack()

    def __enter__(self) -> Stage:
        open_to_all = {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"]}
        exposed = ["Retry-After", "X-Request-ID"]

        # Functions, because uvicorn takes a bound method for an application of an older kind.
        async def host(scope: Scope, receive: Receive, send: Send) -> None:
            await self._host(scope, receive, send)

        async def second(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await self.app(scope, receive, send)
            else:
                await without_lifespan(receive, send)

        # The site as another server may serve it; when that one ends, the service goes on.
        self.second = second
        self.app = CORSMiddleware(self._site, **open_to_all, expose_headers=exposed)
        self.site = self._stack.enter_context(serving(self.app))
        self.host = self._stack.enter_context(serving(host))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    async def _site(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in ("/v1/ask", "/v1/feedback"):
            body = await Request(scope, receive).json()
            if scope["path"] == "/v1/feedback":
                self.feedback.append(body)
                await Response(status_code=204)(scope, receive, send)
                return
            self.asked.append(body)
            if self.acts:
                await self.acts.popleft()(body, scope, receive, send)
                return
            replay = iter([{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}])

            async def again() -> Any:
                return next(replay, None) or await receive()

            await self._service(scope, again, send)
            return
        if scope["type"] == "http" and self.acts and scope["path"] == "/v1/box" and self.acts[0] is no_box:
            self.acts.popleft()
            await JSONResponse({"object": "ldnqa.box", "questions": []})(scope, receive, send)
            return
        await self._service(scope, receive, send)

    async def _host(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await without_lifespan(receive, send)
            return
        path = scope["path"]
        if path.startswith(("/widget/", "/v1/")):
            await self._site(scope, receive, send)
        elif path.startswith("/copy/"):
            content = published().files[path.removeprefix("/copy/")]
            await Response(content, media_type="text/javascript")(scope, receive, send)
        elif path in self.pages:
            content, policy = self.pages[path]
            media_type = (
                "text/css" if path.endswith(".css") else "application/json" if path.endswith("json") else "text/html"
            )
            headers = {"Content-Security-Policy": policy} if policy else {}
            await Response(content, media_type=media_type, headers=headers)(scope, receive, send)
        else:
            await Response(status_code=404)(scope, receive, send)

    def tag(self) -> str:
        """The script that defines the element, and nothing more."""
        return f'<script src="{self.site}/widget/v1/ldnqa.js" async></script>'

    def embed(self, body: str, policy: str = "", head: str = "") -> str:
        """The address of a page of the foreign host with `body` in it."""
        path = f"/page-{len(self.pages)}.html"
        base = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title>'
        icon = '<link rel="icon" href="data:,">'
        wide = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        self.pages[path] = (f"{base}{wide}{icon if not policy else ''}{head}</head><body>{body}</body></html>", policy)
        return self.host + path


async def without_lifespan(receive: Receive, send: Send) -> None:
    """Starts and ends a server of a service that another server has started."""
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})


def answer_to(asked: dict[str, Any]) -> Answer:
    """What the small site answers."""
    return ask(asked["question"], article_id=asked.get("article_id"))


def refuse(status: int, headers: dict[str, str] | None = None, **more: Any):
    """Answers with a problem document."""

    async def act(asked, scope, receive, send):
        problem = {"type": "urn:ldnqa:problem:x", "title": "x", "status": status, "detail": "x", **more}
        await JSONResponse(problem, status, headers or {}, "application/problem+json")(scope, receive, send)

    return act


def streamed(*, pieces: int | None = None, only: int | None = None, hang: bool = False, drop: str | None = None):
    """Answers as a stream: in pieces of so many bytes, or only so many events, or without a field of them."""

    async def act(asked, scope, receive, send):
        sent = [event.fields() for event in list(events(answer_to(asked)))[:only]]
        if drop:
            for fields in sent:
                data = json.loads(fields["data"])
                data.pop(drop, None)
                fields["data"] = json.dumps(data)
        lines = ["".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n" for fields in sent]
        data = "".join(lines).encode()
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        step = pieces or max(len(data), 1)
        for at in range(0, len(data), step):
            await send({"type": "http.response.body", "body": data[at : at + step], "more_body": True})
        if hang:
            while (await receive())["type"] != "http.disconnect":
                pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return act


def as_json(drop: str | None = None, *, article_id: str | None = ARTICLE, **changed: Any):
    """Answers with JSON although a stream was asked for, without a field or with others."""

    async def act(asked, scope, receive, send):
        answer = {**answer_to({**asked, "article_id": article_id}).model_dump(mode="json"), **changed}
        answer.pop(drop or "", None)
        await JSONResponse(answer)(scope, receive, send)

    return act


async def silence(asked, scope, receive, send):
    """Says nothing until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


async def no_box(asked, scope, receive, send):
    """Only a mark: the box comes without its disclaimer."""


class Visits:
    """Opens pages; on leaving checks that no policy was violated and that nobody but site and host was called."""

    def __init__(self, browser: Any, stage: Stage) -> None:
        self._browser, self._stage = browser, stage
        self._contexts: list[Any] = []
        self.complaints: list[str] = []
        # Console messages of a browser that a test provokes.
        self.expected: list[str] = []

    def __enter__(self) -> Visits:
        self._stage.acts.clear()
        self._stage.asked.clear()
        self._stage.feedback.clear()
        return self

    def __call__(self, path: str = PAGE, **options: Any) -> Any:
        context = self._browser.new_context(
            base_url=self._stage.site,
            **{"reduced_motion": "reduce", "viewport": {"width": 900, "height": 800}, **options},
        )
        self._contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        known = (self._stage.site, self._stage.host, "data:", "blob:")
        page.on("request", lambda r: r.url.startswith(known) or self.complaints.append(f"fetched {r.url}"))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        page.add_init_script(
            "window.violations = []; window.heard = [];"
            "addEventListener('securitypolicyviolation',"
            " e => violations.push(e.violatedDirective + ' ' + e.blockedURI));"
            "for (const name of ['ready', 'question', 'answer', 'citation-open', 'feedback', 'error'])"
            " addEventListener('ldnqa:' + name, e => heard.push([name, e.detail]));"
        )
        page.goto(path)
        return page

    def _hear(self, message: Any) -> None:
        # A refused request is logged by the browser itself.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def __exit__(self, *error: object) -> None:
        violations = []
        for context in self._contexts:
            for page in context.pages:
                violations += page.evaluate("window.violations || []")
            context.close()
        if error[0] is None:
            assert violations == []
            assert [words for words in self.complaints if not any(part in words for part in self.expected)] == []
