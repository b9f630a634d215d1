"""Every error leaves as an RFC 9457 problem, and no problem shows a path, a stack or what was sent.

The kinds are a table; `type` and `title` come out of it, so that a client can tell them apart by name.
"""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.errors import BadRequest, InvalidQuestion, UnknownArticle, UnknownPassage

from .logs import request_id
from .schemas import FieldError, Problem

PROBLEM_JSON = "application/problem+json"

# A request can be wrong in as many places as it has bytes; a reader mends the first few.
MAX_ERRORS_SHOWN = 20
# The name of an unknown field is sent back so that it can be found, but never more of it than this.
MAX_FIELD_CHARS = 80

log = logging.getLogger("ldnqa.api")


@dataclass(frozen=True, slots=True)
class Kind:
    """What can go wrong: the status it has and its title."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "malformed-request": Kind(400, "The request is not JSON"),
    "foreign-origin": Kind(403, "Not for pages of other sites"),
    "unauthorized": Kind(401, "Not allowed without the right token"),
    "not-found": Kind(404, "There is nothing here"),
    "model-not-found": Kind(404, "No such model"),
    "unknown-article": Kind(404, "No such article"),
    "unknown-passage": Kind(404, "No such passage"),
    "method-not-allowed": Kind(405, "This method is not offered here"),
    "not-acceptable": Kind(406, "The answer cannot be sent in the form asked for"),
    "too-slow": Kind(408, "The request took too long to arrive"),
    "reload-refused": Kind(409, "The index cannot be served"),
    "too-large": Kind(413, "The request is too large"),
    "unsupported-media-type": Kind(415, "The request is not sent as JSON"),
    "invalid-request": Kind(422, "The request cannot be used as it is"),
    "rate-limited": Kind(429, "Too many requests"),
    "head-too-large": Kind(431, "The head of the request is too large"),
    "internal": Kind(500, "Something went wrong here"),
    "not-installed": Kind(501, "Not installed here"),
    "not-ready": Kind(503, "Not ready yet"),
    "busy": Kind(503, "Too many are asking at once"),
    "feedback-unavailable": Kind(503, "Feedback cannot be taken now"),
}
_KIND_OF_STATUS = {kind.status: name for name, kind in reversed(list(KINDS.items()))}


class Rejected(Exception):
    """A request is refused with a problem of `kind`; `detail` says what to do next and repeats nothing sent."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = problem(kind, detail, errors=errors)
        self.headers = dict(headers or {})
        super().__init__(detail)


def problem(kind: str, detail: str, *, errors: Sequence[FieldError] = (), request_id: str | None = None) -> Problem:
    """The problem document of one of `KINDS`."""
    known = KINDS[kind]
    return Problem(
        type=f"urn:ldnqa:problem:{kind}",
        title=known.title,
        status=known.status,
        detail=detail,
        errors=tuple(errors),
        request_id=request_id,
    )


