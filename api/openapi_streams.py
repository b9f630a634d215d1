"""The streams in the OpenAPI document: a schema for each event, with the events of recorded answers as examples.

The schema of a stream describes one event; that of its `data` is the schema of the JSON in it (`contentSchema`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ldnqa.types import Answer

from . import chat
from .accept import EVENTS
from .chat_reply import ChatChunk, ChatStreamError
from .errors import problem
from .schemas import Problem
from .stream import PAYLOADS, encoded_error, encoded_events

_REF = "#/components/schemas/"
# The documented error of a stream; no request of the past has this id.
_REQUEST_ID = "0f8fad5bd9cb469fa16570867728950e"
_CHAT_DONE = "[DONE]"


Recorded = Mapping[str, Sequence[dict[str, Any]]]


def show_streams(document: dict[str, Any], recorded: Recorded) -> Iterator[tuple[str, Any]]:
    """Puts the streams into `document`; gives for each event a schema by name and a document it describes."""
    schemas = document["components"]["schemas"]
    payloads = [model for model, _ in PAYLOADS.values()] + [ChatChunk, ChatStreamError]
    _, made = models_json_schema([(model, "serialization") for model in payloads], ref_template=_REF + "{model}")
    for name, schema in made["$defs"].items():
        schemas.setdefault(name, schema)
    for name, (model, words) in PAYLOADS.items():
        schemas[_ask_event(name)] = _event(f"The event `{name}`. {words}", model, id=_NUMBER, event=_named(name))
    schemas["ChatEventChunk"] = _event("A piece of the answer.", ChatChunk)
    schemas["ChatEventError"] = _event("There is no answer after all. Closes the stream.", ChatStreamError)
    schemas["ChatEventDone"] = {
        "type": "object",
        "description": "Closes the stream. Its data is no JSON.",
        "properties": {"data": {"type": "string", "const": _CHAT_DONE, "description": "Always the same."}},
        "required": ["data"],
    }
    answer = Answer.model_validate(recorded["POST /v1/ask"][0]["response"])
    for path, frames, event_of in (
        ("/v1/ask", _ask_frames(answer), lambda fields: _ask_event(fields["event"])),
        ("/v1/chat/completions", _chat_frames(answer), _chat_event),
    ):
        found = [(event_of(fields), fields) for fields in map(_fields, frames)]
        yield from found
        for _, fields in found:
            if fields["data"] != _CHAT_DONE:
                yield _payload(schemas, event_of(fields)), json.loads(fields["data"])
        names = dict.fromkeys(name for name, _ in found)
        document["paths"][path]["post"]["responses"]["200"]["content"][EVENTS] = {
            "schema": {"anyOf": [{"$ref": _REF + name} for name in names]},
            "examples": {
                name: {
                    "summary": schemas[name]["description"],
                    "value": next(fields for other, fields in found if other == name),
                }
                for name in names
            },
        }


_NUMBER = {"type": "string", "description": "Number of the event, from 1."}


def _named(name: str) -> dict[str, Any]:
    return {"type": "string", "const": name, "description": "Name of the event."}


def _event(words: str, model: type[BaseModel], **fields: dict[str, Any]) -> dict[str, Any]:
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": _REF + model.__name__},
        "description": f"`{model.__name__}` as JSON.",
    }
    properties = {**fields, "data": data}
    return {"type": "object", "description": words, "properties": properties, "required": list(properties)}


def _payload(schemas: dict[str, Any], event: str) -> str:
    """The name of the schema of what an event carries."""
    return str(schemas[event]["properties"]["data"]["contentSchema"]["$ref"].removeprefix(_REF))


def _ask_event(name: str) -> str:
    return f"AskEvent{name.title()}"


def _chat_event(fields: dict[str, str]) -> str:
    if fields["data"] == _CHAT_DONE:
        return "ChatEventDone"
    return "ChatEventError" if "error" in json.loads(fields["data"]) else "ChatEventChunk"


def _ask_frames(answer: Answer) -> Iterator[bytes]:
    yield from encoded_events(answer)
    yield encoded_error(_fault(), answer.disclaimer)


def _chat_frames(answer: Answer) -> Iterator[bytes]:
    frames = list(chat.frames(answer, created=0, site="https://example.org", with_usage=True))
    # The chunk that says most comes first: one example of a chunk is shown.
    yield from sorted(frames, key=len, reverse=True)
    yield chat.failure(_fault(), disclaimer=answer.disclaimer)


def _fault() -> Problem:
    return problem("internal", "What to do next, in a sentence.", request_id=_REQUEST_ID)


def _fields(frame: bytes) -> dict[str, str]:
    """The fields of one encoded event."""
    return dict(line.split(": ", 1) for line in frame.decode().strip().split("\n"))
