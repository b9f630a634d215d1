"""What the chat door takes and gives: OpenAI's shapes, with ours under `ldnqa`.

What a chat client sends beside the conversation (temperature, tools, limits) has nothing to act on here and is
ignored; what it would be wrong to ignore is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    WithJsonSchema,
)

from ldnqa.types import Answer, Audience, Disclaimer

from .schemas import WORDS_SCHEMA, Wire, Words, whole
from .stream import AnswerBegun

MODEL = "ldnqa"


class Lenient(BaseModel):
    """Base of what chat clients send: immutable, with fields of theirs that nothing here reads."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


def _joined(content: object) -> object:
    """The words of a message given in parts, one part a line; anything that is not made of text is refused."""
    if not isinstance(content, list):
        return content
    words = [
        part["text"]
        for part in content
        if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
    ]
    if len(words) < len(content):
        raise ValueError("must be text, or a list of parts of type text")
    return "\n".join(words)


_PARTS_SCHEMA: dict[str, Any] = {
    "anyOf": [
        WORDS_SCHEMA,
        {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"type": {"const": "text"}, "text": WORDS_SCHEMA},
                "required": ["type", "text"],
            },
        },
    ]
}


class UserMessage(Lenient):
    """What the reader asked. The last of these is the question; those before it are the earlier turns."""

    role: Literal["user"]
    """Who says it."""
    content: Annotated[Words, BeforeValidator(_joined), WithJsonSchema(_PARTS_SCHEMA)]
    """The question: text, or parts of type `text`."""


OtherRole = Literal["system", "developer", "assistant", "tool", "function"]
_OTHER_ROLES = get_args(OtherRole)


class OtherMessage(Lenient):
    """Any other message. It is not read: instructions change nothing here, and prose is never evidence."""

    role: OtherRole
    """Who says it."""


def _kind(message: object) -> str | None:
    role = message.get("role") if isinstance(message, dict) else getattr(message, "role", None)
    if role == "user":
        return "user"
    return "other" if role in _OTHER_ROLES else None


# The discriminator is ours because pydantic's own repeats an unknown role in its message.
Message = Annotated[
    Annotated[UserMessage, Tag("user")] | Annotated[OtherMessage, Tag("other")],
    Discriminator(
        _kind,
        custom_error_type="unknown_role",
        custom_error_message="must have the role user, assistant, system, developer, tool or function",
    ),
]


def _with_a_question(messages: Sequence[Message]) -> Sequence[Message]:
    if not any(message.role == "user" for message in messages):
        raise ValueError("must hold at least one message with the role user")
    return messages


class AskOptions(Wire):
    """What `POST /v1/ask` takes beside the question."""

    article_id: str | None = None
    """The article in view: what "it" means and whose words come first. The others are asked too; null for none."""
    audience: Audience | None = None
    """Who is reading. Changes order and words, never the sources."""
    approved_only: StrictBool = False
    """Leave out articles whose review is not finished."""


class StreamOptions(Lenient):
    """How to stream."""

    include_usage: StrictBool | None = None
    """Send a last chunk with the usage."""


class ChatRequest(Lenient):
    """A conversation. The last message of the user is the question."""

    model: Annotated[str, Field(json_schema_extra={"const": MODEL})]
    """The one model there is."""
    messages: Annotated[
        tuple[Message, ...],
        AfterValidator(_with_a_question),
        Field(json_schema_extra={"contains": {"properties": {"role": {"const": "user"}}, "required": ["role"]}}),
    ]
    """The conversation, newest last."""
    stream: StrictBool | None = None
    """Send the answer in chunks."""
    stream_options: StreamOptions | None = None
    """How to stream."""
    n: Annotated[StrictInt, Field(ge=1, le=1), BeforeValidator(whole)] | None = None
    """How many answers; there is only one."""
    ldnqa: AskOptions = Field(default_factory=AskOptions)
    """Options of ours: article in view, audience, approved articles only."""


# --- replies ----------------------------------------------------------------------------------------------


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
