"""What the chat door takes: OpenAI's shape, with ours under `ldnqa`.

What a chat client sends beside the conversation (temperature, tools, limits) has nothing to act on here and is
ignored; what it would be wrong to ignore is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    WithJsonSchema,
)

from ldnqa.described import Described
from ldnqa.types import Audience

from .schemas import WORDS_SCHEMA, Wire, Words, whole

# The one model there is.
MODEL = "ldnqa"


class Lenient(Described):
    """Base of what chat clients send: immutable, with fields of theirs that nothing here reads."""

    model_config = ConfigDict(frozen=True, extra="ignore")


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
