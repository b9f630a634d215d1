"""Takes what readers say of an answer. A reply of 201 means that it is on the disk of the database."""

from __future__ import annotations

import logging
import re
from typing import Annotated, Literal

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import AfterValidator, BeforeValidator, Field

from ldnqa.errors import FeedbackUnavailable
from ldnqa.feedback import MAX_COMMENT_CHARS, Feedback, Rating, Reason

from .body import StrictRoute
from .errors import Rejected
from .logs import event
from .routes import _BODY, _problems
from .schemas import _CONTROL, _TEXT, Wire, _line_ends
from .sites import asking_site

router = APIRouter(route_class=StrictRoute)

# A database that answers slowly holds up feedback and nothing else: these threads are not those that answer.
_WRITING_THREADS = 4
_writers = anyio.CapacityLimiter(_WRITING_THREADS)
_RETRY_SECONDS = "10"

_ANSWER_ID = re.compile(r"ans_[A-Za-z0-9_-]{1,64}")


def _answer_id(value: str) -> str:
    if not _ANSWER_ID.fullmatch(value):
        raise ValueError("must be the id of an answer, as the answer gives it")
    return value


def _comment(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters other than tab and line break")
    if len(value := value.strip()) > MAX_COMMENT_CHARS:
        raise ValueError(f"must be at most {MAX_COMMENT_CHARS:,} characters long")
    return value


class FeedbackRequest(Wire):
    """What a reader says of an answer. Say nothing here that tells who you are."""

    answer_id: Annotated[
        str, AfterValidator(_answer_id), Field(json_schema_extra={"pattern": f"^{_ANSWER_ID.pattern}$"})
    ]
    """The `id` of the answer."""
    rating: Rating
    """Whether it helped."""
    reason: Reason | None = None
    """Why; `unsafe` for what could harm someone."""
    comment: Annotated[
        str,
        BeforeValidator(_line_ends),
        AfterValidator(_comment),
        Field(json_schema_extra={"maxLength": MAX_COMMENT_CHARS, "pattern": f"^{_TEXT}$"}),
    ] = ""
    """In the reader's own words, at most 1,000 characters."""


class FeedbackReply(Wire):
    """Feedback that is stored."""

    object: Literal["ldnqa.feedback"] = "ldnqa.feedback"
    """Says what this document is."""
    id: str
    """Names the feedback."""


@router.post(
    "/v1/feedback",
    tags=["questions"],
    summary="Say whether an answer helped",
    status_code=201,
    responses=_problems(*_BODY),
)
async def feedback(given: FeedbackRequest, request: Request) -> FeedbackReply:
    """Stores it for the editors. The reply comes once it is stored; 503 means it is not, so send it again later."""
    operation = request.app.state.operation
    row = Feedback(given.answer_id, given.rating, given.reason, given.comment, asking_site.get() or "")
    try:
        stored = await anyio.to_thread.run_sync(operation.feedback.add, row, limiter=_writers)
    except FeedbackUnavailable as error:
        operation.metrics.feedback_failed.inc()
        event("feedback not stored", level=logging.ERROR, why=str(error))
        detail = "Feedback cannot be stored now; send it again in a moment. Questions are answered as always."
        raise Rejected("feedback-unavailable", detail, headers={"Retry-After": _RETRY_SECONDS}) from None
    reason = given.reason.value if given.reason else ""
    operation.metrics.feedback.labels(given.rating.value, reason).inc()
    if given.reason is Reason.UNSAFE:
        event("an answer was called unsafe", level=logging.WARNING, feedback_id=stored)
    return FeedbackReply(id=stored)
