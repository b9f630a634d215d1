"""The chat door: the same questions and answers in the shapes of OpenAI's chat completions.

What the user said is the question and the earlier turns; what anybody else said is not read, so neither an
instruction nor a forged answer can change what is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from ldnqa.types import MAX_HISTORY_TURNS, Answer, Disclaimer

from .body import StrictRoute
from .chat_reply import (
    ChatChoice,
    ChatChunk,
    ChatCompletion,
    ChatError,
    ChatFault,
    ChatMessage,
    ChatModel,
    ChatModels,
    ChatStreamError,
    ChunkChoice,
    ChunkDelta,
    Mandated,
    Usage,
)
from .chat_request import MODEL, ChatRequest, UserMessage
from .chat_text import write
from .deps import Resources, Served
from .errors import Rejected
from .routes import answer_to, disclaimer_in_view
from .schemas import AskedTurn, AskRequest, Problem
from .stream import AnswerBegun, AnswerStream

router = APIRouter(route_class=StrictRoute)

_PATHS = ("/v1/chat/completions", "/v1/models")


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ChatError} for status in (*statuses, 500, 503)}


@router.post(
    "/v1/chat/completions",
    tags=["chat"],
    summary="Ask in the shape of a chat completion",
    response_model=ChatCompletion,
    responses=_refusals(400, 404, 413, 415),
)
async def complete(asked: ChatRequest, served: Served, request: Request) -> ChatCompletion | Response:
    """Answers the last message of the user as `POST /v1/ask` does; those before it are the earlier turns.

    Messages of anybody else are not read. The text has notices, quotes, sources and the disclaimer; `annotations`
    say where each of its markers leads; `ldnqa` is the whole answer. With `stream` it comes as chunks.
    """
    _known(asked.model)
    question = partial(answer_to, ask_request(asked), served)
    disclaimer = disclaimer_in_view(asked.ldnqa.article_id, served)
    site = str(request.base_url).rstrip("/")
    created = last_changed(served)
    if asked.stream:
        with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        show = partial(frames, created=created, site=site, with_usage=with_usage)
        return AnswerStream(question, show=show, fail=partial(failure, disclaimer=disclaimer))
    answer = await run_in_threadpool(question)
    text = write(answer, site)
    return ChatCompletion(
        id=_completion_id(answer),
        created=created,
        model=MODEL,
        system_fingerprint=answer.index_id,
        choices=(ChatChoice(message=ChatMessage(content=text.text, annotations=text.citations)),),
        ldnqa=answer,
    )


@router.get("/v1/models", tags=["chat"], summary="List the models", responses=_refusals())
async def models(served: Served) -> ChatModels:
    """The one model that chat completions can be asked of."""
    return ChatModels(data=(_model(served),))


@router.get("/v1/models/{model}", tags=["chat"], summary="Look up a model", responses=_refusals(400, 404))
async def model(model: str, served: Served) -> ChatModel:
    """What is known of a model."""
    _known(model)
    return _model(served)


def _known(model: str) -> None:
    if model != MODEL:
        raise Rejected("model-not-found", f"The one model here is {MODEL}.")


def _model(served: Resources) -> ChatModel:
    return ChatModel(id=MODEL, created=last_changed(served), owned_by=MODEL)


def last_changed(served: Resources) -> int:
    """When the articles last changed, in seconds since 1970. Not the time of day: the same request, the same reply."""
    day = max(article.last_updated for article in served.index.articles.values())
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def ask_request(asked: ChatRequest) -> AskRequest:
    """The question that a conversation comes to, after its last turns."""
    *earlier, question = (message.content for message in asked.messages if isinstance(message, UserMessage))
    return AskRequest(
        question=question,
        history=tuple(AskedTurn(question=words) for words in earlier[-MAX_HISTORY_TURNS:]),
        **asked.ldnqa.model_dump(),
    )


def _completion_id(answer: Answer) -> str:
    return "chatcmpl-" + answer.id.removeprefix("ans_")


# --- streaming --------------------------------------------------------------------------------------------


def frames(answer: Answer, *, created: int, site: str, with_usage: bool) -> Iterator[bytes]:
    """The chunks of an answer: who speaks and how it came out, the text, what ends it, and maybe the usage."""
    text = write(answer, site)
    begun = AnswerBegun.of(answer)
    chunk = partial(
        ChatChunk, id=_completion_id(answer), created=created, model=MODEL, system_fingerprint=answer.index_id
    )
    yield _data(chunk(choices=(ChunkChoice(delta=ChunkDelta(role="assistant", content="")),), ldnqa=begun))
    for paragraph in text.paragraphs:
        yield _data(chunk(choices=(ChunkChoice(delta=ChunkDelta(content=paragraph)),)))
    ended = ChunkChoice(delta=ChunkDelta(annotations=text.citations), finish_reason="stop")
    yield _data(chunk(choices=(ended,), ldnqa=answer))
    if with_usage:
        yield _data(chunk(choices=(), usage=Usage(), ldnqa=begun))
    yield b"data: [DONE]\n\n"


def _data(document: BaseModel) -> bytes:
    return b"data: " + document.model_dump_json().encode() + b"\n\n"


def failure(found: Problem, *, disclaimer: Disclaimer) -> bytes:
    """What closes a stream without an answer."""
    return _data(ChatStreamError(error=_fault(found), ldnqa=Mandated(disclaimer=disclaimer)))


# --- refusals ---------------------------------------------------------------------------------------------


def refusal(request: Request, found: Problem) -> Response | None:
    """A problem in the shape of OpenAI's errors, if it is one of these doors that was knocked at; else None."""
    path = request.url.path
    if not any(path == known or path.startswith(known + "/") for known in _PATHS):
        return None
    # What cannot be used is 400 there, where it is 422 elsewhere.
    status = 400 if found.status == 422 else found.status
    return JSONResponse(refusal_document(found).model_dump(mode="json"), status_code=status)


def refusal_document(found: Problem) -> ChatError:
    """A problem as OpenAI's errors have it."""
    return ChatError(error=_fault(found))


def _fault(found: Problem) -> ChatFault:
    # The kind of message, which a union of models adds to the place of a fault, is no field that was sent.
    faults = [(re.sub(r"^(messages\.\d+)\.[a-z]+", r"\1", error.field), error.message) for error in found.errors]
    return ChatFault(
        message="; ".join(f"{field}: {message}" for field, message in faults) or found.detail,
        type=_TYPES.get(found.status, "server_error" if found.status >= 500 else "invalid_request_error"),
        param=faults[0][0] if faults else None,
        code=found.type.rpartition(":")[2].replace("-", "_"),
    )


_TYPES: Mapping[int, Literal["rate_limit_error"]] = {429: "rate_limit_error"}