def problem_response(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a response; a field that says nothing is left out."""
    body = found.model_dump(mode="json", exclude_none=True)
    if "request_id" not in body and (current := request_id.get()):
        body["request_id"] = current
    if not found.errors:
        del body["errors"]
    return JSONResponse(body, status_code=found.status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


def field_errors(errors: Sequence[Any]) -> tuple[FieldError, ...]:
    """What a validation complains about, each with the dotted name of the field: "history.0.question"."""
    return tuple(
        FieldError(field=_field(error["loc"]), message=error["msg"].removeprefix("Value error, "))
        for error in errors[:MAX_ERRORS_SHOWN]
    )


def _field(loc: Sequence[int | str]) -> str:
    """The dotted name of a place in the request, printable and short; "body" for the request as a whole."""
    parts = loc[1:] if loc and loc[0] in ("body", "query", "path", "header") else loc
    name = ".".join(str(part) for part in parts) or "body"
    return "".join(char if char.isprintable() else "�" for char in name[:MAX_FIELD_CHARS])


def from_library(error: BadRequest) -> Problem:
    """The problem that one of the library's refusals is. Its message may repeat what was sent, so ours is used."""
    if isinstance(error, UnknownArticle):
        detail = "No article has this id; GET /v1/articles lists the ids there are."
        return problem("unknown-article", detail, errors=[FieldError(field="article_id", message="unknown article")])
    if isinstance(error, UnknownPassage):
        detail = "No passage has this id; it may belong to an earlier index. POST /v1/search finds passages."
        return problem("unknown-passage", detail, errors=[FieldError(field="passage_id", message="unknown passage")])
    message = "must be a question in words" if isinstance(error, InvalidQuestion) else "cannot be used"
    detail = "Mend the field named in `errors` and send the request again."
    return problem("invalid-request", detail, errors=[FieldError(field=error.field, message=message)])


def from_status(error: HTTPException) -> Problem:
    """The problem that a refusal of the framework's own is."""
    kind = _KIND_OF_STATUS.get(error.status_code, "not-found" if error.status_code < 500 else "internal")
    details = {
        "not-found": "No page or endpoint has this address; /docs lists the endpoints.",
        "method-not-allowed": "The Allow header lists the methods offered here.",
    }
    found = problem(kind, details.get(kind, HTTPStatus(error.status_code).phrase + "."))
    return found.model_copy(update={"status": error.status_code})


def invalid(errors: Sequence[Any]) -> Problem:
    """The problem that a failed validation is."""
    detail = "Mend the fields named in `errors` and send the request again."
    return problem("invalid-request", detail, errors=field_errors(errors))


def problem_of(error: Exception) -> tuple[Problem, dict[str, str]]:
    """What any exception is to a client, and the headers of the refusal. One that nobody foresaw is logged here."""
    match error:
        case Rejected():
            return error.problem, error.headers
        case BadRequest():
            return from_library(error), {}
        case RequestValidationError():
            return invalid(error.errors()), {}
        case HTTPException():
            return from_status(error), allow(error.headers)
        case _:
            found = unforeseen(error)
            return found, {"X-Request-ID": found.request_id or ""}


def unforeseen(error: Exception) -> Problem:
    """The 500 problem of an exception nobody foresaw, and a line in the log under its request id.

    The log has the exception's type and the lines of code it passed through, but not its message: a message
    may repeat the question, and no question is ever logged.
    """
    known = request_id.get() or uuid.uuid4().hex
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("request %s failed: %s\n%s", known, type(error).__name__, frames)
    return problem("internal", "The fault is ours, and it is in the log under this request id.", request_id=known)


PageFor = Callable[[Request, Problem], Response | None]


def answer_with_problems(app: FastAPI, page_for: PageFor) -> None:
    """Makes every refusal of `app` a problem response, or the page that `page_for` makes of it for a person."""

    async def refused(request: Request, error: Exception) -> Response:
        found, headers = problem_of(error)
        return shaped(request, found, headers, page_for)

    for kind in (Rejected, BadRequest, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refused)


def shaped(request: Request, found: Problem, headers: Mapping[str, str], page_for: PageFor) -> Response:
    """A problem as the response that `page_for` makes of it, else as a problem document."""
    page = page_for(request, found)
    if page is None:
        return problem_response(found, headers)
    page.headers.update(headers)
    return page


def allow(headers: Mapping[str, str] | None) -> dict[str, str]:
    """The headers of a refusal; wherever GET is allowed HEAD is, and it says so."""
    kept = dict(headers or {})
    if "Allow" in kept:
        methods = {method.strip() for method in kept["Allow"].split(",")}
        kept["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return kept


class LastResort:
    """Turns an exception nobody foresaw into a 500 problem with a request id, and logs it under that id.

    `page_for` may give the problem another shape, as for `answer_with_problems`; it must not fail.
    """

    def __init__(self, app: ASGIApp, page_for: PageFor) -> None:
        self.app = app
        self.page_for = page_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request, come what may."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if isinstance(error, ClientDisconnect):
                # Nobody is there to be told, and nothing is wrong here.
                return
            found, headers = problem_of(error)
            if started:
                # Half a response cannot be taken back; the server cuts the connection so that nobody takes it
                # for whole. `from None` keeps the message out of the server's own log.
                named = f"request {found.request_id} failed while its response was sent"
                raise ConnectionAbortedError(named) from None
            await shaped(Request(scope), found, headers, self.page_for)(scope, receive, send)
