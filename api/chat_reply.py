"""What the chat door gives: OpenAI's shapes, with ours under `ldnqa`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ldnqa.types import Answer, Disclaimer

from .schemas import Wire
from .stream import AnswerBegun


class UrlCitation(Wire):
    """Where a marker of the text leads: `content[start_index:end_index]` is the marker."""

    start_index: int
    """First code point of the marker in the message."""
    end_index: int
    """One past its last code point."""
    title: str
    """Article and section the words stand in."""
    url: str
    """Where they can be read."""


class Annotation(Wire):
    """A citation in the text of a message."""

    type: Literal["url_citation"] = "url_citation"
    """Kind of annotation."""
    url_citation: UrlCitation
    """The marker and where it leads."""


class ChatMessage(Wire):
    """The answer as a person reads it: notices, quotes with markers, sources, disclaimer."""

    role: Literal["assistant"] = "assistant"
    """Who says it."""
    content: str
    """The whole text."""
    refusal: None = None
    """Always null: an abstention is an answer."""
    annotations: tuple[Annotation, ...]
    """One for each marker of the text, in order."""


class ChatChoice(Wire):
    """The one answer."""

    index: Literal[0] = 0
    """Always 0."""
    message: ChatMessage
    """The answer."""
    finish_reason: Literal["stop"] = "stop"
    """Always "stop": no answer is cut short."""
    logprobs: None = None
    """Always null: nothing is guessed."""


class Usage(Wire):
    """No tokens are used: the answer is quoted, not generated."""

    prompt_tokens: Literal[0] = 0
    """Always 0."""
    completion_tokens: Literal[0] = 0
    """Always 0."""
    total_tokens: Literal[0] = 0
    """Always 0."""


class ChatCompletion(Wire):
    """An answer in the shape of a chat completion."""

    id: str
    """Names the answer."""
    object: Literal["chat.completion"] = "chat.completion"
    """Says what this document is."""
    created: int
    """When the articles last changed, in seconds since 1970: the same request gives the same answer."""
    model: str
    """The one model there is."""
    system_fingerprint: str
    """The index that gave the answer."""
    choices: tuple[ChatChoice, ...]
    """The one answer."""
    usage: Usage = Usage()
    """Always zero."""
    ldnqa: Answer
    """The whole answer, as `POST /v1/ask` gives it."""


def _is_none(value: object) -> bool:
    return value is None


class ChunkDelta(Wire):
    """What a chunk adds to the message; nothing else is in it."""

    role: Literal["assistant"] | None = Field(default=None, exclude_if=_is_none)
    """Who says it, in the first chunk."""
    content: str | None = Field(default=None, exclude_if=_is_none)
    """The next piece of the text."""
    annotations: tuple[Annotation, ...] | None = Field(default=None, exclude_if=_is_none)
    """The citations of the whole text, in the chunk that ends it."""


class ChunkChoice(Wire):
    """The next piece of the one answer."""

    index: Literal[0] = 0
    """Always 0."""
    delta: ChunkDelta
    """What it adds."""
    finish_reason: Literal["stop"] | None = None
    """In the chunk that ends the text: "stop"."""


class ChatChunk(Wire):
    """A piece of an answer in the shape of a chat completion chunk."""

    id: str
    """Names the answer."""
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    """Says what this document is."""
    created: int
    """When the articles last changed, in seconds since 1970."""
    model: str
    """The one model there is."""
    system_fingerprint: str
    """The index that gave the answer."""
    choices: tuple[ChunkChoice, ...]
    """The next piece; none in a chunk with the usage."""
    usage: Usage | None = Field(default=None, exclude_if=_is_none)
    """Always zero, where asked for."""
    ldnqa: Answer | AnswerBegun | None = Field(default=None, exclude_if=_is_none)
    """How the question came out, in the first chunk; the whole answer in the one that ends the text."""


class ChatModel(Wire):
    """A model that can be asked."""

    id: str
    """Its name."""
    object: Literal["model"] = "model"
    """Says what this document is."""
    created: int
    """When the articles last changed, in seconds since 1970."""
    owned_by: str
    """Whose it is."""


class ChatModels(Wire):
    """The models that can be asked."""

    object: Literal["list"] = "list"
    """Says what this document is."""
    data: tuple[ChatModel, ...]
    """The models."""


class ChatFault(Wire):
    """A refusal or fault, in the shape of OpenAI's errors."""

    message: str
    """What to do next."""
    type: Literal["invalid_request_error", "rate_limit_error", "server_error"]
    """Whose fault it is."""
    param: str | None
    """The field at fault, where one is."""
    code: str
    """The kind of problem."""


class ChatError(Wire):
    """A refusal, in the shape of OpenAI's errors."""

    error: ChatFault
    """What went wrong."""


class Mandated(Wire):
    """What is shown even where there is no answer."""

    disclaimer: Disclaimer
    """The mandated words; always show them."""


class ChatStreamError(ChatError):
    """What went wrong after the stream was opened, and the words that must be shown."""

    ldnqa: Mandated
    """What is shown even so."""
